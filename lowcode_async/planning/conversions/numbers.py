"""How numbers and truth values are read.

* Text may have spaces around a number. Whole numbers may be written with a fraction of nothing
  (``12.0``). Signs are allowed; grouping, words and units are not. Empty text is no number.
* A fraction that the new type cannot hold is rounded half away from zero, and said to be.
* Numbers are truth values if they are 0 or 1; words are in `TRUE` and `FALSE`, in any case.
* A duration is as many seconds.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

from lowcode_async.planning.conversions.outcomes import (
    NO_FORM,
    TOO_LARGE,
    Kept,
    Outcome,
    rounded,
)
from lowcode_async.planning.shapes import Shape

TRUE = frozenset({"true", "t", "yes", "y", "on", "1", "是", "真"})
FALSE = frozenset({"false", "f", "no", "n", "off", "0", "否", "假"})

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_EXACT = Context(prec=2500)
_SECOND = Decimal(1_000_000)


def exact(value: Any) -> Decimal | None:
    """Return a number of any type as the decimal it is written as; None for what is no number."""
    match value:
        case bool() | int():
            return Decimal(value)
        case Decimal():
            return value if value.is_finite() else None
        case float():
            return Decimal(repr(value)) if math.isfinite(value) else None
        case dt.timedelta():
            return _EXACT.divide(Decimal(value // dt.timedelta(microseconds=1)), _SECOND)
        case str():
            text = value.strip()
            return Decimal(text) if len(text) <= 1000 and _NUMBER.fullmatch(text) else None
    return None


def read_integer(value: Any, shape: Shape) -> Outcome:
    """Read a whole number."""
    number = exact(value)
    if number is None:
        return NO_FORM
    assert shape.low is not None
    assert shape.high is not None
    whole = number.to_integral_value(rounding=ROUND_HALF_UP, context=_EXACT)
    if not shape.low <= whole <= shape.high:
        return TOO_LARGE
    return Kept(int(whole)) if whole == number else rounded(int(whole))


def read_decimal(value: Any, shape: Shape) -> Outcome:
    """Read a decimal number of so many digits."""
    number = exact(value)
    if number is None:
        return NO_FORM
    assert shape.max_digits is not None
    assert shape.decimal_places is not None
    places = Decimal(1).scaleb(-shape.decimal_places)
    try:
        fitted = number.quantize(places, rounding=ROUND_HALF_UP, context=_EXACT)
    except InvalidOperation:
        return TOO_LARGE
    if abs(fitted) >= Decimal(10) ** (shape.max_digits - shape.decimal_places):
        return TOO_LARGE
    if shape.exact_digits is not None:
        # Rounded once more by the database; with its places again, as it will be read.
        near = Context(prec=shape.exact_digits, rounding=ROUND_HALF_UP).plus(fitted)
        fitted = near.quantize(places, context=_EXACT)
    fitted = abs(fitted) if fitted.is_zero() else fitted
    return Kept(fitted) if fitted == number else rounded(fitted)


def read_float(value: Any, _: Shape) -> Outcome:
    """Read a number of double precision; one whose digits it cannot hold is said to be rounded."""
    number = exact(value)
    if number is None:
        return NO_FORM
    near = float(number)
    if not math.isfinite(near):
        return TOO_LARGE
    same = Decimal(repr(near)) == number or Decimal(near) == number
    return Kept(near + 0.0) if same else rounded(near)


def read_boolean(value: Any, _: Shape) -> Outcome:
    """Read a truth value."""
    if isinstance(value, str):
        word = value.strip().casefold()
        if word in TRUE | FALSE:
            return Kept(word in TRUE)
    number = exact(value)
    if number is None:
        return NO_FORM
    return Kept(bool(number)) if number in (0, 1) else TOO_LARGE
