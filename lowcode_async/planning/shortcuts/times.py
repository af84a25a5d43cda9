"""Dates, moments and times of day: how they stand in a column, and how they are written as text.

Moments are those of UTC, in the database and in text; `shortcut_of` sees to it that they are.
"""

from __future__ import annotations

from typing import Final

from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.shapes import Shape
from lowcode_async.planning.shortcuts.shortcut import Part
from lowcode_async.planning.shortcuts.sql import Sql, containing, matching

_DAY: Final = (
    "[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    "|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_LEAP_DAY: Final = (
    "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29"
)
_DATE: Final = f"(?!0000)(?:{_DAY}|{_LEAP_DAY})"
_TIME: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.](?!000000)[0-9]{6})?"
_SIX: Final = "[0-9]" * 6


def _fraction(start: int, end: str = "") -> str:
    """Return SQLite's condition that behind some letters there is nothing, or six digits of use."""
    return (
        f"(length(CAST(@ AS blob)) = {start - 1 + len(end)} AND @ GLOB '*{end}'"
        f" OR length(CAST(@ AS blob)) = {start + 6 + len(end)}"
        f" AND @ GLOB '*.{_SIX}{end}' AND NOT @ GLOB '*.000000{end}')"
    )


# Without a modifier, older versions of SQLite give back a day that there is not.
_SQLITE_DATE: Final = "date(@, '+0 days') = @ AND @ >= '0001-01-01'"
_SQLITE_TIME: Final = f"time(substr(@, 1, 8), '+0 days') = substr(@, 1, 8) AND {_fraction(9)}"
_SQLITE_STAMP: Final = "substr(@, 1, 10) || ' ' || substr(@, 12, 8)"

DATE: Final = Sql(
    sqlite=f"typeof(@) = 'text' AND {_SQLITE_DATE}",
    postgresql="@ BETWEEN '0001-01-01' AND '9999-12-31'",
    mysql="@ >= '0001-01-01'",
)
DATE_AS_TEXT: Final = Sql(
    sqlite="@", postgresql="to_char(@, 'YYYY-MM-DD')", mysql="DATE_FORMAT(@, '%Y-%m-%d')"
)
MOMENT: Final = Sql(
    sqlite=f"typeof(@) = 'text' AND datetime(substr(@, 1, 19), '+0 days') = substr(@, 1, 19)"
    f" AND @ >= '0001-01-01' AND {_fraction(20)}",
    postgresql="@ >= '0001-01-01 00:00:00+00' AND @ < '10000-01-01 00:00:00+00'",
    mysql="@ >= '0001-01-01'",
)
MOMENT_AS_TEXT: Final = Sql(
    sqlite="replace(@, ' ', 'T') || 'Z'",
    postgresql="to_char(@ AT TIME ZONE 'UTC', CASE WHEN date_trunc('second', @) = @"
    """ THEN 'YYYY-MM-DD"T"HH24:MI:SS"Z"' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' END)""",
    mysql="DATE_FORMAT(@, IF(MICROSECOND(@) = 0, '%Y-%m-%dT%H:%i:%sZ', '%Y-%m-%dT%H:%i:%s.%fZ'))",
)
TIME: Final = Sql(
    sqlite=f"typeof(@) = 'text' AND {_SQLITE_TIME}",
    postgresql="@ < '24:00:00'",
    mysql="@ BETWEEN '00:00:00' AND '23:59:59.999999'",
)
TIME_AS_TEXT: Final = Sql(
    sqlite="@",
    postgresql="to_char(@::interval, CASE WHEN date_trunc('second', @::interval) = @::interval"
    " THEN 'HH24:MI:SS' ELSE 'HH24:MI:SS.US' END)",
    mysql="TIME_FORMAT(@, IF(MICROSECOND(@) = 0, '%H:%i:%s', '%H:%i:%s.%f'))",
)

_NO_TIME: Final = {FindingKind.CLEARED: containing("A-SU-Ya-z")}
"""No date and no time is written with other letters than ``T`` and ``Z``."""


def date_from_text(_: Shape) -> Part:
    """Read dates as they are written."""
    return Part(
        guard=matching(_DATE, sqlite=_SQLITE_DATE),
        expression=Sql(sqlite="@", postgresql="@::date", mysql="CAST(@ AS DATE)"),
        losses=_NO_TIME,
    )


def moment_from_text(_: Shape) -> Part:
    """Read moments as they are written, with a ``Z``.

    With a space for the ``T``, without the ``Z`` or without a time they are written in another way.
    """
    stamp = f"datetime({_SQLITE_STAMP}, '+0 days') = {_SQLITE_STAMP} AND @ >= '0001-01-01'"
    plain = f"{stamp} AND substr(@, 11, 1) = 'T' AND {_fraction(20, 'Z')}"
    other = (
        f"{_SQLITE_DATE} OR {stamp} AND substr(@, 11, 1) IN ('T', ' ')"
        f" AND ({_fraction(20)} OR {_fraction(20, 'Z')})"
    )
    reformatted = matching(f"{_DATE}(?:[T ]{_TIME}Z?)?", sqlite=other)
    return Part(
        guard=matching(f"{_DATE}T{_TIME}Z", sqlite=plain),
        expression=Sql(
            sqlite="replace(replace(@, 'T', ' '), 'Z', '')",
            postgresql="@::timestamptz",
            mysql="CAST(REPLACE(REPLACE(@, 'T', ' '), 'Z', '') AS DATETIME(6))",
        ),
        losses={FindingKind.REFORMATTED: reformatted, **_NO_TIME},
    )


def time_from_text(_: Shape) -> Part:
    """Read times of day as they are written."""
    return Part(
        guard=matching(_TIME, sqlite=_SQLITE_TIME),
        expression=Sql(sqlite="@", postgresql="@::time", mysql="CAST(@ AS TIME(6))"),
        losses=_NO_TIME,
    )


def moment_from_date() -> Part:
    """Read dates as their midnights."""
    return Part(
        guard=DATE,
        expression=Sql(
            sqlite="@ || ' 00:00:00'",
            postgresql="(@::timestamp AT TIME ZONE 'UTC')",
            mysql="CAST(@ AS DATETIME(6))",
        ),
        losses={},
    )


def date_from_moment() -> Part:
    """Read midnights as their dates; of other moments the time is lost."""
    midnight = Sql(
        sqlite="substr(@, 12) = '00:00:00'",
        postgresql="(@ AT TIME ZONE 'UTC')::time = '00:00:00'",
        # As a text MySQL compares it with the fractions of a second that the column has.
        mysql="TIME(@) = TIME'00:00:00'",
    )
    return Part(
        guard=MOMENT.then(midnight),
        expression=Sql(
            sqlite="substr(@, 1, 10)",
            postgresql="(@ AT TIME ZONE 'UTC')::date",
            mysql="DATE(@)",
        ),
        losses={FindingKind.TRUNCATED: MOMENT},
    )
