"""Constants that are numbers or truth values."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Context, Decimal

from lowcode_async.definitions.constants.base import (
    ConstantInvalid,
    ConstantType,
    Options,
    out_of_range,
    unchanged,
    unreadable,
)
from lowcode_async.definitions.kinds import Kind, shown
from lowcode_async.sentences import JSON

_DECIMAL = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{0,100})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_EXACT = Context(prec=1500)
"""Room for every number that `_DECIMAL` lets through."""


def integer(minimum: int, maximum: int) -> ConstantType:
    """Return the type of whole numbers from `minimum` to `maximum`, both included."""
    return ConstantType(
        kinds=(Kind.INTEGER,),
        example=1,
        minimum=minimum,
        maximum=maximum,
        reader=_read_integer(minimum, maximum),
        writer=unchanged,
    )


def _read_integer(minimum: int, maximum: int) -> Callable[[JSON, Options], int]:
    def read(value: int, _options: Options) -> int:
        if not minimum <= value <= maximum:
            raise out_of_range(value, minimum, maximum)
        return value

    return read


def _read_float(value: int | float, _options: Options) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ConstantInvalid("value_not_finite", value=shown(value))
    return number + 0.0  # -0.0 is 0.0


def _read_decimal(value: str | int | float, options: Options) -> Decimal:
    """Read ``"1.50"``, ``1.5`` or ``2``; a float is taken as it is written, not as it is stored."""
    if isinstance(value, int) and value.bit_length() > 512:
        raise _digits(value, options)
    text = str(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ConstantInvalid("value_not_finite", value=shown(value))
    if _DECIMAL.fullmatch(text) is None:
        raise unreadable(value, DECIMAL.example)
    number = _EXACT.create_decimal(text)
    max_digits, places = options.get("max_digits"), options.get("decimal_places")
    if max_digits is None or places is None:
        return number
    quantized = _EXACT.quantize(number, Decimal(1).scaleb(-places))
    if quantized != number or quantized.adjusted() >= max_digits - places:
        raise _digits(value, options)
    return abs(quantized) if quantized.is_zero() else quantized


def _digits(value: JSON, options: Options) -> ConstantInvalid:
    return ConstantInvalid(
        "value_too_many_digits",
        value=shown(value),
        max_digits=options.get("max_digits"),
        decimal_places=options.get("decimal_places"),
    )


def _write_decimal(value: object, _options: Options) -> str:
    return format(value, "f")


BOOLEAN = ConstantType(
    kinds=(Kind.BOOLEAN,), example=True, reader=lambda value, _options: value, writer=unchanged
)
FLOAT = ConstantType(
    kinds=(Kind.NUMBER,), example=1.5, format="double", reader=_read_float, writer=unchanged
)
DECIMAL = ConstantType(
    kinds=(Kind.STRING, Kind.NUMBER),
    example="1.50",
    format="decimal",
    reader=_read_decimal,
    writer=_write_decimal,
)
