"""How text, UUIDs, addresses, JSON and bytes are read.

* Text that is too long loses its end, and is said to. What was no text before (a number, a date) has no
  half that would still be right: it does not fit.
* UUIDs may be written with dashes or without; addresses as IPv4 or IPv6, and are kept in the
  shortest form.
* JSON is read from text that is JSON. Numbers and truth values are themselves in JSON; all else that is
  not text is a JSON string.
* Bytes are the UTF-8 of the text.
* Whether text is a valid e-mail address, URL or slug is not asked: no value changes by it.
"""

from __future__ import annotations

import ipaddress
import json
import math
import re
import uuid
from decimal import Decimal
from typing import Any

from lowcode_async.planning.conversions.outcomes import (
    NO_FORM,
    TOO_LARGE,
    Kept,
    Outcome,
    rounded,
    truncated,
)
from lowcode_async.planning.shapes import Shape

_UUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_MAX_DEPTH = 30
"""Levels of lists and objects; MariaDB's JSON ends at 32."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def read_text(value: Any, shape: Shape) -> Outcome:
    """Read text that was text before."""
    if shape.max_length is None or len(value) <= shape.max_length:
        return Kept(value)
    return truncated(value[: shape.max_length])


def read_whole_text(value: str, shape: Shape) -> Outcome:
    """Read the text of what was no text before: all of it, or nothing."""
    if shape.max_length is None or len(value) <= shape.max_length:
        return Kept(value)
    return TOO_LARGE


def read_uuid(value: Any, shape: Shape) -> Outcome:
    """Read a UUID.

    MariaDB's own type stores some with their parts the other way round, and refuses those that could be
    taken for such: a version of 8 or more without the variant bit, which nobody generates.
    """
    text = value.strip().lower()
    if not _UUID.fullmatch(text):
        return NO_FORM
    found = uuid.UUID(text)
    if not shape.ambiguous and found.bytes[6] & 0x80 and not found.bytes[8] & 0x80:
        return TOO_LARGE
    return Kept(found)


def read_address(value: Any, _: Shape) -> Outcome:
    """Read an IP address."""
    text = value.strip()
    if "%" in text:
        return NO_FORM
    try:
        return Kept(str(ipaddress.ip_address(text)))
    except ValueError:
        return NO_FORM


def read_bytes(value: Any, _: Shape) -> Outcome:
    """Read bytes."""
    try:
        return Kept(value.encode("utf-8"))
    except UnicodeEncodeError:
        return NO_FORM


def read_json(value: Any, _: Shape) -> Outcome:
    """Read JSON from text."""
    lost = False

    def fraction(text: str) -> float:
        nonlocal lost
        near = float(text) + 0.0  # not every database has -0.0
        if not math.isfinite(near):
            raise ValueError(text)
        lost = lost or Decimal(repr(near)) != Decimal(text)
        return near

    def refuse(text: str) -> Any:
        raise ValueError(text)

    try:
        found = json.loads(value, parse_float=fraction, parse_constant=refuse)
    except (ValueError, RecursionError, ArithmeticError):
        return NO_FORM
    if found is None or not _storable(found):
        return NO_FORM
    return rounded(found) if lost else Kept(found)


def read_json_number(value: Any, _: Shape) -> Outcome:
    """Read a number or a truth value as JSON."""
    if not isinstance(value, Decimal):
        return Kept(value) if _storable(value) else NO_FORM
    if not value.is_finite():
        return NO_FORM
    near: int | float = int(value) if value == value.to_integral_value() else float(value)
    return Kept(near) if Decimal(repr(near)) == value else rounded(near)


def read_json_string(value: str, _: Shape) -> Outcome:
    """Read what was neither text nor number as a JSON string."""
    return Kept(value) if _storable(value) else NO_FORM


def _storable(value: Any, depth: int = 0) -> bool:
    """Tell whether every database can hold a value as JSON."""
    match value:
        case str():
            return _UNSTORABLE.search(value) is None
        case float():
            return math.isfinite(value)
        case int():
            return -(2**63) <= value < 2**63
        case list() | dict():
            within = [*value, *value.values()] if isinstance(value, dict) else value
            return depth < _MAX_DEPTH and all(_storable(each, depth + 1) for each in within)
    return value is None
