"""Parameters of the query: read strictly, and every problem told."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from django.utils.dateparse import parse_datetime
from rest_framework.request import Request

from lowcode_async.errors import Problem
from lowcode_async.rest.errors import RequestInvalid
from lowcode_async.sentences import JSON

_NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)


def number_of(request: Request, name: str, *, default: int, maximum: int | None = None) -> int:
    """Return a number from the query.

    Raises:
        RequestInvalid: it is none, or above `maximum`.
    """
    given = request.query_params.get(name)
    if given is None:
        return default
    if not _NUMBER.fullmatch(given) or (maximum is not None and int(given) > maximum):
        largest = 10**18 - 1 if maximum is None else maximum
        raise _problem("parameter_not_a_number", parameter=name, maximum=largest)
    return int(given)


def choices_of(request: Request, name: str, allowed: Collection[str]) -> list[str]:
    """Return what is chosen in the query, separated by commas; nothing if the parameter is absent.

    Raises:
        RequestInvalid: something is chosen that is not to be had.
    """
    chosen = [each for each in request.query_params.get(name, "").split(",") if each]
    if not set(chosen) <= set(allowed):
        raise _problem("parameter_not_one_of", parameter=name, allowed=list(allowed))
    return chosen


def moment_of(request: Request, name: str) -> datetime | None:
    """Return a moment from the query, in UTC unless it says otherwise; None if it is absent.

    Raises:
        RequestInvalid: it is none.
    """
    given = request.query_params.get(name)
    if given is None:
        return None
    try:
        # A plus sign that was not escaped has become a space.
        found = parse_datetime(given.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None:
        raise _problem("parameter_not_a_moment", parameter=name)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def text_of(request: Request, name: str) -> str | None:
    """Return a text from the query; None if it is absent.

    Raises:
        RequestInvalid: no database would take it.
    """
    given = request.query_params.get(name)
    if given is not None and "\0" in given:
        raise _problem("parameter_refused", parameter=name)
    return given


def refuse_unknown(request: Request, known: Collection[str]) -> None:
    """Refuse parameters that nobody reads: a misspelled filter must not find everything.

    Raises:
        RequestInvalid: there are some.
    """
    for name in request.query_params:
        if name not in known:
            raise _problem("parameter_unknown", parameter=name[:100], known=list(known))


def _problem(code: str, **params: JSON) -> RequestInvalid:
    return RequestInvalid([Problem(pointer="", code=code, params=params)])
