"""How numbers and truth values are read, from text and from other numbers.

Text counts where it is written as the new type would write it. What is told of losses leaves out what
stands so close to a limit that rounding decides.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from lowcode_async.planning.conversions.numbers import FALSE, TRUE
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.shapes import Shape
from lowcode_async.planning.shortcuts.limits import (
    DIGITS,
    PLACES,
    WHOLE,
    literal,
    power,
    within,
)
from lowcode_async.planning.shortcuts.shortcut import Part
from lowcode_async.planning.shortcuts.sql import (
    LENGTH,
    NEVER,
    Sql,
    containing,
    matching,
    one_of,
)

_NO_NUMBER = {FindingKind.CLEARED: containing("A-DF-Za-df-z")}
"""No number is written with letters but for the exponent's."""
_IN_NO_WORD = "BCDGHIJKMPQVWXZbcdghijkmpqvwxz"
"""Letters that stand in none of the words for true and false, and in no number."""
_BIGINT_DIGITS = 19
"""Digits of the largest ``bigint``; not every number of so many is one."""
_LONGEST = 255
"""Digits that PostgreSQL's regular expressions count up to."""


# -- from text -----------------------------------------------------------------------------------


def integer_from_text(shape: Shape) -> Part:
    """Read whole numbers without spaces, signs of plus and leading zeros."""
    between = _between(shape)
    digits = len(str(shape.high))
    number = Sql(
        sqlite="CAST(@ AS integer)",
        postgresql="@::bigint" if digits < _BIGINT_DIGITS else "@::numeric",
        mysql=f"CAST(@ AS DECIMAL({digits + 2}, 0))",
    )
    # No number of one digit more is too long for the cast.
    pattern = _whole_text(digits + 1)
    return Part(
        guard=pattern.then(between.of(number)),
        expression=Sql(
            sqlite="CAST(@ AS integer)", postgresql="@::bigint", mysql="CAST(@ AS SIGNED)"
        ),
        losses={
            **_NO_NUMBER,
            FindingKind.OUT_OF_RANGE: pattern.then(_beyond(shape).of(number)),
        },
    )


def decimal_from_text(shape: Shape) -> Part | None:
    """Read numbers that are written with all their places."""
    assert shape.max_digits is not None
    assert shape.decimal_places is not None
    digits, places = shape.max_digits, shape.decimal_places
    if digits > _LONGEST:
        return None
    before = digits - places
    whole = f"(?:0|[1-9][0-9]{{0,{before - 1}}})" if before else "0"
    fraction = f"[.][0-9]{{{places}}}" if places else ""
    number = "CAST(@ AS real)"
    held = min(before, DIGITS - places)
    written = matching(
        f"(?!-[0.]*$)-?{whole}{fraction}",
        sqlite=f"printf('%.{places}f', {number}) = @ COLLATE BINARY"
        f" AND NOT (@ GLOB '-*' AND {number} = 0)"
        f" AND {within(power(held)).replace('@', number)}",
    )
    return Part(
        guard=written,
        expression=Sql(
            sqlite="CAST(@ AS numeric)",
            postgresql=f"@::numeric({digits}, {places})",
            mysql=f"CAST(@ AS DECIMAL({digits}, {places}))",
        ),
        losses={
            # Told where the places alone are missing, and nothing can be too large.
            **({FindingKind.REFORMATTED: _whole_text(held)} if places and held > 0 else {}),
            **_NO_NUMBER,
        },
    )


def float_from_text(_: Shape) -> Part:
    """Read numbers of few digits that are written as Python does."""
    size = Sql.everywhere(f"@ <= {DIGITS + 1}").of(LENGTH)
    short = replace(
        size,
        sqlite=f"{size.sqlite} AND instr(@, '.') >= length(@) - {PLACES}",
    )
    plain = matching(
        "(?!-?0[.]0000)(?!-0[.]0$)-?(?:0|[1-9][0-9]*)[.](?:[0-9]*[1-9]|0)",
        sqlite="CAST(CAST(@ AS real) AS text) = @ COLLATE BINARY"
        " AND NOT @ GLOB '*[^0-9.-]*' AND @ <> '-0.0'",
    )
    return Part(
        guard=short.then(plain),
        expression=Sql(sqlite="CAST(@ AS real)", postgresql="@::float8", mysql="CAST(@ AS DOUBLE)"),
        losses={FindingKind.REFORMATTED: _whole_text(DIGITS), **_NO_NUMBER},
    )


def boolean_from_text(_: Shape) -> Part:
    """Read ``true`` and ``false``; the other words would come back as one of these."""
    words = sorted({form for word in TRUE | FALSE for form in (word, word.upper(), word.title())})
    true = one_of("true")
    return Part(
        guard=one_of("true", "false"),
        expression=Sql(
            sqlite=f"CASE WHEN {true.sqlite} THEN 1 ELSE 0 END",
            postgresql=f"({true.postgresql})",
            mysql=f"({true.mysql})",
        ),
        losses={
            FindingKind.REFORMATTED: one_of(*words),
            FindingKind.CLEARED: containing(_IN_NO_WORD),
        },
    )


