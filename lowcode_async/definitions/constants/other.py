"""Constants that are JSON, bytes, or the key of another row."""

from __future__ import annotations

import base64
import binascii
import copy
import math
from typing import cast

from lowcode_async.definitions.constants.base import (
    ConstantInvalid,
    ConstantType,
    Options,
    out_of_range,
    unchanged,
    unreadable,
)
from lowcode_async.definitions.kinds import Kind, kind_name, kind_of, shown, storable
from lowcode_async.sentences import JSON

MAX_DEPTH = 30
"""Levels of lists and objects in a constant; MariaDB's JSON functions end at 32."""
MAX_INTEGER = 2**63 - 1


def check_json(value: JSON, *, depth: int = 0) -> None:
    """Raise `ConstantInvalid` unless every database can store `value` as JSON."""
    _check_single(value)
    if not isinstance(value, list | dict):
        return
    if depth >= MAX_DEPTH:
        raise ConstantInvalid("value_too_deep", limit=MAX_DEPTH)
    if isinstance(value, dict):
        for key in value:
            if kind_of(key) is not Kind.STRING:
                raise ConstantInvalid("value_wrong_type", expected="string", actual=kind_name(key))
            _check_single(key)
    for each in value.values() if isinstance(value, dict) else value:
        check_json(each, depth=depth + 1)


def _check_single(value: JSON) -> None:
    match kind_of(value):
        case None:
            raise ConstantInvalid("value_wrong_type", expected="JSON", actual=kind_name(value))
        case Kind.STRING if not storable(value):
            raise ConstantInvalid("value_unstorable")
        case Kind.NUMBER if not math.isfinite(value):
            raise ConstantInvalid("value_not_finite", value=shown(value))
        case Kind.INTEGER if not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
            raise out_of_range(value, -MAX_INTEGER - 1, MAX_INTEGER)


def _read_json(value: JSON, _options: Options) -> JSON:
    check_json(value)
    return copy.deepcopy(value)


def _read_bytes(value: str, options: Options) -> bytes:
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise unreadable(value, BYTES.example) from error
    limit = options.get("max_length")
    if limit is not None and len(data) > limit:
        raise ConstantInvalid("value_too_long", length=len(data), limit=limit)
    return data


def _write_bytes(value: object, _options: Options) -> str:
    return base64.b64encode(cast("bytes", value)).decode("ascii")


def _read_key(value: str | int, _options: Options) -> str | int:
    """Read the key of a row, as far as it can be without knowing the other model."""
    if isinstance(value, int) and not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        raise out_of_range(value, -MAX_INTEGER - 1, MAX_INTEGER)
    return value


ANY_JSON = ConstantType(
    kinds=(
        Kind.BOOLEAN,
        Kind.INTEGER,
        Kind.NUMBER,
        Kind.STRING,
        Kind.ARRAY,
        Kind.OBJECT,
    ),
    example={"a": [1, 2]},
    reader=_read_json,
    writer=unchanged,
)
BYTES = ConstantType(
    kinds=(Kind.STRING,),
    example="aGVsbG8=",
    format="base64",
    reader=_read_bytes,
    writer=_write_bytes,
)
KEY = ConstantType(kinds=(Kind.INTEGER, Kind.STRING), example=1, reader=_read_key, writer=unchanged)
