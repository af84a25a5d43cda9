"""Tokens, and whom they stand for: looked up once in every request, so never out of date."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections, router
from rest_framework.authtoken.models import Token

from lowcode_async.runtime.statements import Statement, compiled


def token_of(key: str) -> Token | None:
    """Return the token of this key, with its user in it; None if there is none."""
    using = router.db_for_read(Token)
    found = _statement(using, connections[using].vendor).tuples([key])
    if not found:
        return None
    (row,) = found
    mine, theirs = _columns(Token), _columns(get_user_model())
    token: Token = Token.from_db(using, mine, row[: len(mine)])
    token.user = get_user_model().from_db(using, theirs, row[len(mine) :])
    return token


@cache
def _statement(using: str, _vendor: str) -> Statement:
    paths = [*_columns(Token), *(f"user__{each}" for each in _columns(get_user_model()))]
    rows = Token._base_manager.using(using).filter(key="").values_list(*paths)
    statement, _ = compiled(rows)
    return statement


def _columns(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
