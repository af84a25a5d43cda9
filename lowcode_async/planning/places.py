"""Where tables can be made that nobody will find, and how the real ones are read from there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connections, transaction

from lowcode_async.planning.leftovers import owned

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


@contextlib.contextmanager
def hidden_place(connection: BaseDatabaseWrapper, *, alias: str = "lowcode_clone") -> Iterator[Any]:
    """Give a connection where tables can be made that nobody will find.

    For SQLite, a database in memory: it is the same library, and no writer has to wait. Where DDL is
    transactional, all is rolled back.

    Args:
        connection: to the database that it is like.
        alias: by which queries find it, where it is another database.
    """
    if connection.vendor == "sqlite":
        memory: Any = connection.copy(alias)
        memory.settings_dict |= {"NAME": ":memory:", "OPTIONS": {}}
        # The same library; asked anew, it would look for this connection by its alias.
        memory.features = connection.features
        try:
            yield memory
        finally:
            # Django's own close() keeps a database in memory open, for tests.
            if memory.connection is not None:
                memory.connection.close()
        return
    if not connection.features.can_rollback_ddl:
        with owned(connection):
            yield connection
        return
    with transaction.atomic(using=connection.alias):
        try:
            yield connection
        finally:
            transaction.set_rollback(True, using=connection.alias)


@contextlib.contextmanager
def reachable(place: Any, connection: BaseDatabaseWrapper, *, attached: bool) -> Iterator[None]:
    """Let queries find the place by its alias, and, if it is SQLite's, read the real tables from there."""
    if place is connection:
        yield
        return
    former = connections[connection.alias] if place.alias == connection.alias else None
    connections[place.alias] = place
    try:
        with place.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys = OFF")
            if attached:
                cursor.execute("ATTACH DATABASE %s AS site", [_read_only(connection)])
        yield
    finally:
        if former is None:
            del connections[place.alias]
        else:
            connections[place.alias] = former


def _read_only(connection: BaseDatabaseWrapper) -> str:
    name = str(connection.settings_dict["NAME"])
    return name if name.startswith("file:") else f"{Path(name).resolve().as_uri()}?mode=ro"
