"""Users of a site, made by SQL: a process of the site that makes one takes a second to begin."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cache

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone


def make_user(connection: BaseDatabaseWrapper, name: str, *, password: str, is_staff: bool) -> str:
    """Make a user in the database of a site, and return its token."""
    key = secrets.token_hex(20)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    user = {"username": name, "password": _hash(password), "date_joined": now}
    user |= {"first_name": "", "last_name": "", "email": ""}
    user |= {"is_staff": is_staff, "is_superuser": False, "is_active": True}
    _insert(connection, "auth_user", user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM auth_user WHERE username = %s", [name])
        (user_id,) = cursor.fetchone()
    _insert(connection, "authtoken_token", {"key": key, "user_id": user_id, "created": now})
    return key


@cache
def _hash(password: str) -> str:
    """Return what Django keeps of a password; by the site's hasher, not by the quick one of the tests."""
    return PBKDF2PasswordHasher().encode(password, secrets.token_hex(8))


def _insert(connection: BaseDatabaseWrapper, table: str, row: Mapping[str, object]) -> None:
    """Insert a row by the names of its columns."""
    names = ", ".join(map(connection.ops.quote_name, row))
    places = ", ".join(["%s"] * len(row))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(row.values()))
