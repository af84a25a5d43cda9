"""What a sentence is."""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    """One sentence in the two languages of this product."""

    zh: str
    """Simplified Chinese, the default language."""
    en: str
    """English."""
