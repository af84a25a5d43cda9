"""Points Django, in this process and in all its threads, at one database after another."""

from __future__ import annotations

import contextlib
import copy
import weakref
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import environ
from asgiref.local import Local
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.utils import ConnectionHandler

from asgi_site.databases import PoolSize, tuned
from tests.servers.base import Server

NOWHERE: Mapping[str, Any] = {"ENGINE": "django.db.backends.dummy"}
"""Refuses every use."""

# Rows that `migrate` writes and that Django caches: they stay.
KEPT_TABLES = frozenset({"django_migrations", "django_content_type", "auth_permission"})

_opened: weakref.WeakSet[BaseDatabaseWrapper] = weakref.WeakSet()


def _remember(*, connection: BaseDatabaseWrapper, **_: object) -> None:
    _opened.add(connection)


connection_created.connect(_remember)


def settings_of(url: str) -> dict[str, Any]:
    """Return Django's settings for the database of this URL, as the site has them."""
    return tuned(
        environ.Env.db_url_config(url), pool=PoolSize(min_size=1, max_size=20, timeout=10.0)
    )


def close_connections() -> None:
    """Close the connections of all threads. Pooled ones go back to their pool, as in the site."""
    for each in list(_opened):
        each.inc_thread_sharing()
        try:
            each.close()
        finally:
            each.dec_thread_sharing()
    _opened.clear()


def close_pool() -> None:
    """Close the pooled connections, where the database has a pool."""
    if hasattr(connection, "close_pool"):
        connection.close_pool()


@contextlib.contextmanager
def pointed_at(settings: Mapping[str, Any]) -> Iterator[None]:
    """Make `settings` those of the default database, in all threads, for the length of a block."""
    complete = ConnectionHandler({DEFAULT_DB_ALIAS: copy.deepcopy(dict(settings))}).settings
    before = connections.settings[DEFAULT_DB_ALIAS]
    _switch(complete[DEFAULT_DB_ALIAS])
    try:
        yield
    finally:
        _switch(before)


@contextlib.contextmanager
def beside(alias: str, url: str) -> Iterator[BaseDatabaseWrapper]:
    """Give Django another database of this URL for the length of a block, empty as it is."""
    settings = settings_of(url)
    # Each connection of its own, so that none is left when the database is dropped.
    settings["OPTIONS"].pop("pool", None)
    complete = ConnectionHandler({DEFAULT_DB_ALIAS: {}, alias: settings}).settings
    connections.settings[alias] = complete[alias]
    try:
        yield connections[alias]
    finally:
        close_connections()
        del connections.settings[alias]
        connections._connections = Local(connections.thread_critical)


def _switch(settings: dict[str, Any]) -> None:
    close_connections()
    close_pool()
    connections.settings[DEFAULT_DB_ALIAS] = settings  # the very dict that is settings.DATABASES
    connections._connections = Local(connections.thread_critical)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The database that Django is pointed at."""

    vendor: str
    """``sqlite``, ``postgresql`` or ``mysql``, as ``connection.vendor`` has it."""
    url: str
    """What a process takes as ``DATABASE_URL``."""
    settings: Mapping[str, Any]
    """The entry in ``settings.DATABASES``."""
    server: Server | None
    """The server that it stands on; None for SQLite."""
    tables: frozenset[str]
    """The tables that `migrate` made."""
    rows: Mapping[str, list[tuple[Any, ...]]]
    """The rows that `migrate` wrote into tables that are emptied."""

    @contextlib.contextmanager
    def impatient(self) -> Iterator[None]:
        """Give a server up that is away after a second, for the length of a block."""
        settings = copy.deepcopy(dict(self.settings))
        if "pool" in settings["OPTIONS"]:
            settings["OPTIONS"]["pool"]["timeout"] = 1.0
        with pointed_at(settings):
            yield

    def clean(self) -> None:
        """Bring the database back to what it was after `migrate`."""
        close_connections()
        _await_connection()
        with connection.cursor() as cursor:
            _drop_routines(cursor)
            _drop_views(cursor)
            _drop_tables(cursor, _tables() - self.tables)
        with (
            transaction.atomic(),
            connection.constraint_checks_disabled(),
            connection.cursor() as cursor,
        ):
            for table in _tables_with_rows(cursor, self.tables - KEPT_TABLES):
                cursor.execute(f"DELETE FROM {_quoted(table)}")
            for table, rows in self.rows.items():
                places = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {_quoted(table)} VALUES ({places})", rows)
        close_connections()


@contextlib.contextmanager
def migrated(url: str, *, server: Server | None = None) -> Iterator[Database]:
    """Point Django at the empty database of this URL, and migrate it."""
    settings = settings_of(url)
    with pointed_at(settings):
        call_command("migrate", verbosity=0, interactive=False)
        tables = _tables()
        with connection.cursor() as cursor:
            written = _tables_with_rows(cursor, tables - KEPT_TABLES)
            rows = {table: _select(cursor, table) for table in written}
        close_connections()
        yield Database(
            vendor=connection.vendor,
            url=url,
            settings=settings,
            server=server,
            tables=tables,
            rows=rows,
        )


def _await_connection() -> None:
    """Connect; if the test has taken the server away, not by a connection from before that."""
    try:
        connection.ensure_connection()
        if connection.is_usable():
            return
    except OperationalError:
        pass
    close_connections()
    close_pool()


def _tables() -> frozenset[str]:
    return frozenset(connection.introspection.table_names())


def _tables_with_rows(cursor: Any, tables: Iterable[str]) -> list[str]:
    cursor.execute(
        " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {_quoted(table)})"
            for table in sorted(tables)
        )
    )
    return [table for (table,) in cursor.fetchall()]


def _select(cursor: Any, table: str) -> list[tuple[Any, ...]]:
    cursor.execute(f"SELECT * FROM {_quoted(table)}")
    return list(cursor.fetchall())


def _drop_tables(cursor: Any, tables: Iterable[str]) -> None:
    if not tables:
        return
    with connection.constraint_checks_disabled():
        if connection.vendor == "sqlite":
            for table in tables:
                cursor.execute(f"DROP TABLE {_quoted(table)}")
        else:
            names = ", ".join(map(_quoted, tables))
            cursor.execute(f"DROP TABLE {names} CASCADE")


def _drop_views(cursor: Any) -> None:
    for each in connection.introspection.get_table_list(cursor):
        if each.type == "v":
            cursor.execute(f"DROP VIEW {_quoted(each.name)}")


def _drop_routines(cursor: Any) -> None:
    """Drop functions of PostgreSQL; triggers of the others go with their tables."""
    if connection.vendor != "postgresql":
        return
    cursor.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    for (routine,) in cursor.fetchall():
        cursor.execute(f"DROP ROUTINE {routine} CASCADE")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
