"""What the makers of the reference pages share."""

from __future__ import annotations

import re

NOTE = "<!-- Made by `make reference` from {source}; change it there. -->"


def prose(text: str) -> str:
    """Return the text of a docstring, or a part of it, on one line of Markdown."""
    return " ".join(text.replace("``", "`").split())


def cell(text: str) -> str:
    """Return a text as it stands in a cell of a table; placeholders are set in italics."""
    return re.sub(r"\{(\w+)\}", r"*\1*", prose(text)).replace("|", "\\|")
