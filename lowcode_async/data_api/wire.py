"""Typed values as clients get them: in JSON, and in a line of CSV."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import orjson
from django.db import models
from django.utils.duration import duration_iso_string

from lowcode_async.definitions.kinds import shown
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
    written = orjson.dumps(value, default=_told, option=_FORM).decode()
    return written[1:-1] if written.startswith('"') else written


def to_json(value: Any) -> bytes:
    """Write rows as JSON: typed values as `ConstantType` reads them."""
    return orjson.dumps(value, default=_told, option=_FORM)


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
