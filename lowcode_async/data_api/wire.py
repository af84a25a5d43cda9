"""Typed values as clients get them: in JSON, and in a line of CSV."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import orjson
from django.db import models
from django.utils.duration import duration_iso_string

from lowcode_async.definitions.kinds import shown
from lowcode_async.planning.lost_values import is_float_written_out
from lowcode_async.sentences import JSON

_FORM: Final = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS

NOT_FINITE: Final = frozenset({"NaN", "Infinity", "-Infinity"})
"""Decimal numbers that JSON has not, as PostgreSQL writes them; its text of all others is ours."""


def to_text(value: Any) -> str:
    """Return a value as it stands in a line of CSV; None is the empty text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    written = to_json(value).decode()
    return written[1:-1] if written.startswith('"') else written


def to_json(value: Any) -> bytes:
    """Write rows as JSON: typed values as `ConstantType` reads them."""
    try:
        return orjson.dumps(value, default=_told, option=_FORM)
    except orjson.JSONEncodeError:
        # A JSON field may hold what orjson refuses, and one such row must not hide all others.
        return json.dumps(_plain(value), separators=(",", ":")).encode("ascii")


def _plain(value: Any) -> Any:
    """Return a value as Python's `json` writes it just as orjson would, and what orjson refuses exactly.

    That is whole numbers beyond 64 bits and half surrogates. PostgreSQL gives 1e22 back with all its digits,
    which nobody could send again: what may have been a float is written as one.
    """
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case float():
            return value if math.isfinite(value) else None
        case int() if not -(2**63) <= value < 2**64:
            return _float_of(value)
        case str() | int() | None:
            return value
        case _:
            return orjson.loads(to_json(value))


def _float_of(value: int) -> int | float:
    try:
        near = float(value)
    except OverflowError:
        return value
    return near if is_float_written_out(value, near) else value


def _told(value: Any) -> JSON:
    """Tell orjson what it does not know by itself."""
    match value:
        case Decimal():
            return format(value, "f") if value.is_finite() else None
        case dt.timedelta():
            return duration_iso_string(value)
        case bytes() | memoryview() | bytearray():
            return base64.b64encode(value).decode("ascii")
        case models.Model():
            return value.pk
        case int() if not isinstance(value, bool):
            return int(value) if -(2**63) <= value < 2**64 else str(value)
        case Iterable() if not isinstance(value, str):
            return list(value)
        case _:
            return str(value)


def described(value: Any) -> JSON:
    """Return a value as a sentence may mention it."""
    return shown(to_text(value))
