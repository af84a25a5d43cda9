"""Tokens, and whom they stand for: the database says so in every request, so never out of date.

A list begins with what this process has seen of the token and its user, if it has seen them: the statement
that finds the rows finds out, too, whether both still are what they were, and else the database is asked
before an answer goes out (`confirmed`). As with generations, what was begun with is confirmed at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import Error, connections, router
from django.db.models import F, Func, Subquery, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.http import HttpRequest
from rest_framework.authtoken.models import Token

from lowcode_async.runtime.statements import Statement, compiled

_STAMP: Final = "lowcode_stamp"
_SIGN_IN: Final = "lowcode_sign_in"
"""Where a request keeps its `SignIn`."""
_KEPT: Final = 1000
"""Tokens that a process keeps in mind."""
_FIXED: Final = frozenset(
    {type(None), bool, int, float, str, bytes, Decimal, UUID, date, datetime, time, timedelta}
)
"""Types of values that requests may share: none can change one under another."""
_seen: Final[dict[str, Seen]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A token and its user as they stood in the database."""

    using: str
    """Alias of the database."""
    columns: tuple[Any, ...] = field(repr=False)
    stamp: str | None
    """A digest of both by PostgreSQL; None where another database was asked."""
    steady: bool = field(compare=False)
    """Whether the look before found the same: what changes with every request is not worth a try."""

    def token(self) -> Token:
        """Return the token, with its user in it."""
        mine, theirs = _columns(Token), _columns(get_user_model())
        token: Token = Token.from_db(self.using, mine, self.columns[: len(mine)])
        token.user = get_user_model().from_db(self.using, theirs, self.columns[len(mine) :])
        return token


@dataclass(slots=True, kw_only=True)
class SignIn:
    """The sign-in of a request by what was seen before."""

    key: str = field(repr=False)
    seen: Seen
    confirmed: bool | None = None
    """Whether both still are what they were, as a statement has said; None if none has."""

    @property
    def values(self) -> tuple[str | None, str]:
        """The values in `unchanged`, in the order of its SQL."""
        return self.seen.stamp, self.key

    def unchanged(self) -> Subquery:
        """Return what is true if the token and its user are what they were; null if there is no such token."""
        tokens = Token._base_manager.filter(key=self.key)
        same = tokens.annotate(lowcode_same=Exact(_stamp(), self.seen.stamp))
        return Subquery(same.values("lowcode_same"))


def token_of(key: str) -> Token | None:
    """Return the token of this key, with its user in it; None if there is none."""
    seen = _look_up(key)
    return None if seen is None else seen.token()


def token_as_seen(key: str, request: HttpRequest) -> Token | None:
    """Return the same by what was seen before, if it was; the request is to be `confirmed` then.

    A request that begins a second time asks the database.
    """
    seen = _seen.get(key)
    if seen is None or not seen.steady or sign_in_of(request) is not None:
        return token_of(key)
    token = seen.token()
    if not token.user.is_active:
        return token_of(key)
    setattr(request, _SIGN_IN, SignIn(key=key, seen=seen))
    return token


def sign_in_of(request: HttpRequest) -> SignIn | None:
    """Return the sign-in by what was seen before, if that is how this request has begun."""
    found: SignIn | None = getattr(request, _SIGN_IN, None)
    return found


def confirmed(request: HttpRequest) -> bool:
    """Tell whether who has signed in still is who was seen; the database is asked unless it has said so."""
    sign_in = sign_in_of(request)
    if sign_in is None or sign_in.confirmed:
        return True
    try:
        if sign_in.confirmed is None and _look_up(sign_in.key) == sign_in.seen:
            return True
    except Error:
        pass
    _seen.pop(sign_in.key, None)
    return False


def _look_up(key: str) -> Seen | None:
    using = router.db_for_read(Token)
    vendor = connections[using].vendor
    found = _statement(using, vendor).tuples([key])
    if not found:
        _seen.pop(key, None)
        return None
    ((*columns, stamp),) = found if vendor == "postgresql" else ((*found[0], None),)
    before = _seen.get(key)
    steady = before is not None and before.stamp == stamp
    seen = Seen(using=using, columns=tuple(columns), stamp=stamp, steady=steady)
    if stamp is None or not _FIXED.issuperset(map(type, columns)):
        _seen.pop(key, None)
        return seen
    if len(_seen) >= _KEPT:
        _seen.clear()
    _seen[key] = seen
    return seen


@cache
def _statement(using: str, vendor: str) -> Statement:
    paths = _paths()
    rows = Token._base_manager.using(using).filter(key="")
    if vendor == "postgresql":
        rows = rows.annotate(**{_STAMP: _stamp()})
        paths.append(_STAMP)
    statement, _ = compiled(rows.values_list(*paths))
    return statement


def _stamp() -> Func:
    """Return what is another one whenever a column is.

    Not the text itself: as a value in statements it would bring passwords' hashes into logs.
    """
    every = Func(*map(F, _paths()), function="ROW", output_field=TextField())
    digest = "ENCODE(SHA256(CONVERT_TO(%(expressions)s, 'UTF8')), 'hex')"
    return Func(Cast(every, TextField()), template=digest, output_field=TextField())


def _paths() -> list[str]:
    return [*_columns(Token), *(f"user__{each}" for each in _columns(get_user_model()))]


def _columns(model: Any) -> list[str]:
    return [each.attname for each in model._meta.concrete_fields]
