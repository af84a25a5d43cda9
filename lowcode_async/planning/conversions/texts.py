"""How each kind of values is written as text, the same on every database.

* Numbers without grouping or exponent, but for floats, which are written as Python does (``2.5``,
  ``1e+20``); decimals with all their places.
* Truth values as ``true`` and ``false``.
* Dates and times in ISO 8601; moments in UTC with a ``Z``; durations as ``[-]D HH:MM:SS[.ffffff]``.
* UUIDs with dashes. JSON as JSON. Bytes as the UTF-8 text they are, if they are.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.duration import duration_string

from lowcode_async.planning.shapes import Kind


def _moment(value: dt.datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"


def _decimal(value: Decimal) -> str:
    return format(value, "f")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


TEXT_OF: Mapping[Kind, Callable[[Any], str]] = {
    Kind.TEXT: str,
    Kind.INTEGER: str,
    Kind.FLOAT: repr,
    Kind.DECIMAL: _decimal,
    Kind.BOOLEAN: lambda value: "true" if value else "false",
    Kind.DATE: dt.date.isoformat,
    Kind.DATETIME: _moment,
    Kind.TIME: dt.time.isoformat,
    Kind.DURATION: duration_string,
    Kind.UUID: str,
    Kind.JSON: _json,
    Kind.ADDRESS: str,
}


def text_of(kind: Kind, value: Any) -> str | None:
    """Return a value of this kind as text; None for bytes that are none."""
    if kind is not Kind.BINARY:
        return TEXT_OF[kind](value)
    try:
        text = bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
