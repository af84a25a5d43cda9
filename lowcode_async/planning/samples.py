"""Rows of a finding, as people are shown them."""

from __future__ import annotations

import math
from typing import Any

from lowcode_async.planning.conversions import Unreadable
from lowcode_async.planning.conversions.texts import text_of
from lowcode_async.planning.shapes import Kind, Shape
from lowcode_async.sentences import JSON

LONGEST = 200
"""Characters of a value that are shown."""


def key_json(key: Any) -> JSON:
    """Return a primary key as JSON has it."""
    return key if isinstance(key, int | str) else str(key)


def value_json(shape: Shape | None, value: Any) -> JSON:
    """Return a value as JSON has it: numbers and truth values as they are, all else as text."""
    match value:
        case None | bool():
            return value
        case int() if abs(value) < 2**53:
            return value
        case float() if math.isfinite(value):
            return value
        case Unreadable(raw=raw):
            return shortened(str(raw))
    if shape is None:
        return shortened(str(value))
    if shape.kind is Kind.BINARY:
        return shortened(bytes(value)[:LONGEST].hex())
    return shortened(text_of(shape.kind, value) or "")


def shortened(text: str) -> str:
    """Return a text as it is shown: cut, and without what cannot be stored."""
    printable = (
        text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{REPLACEMENT CHARACTER}")
    )
    return printable if len(printable) <= LONGEST else printable[: LONGEST - 1] + "…"
