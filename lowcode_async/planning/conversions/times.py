"""How dates, times and durations are read.

* Text is ISO 8601, with spaces around it if need be; between date and time a space may stand for
  the ``T``. What has no offset is UTC; what has one is turned to UTC. (With ``USE_TZ`` off, moments
  are those of the default time zone, as Django has them.)
* A date is its midnight. A moment has the date and the time of day of UTC; what is left out is said
  to be lost, unless it is midnight.
* Numbers are durations of as many seconds.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_duration

from lowcode_async.planning.conversions.numbers import exact
from lowcode_async.planning.conversions.outcomes import (
    NO_FORM,
    TOO_LARGE,
    Kept,
    Outcome,
    rounded,
    truncated,
)
from lowcode_async.planning.shapes import Shape

_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?"
_DATE_ONLY = re.compile(_DATE, re.ASCII)
_TIME_ONLY = re.compile(_TIME, re.ASCII)
_MOMENT = re.compile(rf"{_DATE}[T ]{_TIME}(?:Z|[+-]\d{{2}}:?\d{{2}})?", re.ASCII)
_LONGEST = dt.timedelta(microseconds=2**63 - 1)
"""What databases without an interval type can hold: microseconds in 64 bits."""
_MIDNIGHT = dt.time()


def read_date(value: Any, _: Shape) -> Outcome:
    """Read a date."""
    found = _parsed(value)
    if isinstance(found, dt.datetime):
        plain = _plain(found)
        same = plain.time() == _MIDNIGHT
        return Kept(plain.date()) if same else truncated(plain.date())
    return Kept(found) if isinstance(found, dt.date) else NO_FORM


def read_moment(value: Any, _: Shape) -> Outcome:
    """Read a date with a time."""
    found = _parsed(value)
    if isinstance(found, dt.datetime):
        return _settled(found)
    if isinstance(found, dt.date):
        return _settled(dt.datetime.combine(found, _MIDNIGHT))
    return NO_FORM


def read_time(value: Any, _: Shape) -> Outcome:
    """Read a time of day."""
    found = _parsed(value)
    if isinstance(found, dt.datetime):
        return truncated(_plain(found).time())
    return Kept(found) if isinstance(found, dt.time) else NO_FORM


def read_duration(value: Any, _: Shape) -> Outcome:
    """Read a duration: ISO 8601 (``P1DT2H``), Django's own form (``1 02:00:00``), or seconds."""
    try:
        number = exact(value)
        if number is not None:
            return _seconds(number)
        if not isinstance(value, str) or len(value) > 100:
            return NO_FORM
        duration = parse_duration(value.strip())
    except (OverflowError, ValueError, ArithmeticError):
        return TOO_LARGE
    if duration is None:
        return NO_FORM
    return Kept(duration) if abs(duration) <= _LONGEST else TOO_LARGE


def _seconds(number: Decimal) -> Outcome:
    micro = number.scaleb(6)
    whole = micro.to_integral_value(rounding=ROUND_HALF_UP)
    if abs(whole) > 2**63 - 1:
        return TOO_LARGE
    duration = dt.timedelta(microseconds=int(whole))
    return Kept(duration) if whole == micro else rounded(duration)


def _parsed(value: Any) -> dt.date | dt.datetime | dt.time | None:
    """Return a value of any kind as what it is in time, if it is."""
    if isinstance(value, dt.date | dt.time):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        if _DATE_ONLY.fullmatch(text):
            return dt.date.fromisoformat(text)
        if _TIME_ONLY.fullmatch(text):
            return dt.time.fromisoformat(text)
        if _MOMENT.fullmatch(text):
            return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    return None


def _plain(moment: dt.datetime) -> dt.datetime:
    """Return a moment without time zone: that of UTC, or as it stands where there is none."""
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(dt.UTC).replace(tzinfo=None)
    except OverflowError:
        return moment.replace(tzinfo=None)


def _settled(moment: dt.datetime) -> Outcome:
    """Return a moment as Django's `DateTimeField` has it."""
    try:
        if settings.USE_TZ:
            aware = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
            return Kept(aware.astimezone(dt.UTC))
        if moment.tzinfo is None:
            return Kept(moment)
        return Kept(timezone.make_naive(moment, timezone.get_default_timezone()))
    except OverflowError:
        return TOO_LARGE
