"""What stands in a column, kind by kind: which values are what they seem, and how they are written.

SQLite lets anything into a column; there a value counts only in the form in which Django writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lowcode_async.planning.shapes import Kind, Shape
from lowcode_async.planning.shortcuts import times
from lowcode_async.planning.shortcuts.limits import DIGITS, PLACES, power, within
from lowcode_async.planning.shortcuts.sql import ITSELF, NEVER, SURE, Sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The values of one kind."""

    valid: Sql
    """Which of them are meant here; NULL is none."""
    text: Sql | None = None
    """How they are written as text."""
    plain: Sql = SURE
    """Which of them are written so."""
    number: Sql | None = None
    """What they are as numbers; None for what is no number."""
    places: int | None = None
    """Decimal places that the numbers have at the most; None for floats."""


def _there(sqlite: str) -> Sql:
    return Sql(sqlite=sqlite, postgresql="@ IS NOT NULL", mysql="@ IS NOT NULL")


def _text(_: Shape) -> Source:
    # What has a NUL in it ends there, to some functions of SQLite.
    return Source(valid=_there("typeof(@) = 'text' AND instr(@, char(0)) = 0"), text=ITSELF)


def _integer(_: Shape) -> Source:
    return Source(
        valid=_there("typeof(@) = 'integer'"),
        text=Sql(sqlite="CAST(@ AS text)", postgresql="@::text", mysql="CAST(@ AS CHAR)"),
        number=ITSELF,
        places=0,
    )


def _boolean(_: Shape) -> Source:
    return Source(
        valid=Sql(
            sqlite="typeof(@) = 'integer' AND @ IN (0, 1)",
            postgresql="@ IS NOT NULL",
            mysql="@ IN (0, 1)",
        ),
        text=Sql.everywhere("CASE WHEN @ THEN 'true' ELSE 'false' END"),
        number=Sql(sqlite="@", postgresql="@::int", mysql="@"),
        places=0,
    )


def _decimal(shape: Shape) -> Source:
    assert shape.max_digits is not None
    assert shape.decimal_places is not None
    places = shape.decimal_places
    held = min(shape.max_digits - places, DIGITS - places)
    return Source(
        valid=Sql(
            sqlite=f"typeof(@) IN ('integer', 'real') AND {within(power(held))}"
            f" AND round(@, {places}) = @",
            postgresql="@ <> 'NaN'",
            mysql="@ IS NOT NULL",
        ),
        text=Sql(sqlite=f"printf('%.{places}f', @)", postgresql="@::text", mysql="CAST(@ AS CHAR)"),
        # Zero is written without its sign, which only a float could have.
        plain=Sql(sqlite="@ <> 0 OR typeof(@) = 'integer'", postgresql="1 = 1", mysql="1 = 1"),
        number=ITSELF,
        places=places,
    )


def _float(_: Shape) -> Source:
    largest = "1.7976931348623157e308"
    text = Sql(sqlite="CAST(@ AS text)", postgresql="@::text", mysql="CAST(@ AS CHAR)")
    dotted = Sql(
        sqlite="@",
        postgresql="CASE WHEN strpos(@, '.') = 0 THEN @ || '.0' ELSE @ END",
        mysql="CASE WHEN LOCATE('.', @) = 0 THEN CONCAT(@, '.0') ELSE @ END",
    )
    return Source(
        valid=Sql(
            sqlite="typeof(@) = 'real' AND abs(@) < 1e308",
            # Other numbers, and other spellings, have no zero below zero.
            postgresql=f"abs(@) <= {largest} AND (@ <> 0 OR @::text = '0')",
            mysql="@ <> 0 OR CAST(@ AS CHAR) = '0'",
        ),
        text=dotted.of(text),
        plain=_plainly_written(),
        number=ITSELF,
    )


def _plainly_written() -> Sql:
    """Return where a float's text is that of Python: few digits, no exponent, and it comes back.

    A float that some decimal number of fifteen digits stands for is written as that number by everybody.
    """
    size = "(@ = 0 OR abs(@) >= 1e-4) AND abs(@) < 1e15"
    return Sql(
        sqlite=f"CASE WHEN {size} THEN length(CAST(@ AS text)) <= {DIGITS + 1}"
        f" AND round(@, {PLACES}) = @ AND CAST(CAST(@ AS text) AS real) = @"
        " AND (@ <> 0 OR CAST(@ AS text) = '0.0') END",
        postgresql=f"CASE WHEN {size} THEN char_length(@::text) <= {DIGITS + 1}"
        " AND @::text ~ '^(-?[1-9]|-?0[.]|0$)[0-9.]*$' AND @::text::float8 = @ END",
        mysql=f"CASE WHEN {size} THEN CHAR_LENGTH(CAST(@ AS CHAR)) <= {DIGITS + 1}"
        r" AND CAST(@ AS CHAR) REGEXP '^(-?[1-9]|-?0[.]|0\\z)[0-9.]*\\z'"
        " AND CAST(CAST(@ AS CHAR) AS DOUBLE) = @ END",
    )


def _uuid(_: Shape) -> Source:
    bare = "REPLACE(CAST(@ AS CHAR), '-', '')"
    ends = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return Source(
        valid=Sql(
            sqlite=f"typeof(@) = 'text' AND length(CAST(@ AS blob)) = 32 AND @ GLOB '{'[0-9a-f]' * 32}'",
            postgresql="@ IS NOT NULL",
            mysql=rf"CONVERT({bare} USING utf8mb4) COLLATE utf8mb4_bin REGEXP '^[0-9a-f]{{32}}\\z'",
        ),
        text=Sql(
            sqlite=" || '-' || ".join(f"substr(@, {start}, {count})" for start, count in ends),
            postgresql="@::text",
            mysql="CONCAT_WS('-', "
            + ", ".join(f"SUBSTR({bare}, {start}, {count})" for start, count in ends)
            + ")",
        ),
    )


def _date(_: Shape) -> Source:
    return Source(valid=times.DATE, text=times.DATE_AS_TEXT)


def _moment(_: Shape) -> Source:
    return Source(valid=times.MOMENT, text=times.MOMENT_AS_TEXT)


def _time(_: Shape) -> Source:
    return Source(valid=times.TIME, text=times.TIME_AS_TEXT)


SOURCES: Mapping[Kind, Callable[[Shape], Source]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.FLOAT: _float,
    Kind.DECIMAL: _decimal,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _moment,
    Kind.TIME: _time,
    Kind.UUID: _uuid,
    Kind.DURATION: lambda _: Source(valid=_there(NEVER)),
    Kind.JSON: lambda _: Source(valid=_there(NEVER)),
    Kind.BINARY: lambda _: Source(valid=_there("typeof(@) = 'blob'")),
    Kind.ADDRESS: lambda _: Source(valid=_there("typeof(@) = 'text'")),
}