def _whole_text(length: int) -> Sql:
    """Return the condition that a text is a whole number in the usual form, not longer than that."""
    # By its length: to count with a regular expression is slow.
    short = Sql.everywhere(f"@ <= {length}").of(LENGTH)
    pattern = matching(
        "0|-?[1-9][0-9]*", sqlite="CAST(CAST(@ AS integer) AS text) = @ COLLATE BINARY"
    )
    return short.then(pattern)


# -- from exact numbers --------------------------------------------------------------------------


def integer_from_number(places: int, shape: Shape) -> Part:
    """Read whole numbers in range."""
    between = _between(shape)
    losses = {FindingKind.OUT_OF_RANGE: _beyond(shape)}
    guard = between
    if places:
        guard = between.then(_WHOLE)
        losses[FindingKind.ROUNDED] = between.then(_NOT.of(_WHOLE))
    return Part(guard=guard, expression=_AS_INTEGER, losses=losses)


def decimal_from_number(places: int, shape: Shape) -> Part:
    """Read numbers that need no more places than there are."""
    assert shape.max_digits is not None
    assert shape.decimal_places is not None
    digits, kept = shape.max_digits, shape.decimal_places
    limit = power(digits - kept)
    in_range = Sql(
        sqlite=within(min(limit, power(DIGITS - min(places, kept)))),
        postgresql=within(limit),
        mysql=within(limit),
    )
    losses = {FindingKind.OUT_OF_RANGE: _out_of(limit)}
    guard = in_range
    if places > kept:
        same = Sql.everywhere(f"round(@, {kept}) = @")
        guard = in_range.then(same)
        losses[FindingKind.ROUNDED] = Sql.everywhere(within(limit - 1)).then(_NOT.of(same))
    return Part(guard=guard, expression=_as_decimal(shape), losses=losses)


def float_from_number(places: int, _: Shape) -> Part:
    """Read numbers of few digits."""
    limit = within(power(DIGITS - places))
    return Part(
        guard=Sql(sqlite=limit if places <= PLACES else NEVER, postgresql=limit, mysql=limit),
        expression=Sql(sqlite="CAST(@ AS real)", postgresql="@::float8", mysql="CAST(@ AS DOUBLE)"),
        losses={},
    )


def boolean_from_number(_: Shape) -> Part:
    """Read nought and one, be they floats or not."""
    return Part(
        guard=Sql.everywhere("@ IN (0, 1)"),
        expression=Sql(sqlite="CAST(@ AS integer)", postgresql="(@ = 1)", mysql="(@ = 1)"),
        losses={FindingKind.OUT_OF_RANGE: Sql.everywhere("@ NOT IN (0, 1)")},
    )


# -- from floats ---------------------------------------------------------------------------------


def integer_from_float(shape: Shape) -> Part:
    """Read floats without a fraction that are exact."""
    sure = Sql.everywhere(f"{within(WHOLE)} AND {_between(shape).sqlite}")
    return Part(
        guard=sure.then(_WHOLE),
        expression=_AS_INTEGER,
        losses={
            FindingKind.ROUNDED: sure.then(_NOT.of(_WHOLE)),
            FindingKind.OUT_OF_RANGE: _beyond(shape),
        },
    )


def decimal_from_float(shape: Shape) -> Part:
    """Read floats that some decimal number of few digits and enough places stands for."""
    assert shape.max_digits is not None
    assert shape.decimal_places is not None
    places = shape.decimal_places
    limit = power(shape.max_digits - places)
    sure = Sql.everywhere(within(min(limit, power(DIGITS - places))))
    same = Sql(
        sqlite=f"round(@, {places}) = @" if places <= PLACES else NEVER,
        postgresql=f"round(@::numeric, {places})::float8 = @",
        mysql=f"CAST(CAST(@ AS DECIMAL({DIGITS + 2 + places}, {places})) AS DOUBLE) = @",
    )
    rounded = Sql.everywhere(within(min(limit - 1, power(DIGITS - 1 - places))))
    return Part(
        guard=sure.then(same),
        expression=_as_decimal(shape),
        losses={
            FindingKind.OUT_OF_RANGE: _out_of(limit),
            FindingKind.ROUNDED: rounded.then(_NOT.of(same)),
        },
    )


# -- pieces --------------------------------------------------------------------------------------

_NOT = Sql.everywhere("NOT @")
_WHOLE = Sql(sqlite="CAST(@ AS integer) = @", postgresql="trunc(@) = @", mysql="TRUNCATE(@, 0) = @")
_AS_INTEGER = Sql(sqlite="CAST(@ AS integer)", postgresql="@::bigint", mysql="CAST(@ AS SIGNED)")


def _as_decimal(shape: Shape) -> Sql:
    digits = f"({shape.max_digits}, {shape.decimal_places})"
    return Sql(sqlite="@", postgresql=f"@::numeric{digits}", mysql=f"CAST(@ AS DECIMAL{digits})")


def _between(shape: Shape) -> Sql:
    return Sql.everywhere(f"@ BETWEEN {shape.low} AND {shape.high}")


def _beyond(shape: Shape) -> Sql:
    """Return the condition that a number is out of range even when it is rounded."""
    assert shape.low is not None
    assert shape.high is not None
    return Sql.everywhere(f"(@ >= {literal(shape.high + 1)} OR @ <= {literal(shape.low - 1)})")


def _out_of(limit: Decimal) -> Sql:
    return Sql.everywhere(f"(@ >= {literal(limit)} OR @ <= -{literal(limit)})")
