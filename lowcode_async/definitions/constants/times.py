"""Constants that are dates, times and durations."""

from __future__ import annotations

import datetime as dt
import re
from typing import cast

from django.utils.dateparse import parse_duration
from django.utils.duration import duration_iso_string

from lowcode_async.definitions.constants.base import (
    ConstantType,
    Options,
    out_of_range,
    unreadable,
)
from lowcode_async.definitions.kinds import Kind

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?")
_DATE_TIME = re.compile(
    rf"{_DATE.pattern}[T ]{_TIME.pattern}(Z|[+-][0-9]{{2}}:?[0-9]{{2}})?", re.ASCII
)
_DURATION = re.compile(r"(?!.*[.,][0-9]{7})[-+0-9PTWDHMS:., day]{1,40}", re.ASCII)
"""Characters of durations; digits behind the microseconds would be lost without a word."""

MAX_DURATION = dt.timedelta(microseconds=2**63 - 1)
"""What databases without an interval type can hold: microseconds in 64 bits."""


def _read_date(value: str, _options: Options) -> dt.date:
    if _DATE.fullmatch(value) is None:
        raise unreadable(value, DATE.example)
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise unreadable(value, DATE.example) from error


def _read_time(value: str, _options: Options) -> dt.time:
    if _TIME.fullmatch(value) is None:
        raise unreadable(value, TIME.example)
    try:
        return dt.time.fromisoformat(value)
    except ValueError as error:
        raise unreadable(value, TIME.example) from error


def _read_date_time(value: str, _options: Options) -> dt.datetime:
    """Read a moment, in UTC; without an offset it is taken as UTC."""
    if _DATE_TIME.fullmatch(value) is None:
        raise unreadable(value, DATE_TIME.example)
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError as error:
        raise unreadable(value, DATE_TIME.example) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    try:
        moment = moment.astimezone(dt.UTC)
        # Every time zone must be able to show it.
        _ = moment - dt.timedelta(days=1), moment + dt.timedelta(days=1)
    except OverflowError as error:
        raise out_of_range(value, "0001-01-02", "9999-12-30") from error
    return moment


def _read_duration(value: str, _options: Options) -> dt.timedelta:
    """Read ISO 8601 (``P1DT2H``) or Django's own form (``1 02:00:00``)."""
    try:
        duration = parse_duration(value) if _DURATION.fullmatch(value) else None
    except (OverflowError, ValueError):
        raise out_of_range(value, str(-MAX_DURATION), str(MAX_DURATION)) from None
    if duration is None:
        raise unreadable(value, DURATION.example)
    if abs(duration) > MAX_DURATION:
        raise out_of_range(value, str(-MAX_DURATION), str(MAX_DURATION))
    return duration


def _write_iso(value: object, _options: Options) -> str:
    return cast("dt.date | dt.time", value).isoformat()


def _write_date_time(value: object, _options: Options) -> str:
    return cast("dt.datetime", value).isoformat().replace("+00:00", "Z")


def _write_duration(value: object, _options: Options) -> str:
    return duration_iso_string(cast("dt.timedelta", value))


DATE = ConstantType(
    kinds=(Kind.STRING,),
    example="2024-01-05",
    format="date",
    reader=_read_date,
    writer=_write_iso,
)
TIME = ConstantType(
    kinds=(Kind.STRING,),
    example="08:30:00",
    format="time",
    reader=_read_time,
    writer=_write_iso,
)
DATE_TIME = ConstantType(
    kinds=(Kind.STRING,),
    example="2024-01-05T08:30:00Z",
    format="date-time",
    reader=_read_date_time,
    writer=_write_date_time,
)
DURATION = ConstantType(
    kinds=(Kind.STRING,),
    example="P1DT2H",
    format="duration",
    reader=_read_duration,
    writer=_write_duration,
)
