"""How a value is written down so that it can be put back exactly, and when that is needed.

A value is JSON text with a kind: that of its column (`shapes.Kind`), or one of `Special`. Numbers
that JSON has not, decimals, bytes and times are strings; durations are microseconds.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import math
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple

from lowcode_async.planning.conversions import Unreadable
from lowcode_async.planning.samples import key_json
from lowcode_async.planning.shapes import Kind
from lowcode_async.sentences import JSON

_MICROSECOND = dt.timedelta(microseconds=1)


class Special(StrEnum):
    """What is no value of a column's kind."""

    JSON_TEXT = "json_text"
    """JSON with a number that JSON has not, as the text it is."""
    UNREADABLE = "unreadable"
    """Text or a number that SQLite has let into a column of another type."""
    UNREADABLE_BYTES = "unreadable_bytes"
    LINK = "link"
    """A row of a many-to-many relation: the keys of both ends."""
    ROW = "row"
    """A whole row: each field with its kind and value."""


class Written(NamedTuple):
    """A value, written down."""

    kind: str
    text: str | None
    """JSON; None is NULL."""


NOTHING: Final = Written("", None)
"""What a value became whose field has gone."""


def _float(value: float) -> JSON:
    return value if math.isfinite(value) else repr(value)


def _bytes(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode()


_TO_JSON: Mapping[Kind, Callable[[Any], JSON]] = {
    Kind.FLOAT: _float,
    Kind.DECIMAL: str,
    Kind.DATE: dt.date.isoformat,
    Kind.DATETIME: dt.datetime.isoformat,
    Kind.TIME: dt.time.isoformat,
    Kind.DURATION: lambda value: value // _MICROSECOND,
    Kind.UUID: str,
    Kind.BINARY: _bytes,
}
"""The other kinds are JSON as they are."""

_FROM_JSON: Mapping[str, Callable[[Any], Any]] = {
    Kind.FLOAT: float,
    Kind.DECIMAL: Decimal,
    Kind.DATE: dt.date.fromisoformat,
    Kind.DATETIME: dt.datetime.fromisoformat,
    Kind.TIME: dt.time.fromisoformat,
    Kind.DURATION: lambda value: value * _MICROSECOND,
    Kind.UUID: uuid.UUID,
    Kind.BINARY: base64.b64decode,
    Special.JSON_TEXT: json.loads,
    Special.UNREADABLE: Unreadable,
    Special.UNREADABLE_BYTES: lambda value: Unreadable(base64.b64decode(value)),
}


def written(kind: Kind, value: Any) -> Written:
    """Write a value of this kind down."""
    if value is None:
        return Written(kind, None)
    if isinstance(value, Unreadable):
        if isinstance(value.raw, bytes | memoryview):
            return Written(Special.UNREADABLE_BYTES, json.dumps(_bytes(value.raw)))
        return Written(Special.UNREADABLE, json.dumps(value.raw))
    if kind is Kind.JSON:
        try:
            return Written(kind, json.dumps(value, allow_nan=False))
        except ValueError:
            return Written(Special.JSON_TEXT, json.dumps(json.dumps(value)))
    convert = _TO_JSON.get(kind)
    return Written(kind, json.dumps(convert(value) if convert else value))


def read(kind: str, text: str | None) -> Any:
    """Return the value that was written down, exactly as it was."""
    if text is None:
        return None
    value = json.loads(text)
    convert = _FROM_JSON.get(kind)
    return convert(value) if convert else value


def key_text(*keys: Any) -> str:
    """Return the primary key of a row, or those of both ends of a link, as JSON text."""
    return json.dumps(key_json(keys[0]) if len(keys) == 1 else [key_json(each) for each in keys])


def digest(text: str) -> str:
    """Return what stands for a key in an index."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are the very same, not merely equal: ``-0.0`` is not ``0.0``."""
    if isinstance(one, memoryview | bytes) and isinstance(other, memoryview | bytes):
        return bytes(one) == bytes(other)
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return repr(one) == repr(other)
    if isinstance(one, dict | list):
        return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    return bool(one == other)


def untouched(current: Any, became: Any) -> bool:
    """Tell whether a row still holds what was written, as a database may give it back."""
    if isinstance(current, memoryview | bytes) and isinstance(became, memoryview | bytes):
        return bytes(current) == bytes(became)
    return _equal(current, became) and (current is None) == (became is None)


def is_float_written_out(value: int, number: float) -> bool:
    """Tell whether a whole number has the digits of a float: PostgreSQL gives 1e23 in JSON back so."""
    return math.isfinite(number) and Decimal(repr(number)) == value


def _equal(current: Any, became: Any) -> bool:
    match current, became:
        case int(), float() if not isinstance(current, bool):
            return current == became or is_float_written_out(current, became)
        case dict(), dict():
            return current.keys() == became.keys() and all(
                _equal(each, became[key]) for key, each in current.items()
            )
        case list(), list():
            return len(current) == len(became) and all(map(_equal, current, became))
    return bool(current == became)
