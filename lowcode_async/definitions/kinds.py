"""The types of JSON values, and how a value is shown to the person who sent it."""

from __future__ import annotations

import re
from enum import StrEnum

from lowcode_async.sentences import JSON

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SHOWN_LENGTH = 80


class Kind(StrEnum):
    """A type of JSON values; `INTEGER` is told apart from `NUMBER` as in JSON Schema."""

    NULL = "null"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    STRING = "string"
    ARRAY = "array"
    OBJECT = "object"


_KINDS: dict[type, Kind] = {
    type(None): Kind.NULL,
    bool: Kind.BOOLEAN,
    int: Kind.INTEGER,
    float: Kind.NUMBER,
    str: Kind.STRING,
    list: Kind.ARRAY,
    dict: Kind.OBJECT,
}


def kind_of(value: JSON) -> Kind | None:
    """Return the JSON type of `value`, or None for a Python object that JSON has no word for."""
    return _KINDS.get(type(value))


def kind_name(value: JSON) -> str:
    """Return the name of the JSON type of `value`, or of its class where it has none."""
    return kind_of(value) or type(value).__name__


def fits(value: JSON, kinds: tuple[Kind, ...]) -> bool:
    """Tell whether `value` is of one of `kinds`; an integer is a number, a boolean is neither."""
    kind = kind_of(value)
    return kind in kinds or (kind is Kind.INTEGER and Kind.NUMBER in kinds)


def storable(text: str) -> bool:
    """Tell whether every database can store `text`: no null byte, no half of a surrogate pair."""
    return _UNSTORABLE.search(text) is None


def encodable(text: str) -> str:
    """Return `text` with what UTF-8 cannot encode replaced, so that an answer can carry it."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def shown(value: JSON) -> str:
    """Return `value` as a sentence may mention it: short, printable, whatever was sent.

    Lists and objects are named by their type only: they may be of any size and depth.
    """
    match kind_of(value):
        case Kind.STRING:
            text = encodable(value)
        case Kind.NULL | Kind.BOOLEAN:
            text = {None: "null", True: "true", False: "false"}[value]
        case Kind.INTEGER if value.bit_length() > 256:
            text = "…"
        case Kind.INTEGER | Kind.NUMBER:
            text = str(value)
        case _:
            text = kind_name(value)
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for letter in text[: _SHOWN_LENGTH + 1]
    )
    return text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"
