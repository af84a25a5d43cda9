"""What a MySQL or MariaDB connection can be told: to wait shortly, to hold tables, to be alone."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from lowcode_async import conf
from lowcode_async.errors import Retryable

log = logging.getLogger(__name__)

R = TypeVar("R")

_LOCK_ERRORS: Final = frozenset({1205, 1213, 1969})
"""Lock wait timeout, deadlock, statement timeout."""

_ALREADY: Final = frozenset({1022, 1050, 1051, 1054, 1060, 1061, 1068, 1091, 1146, 1826})
"""Exists already, is gone already: what a statement says that had been executed before."""

_GONE: Final = frozenset({1053, 1927, 2002, 2003, 2006, 2013, 2055})
"""The server shuts down, has killed the connection, cannot be reached, has gone away or was lost."""

_CANNOT_CREATE: Final = 1005
"""With error 121 of the storage engine: a foreign key of this name exists already."""

_NOT_ONLINE: Final = frozenset({1845, 1846})
"""The server cannot change a table in the way that was asked for."""

_FULL: Final = frozenset({1069, 1117, 1118, 1799})
"""A table has no room for one more index or column, or a log for what others write meanwhile."""

_IDLE_SECONDS: Final = 60
"""After which the server ends a connection that changes a table and says nothing."""

_HOLDERS: Final = """
    SELECT trx_mysql_thread_id, TIMESTAMPDIFF(SECOND, trx_started, NOW())
    FROM information_schema.innodb_trx
    WHERE trx_mysql_thread_id <> CONNECTION_ID() ORDER BY trx_started LIMIT 3
"""


class Beside:
    """Calls functions in another thread, on a connection of its own.

    A connection that holds tables with LOCK TABLES can use no others, and one that changes a table
    commits whatever transaction it has.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lowcode-beside")

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.submit(connections.close_all).result()
        self._thread.shutdown()

    def __call__(self, function: Callable[[], R]) -> R:
        """Call a function there; raise what it raises."""
        return self._thread.submit(_called, function).result()


def _called(function: Callable[[], R]) -> R:
    """Call a function; a connection that is lost on the way is not the next one's."""
    try:
        return function()
    except (DatabaseError, InterfaceError):
        for each in connections.all(initialized_only=True):
            each.close_if_unusable_or_obsolete()
        raise


def is_lock_error(error: DatabaseError) -> bool:
    """Tell whether a lock was not granted in time."""
    return bool(error.args) and error.args[0] in _LOCK_ERRORS


def is_lost(error: DatabaseError) -> bool:
    """Tell whether the server has ended a session, or was not there to say so."""
    return bool(error.args) and error.args[0] in _GONE


def holders(connection: BaseDatabaseWrapper) -> str:
    """Name the longest transactions of others; "?" where the account may not see them."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_HOLDERS)
            rows = cursor.fetchall()
    except DatabaseError:
        return "?"
    return ", ".join(f"thread {thread} ({seconds} s)" for thread, seconds in rows) or "?"


@contextmanager
def alone(task_id: UUID, connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Keep every other worker away from an upgrade as long as this connection lives.

    The lease alone would not do: a transaction that locks the upgrade's row ends with the first DDL.

    Raises:
        Retryable: another worker is still at it.
    """
    name = _name(task_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, 0)", [name])
        if cursor.fetchone()[0] != 1:
            raise Retryable("try_again")
        cursor.execute("SELECT @@session.wait_timeout")
        former = cursor.fetchone()
        # A worker whose host has vanished would keep its locks for hours otherwise.
        _set(cursor, ["wait_timeout"], [_IDLE_SECONDS])
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                _set(cursor, ["wait_timeout"], former)
                cursor.execute("SELECT RELEASE_LOCK(%s)", [name])


def is_at_work(task_id: UUID, connection: BaseDatabaseWrapper) -> bool:
    """Tell whether another connection is `alone` with an upgrade; never on other databases."""
    if connection.vendor != "mysql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT IS_USED_LOCK(%s) <> CONNECTION_ID()", [_name(task_id)])
        return bool(cursor.fetchone()[0])


def _name(task_id: UUID) -> str:
    return f"lowcode:{task_id}"


@contextmanager
def short_waits(
    connection: BaseDatabaseWrapper, *, for_rows: bool = False
) -> Iterator[Callable[[Callable[[], R]], R]]:
    """Give a way to call functions whose statements wait but shortly for metadata and row locks.

    MariaDB can refuse to wait at all for a metadata lock, so that nobody queues up behind the
    statement. But on a busy table some transaction is always open, and such a try never succeeds; so
    every other one waits a second at the most. MySQL knows no shorter wait.
    """
    is_mariadb = getattr(connection, "mysql_is_mariadb", False)
    waits = itertools.cycle((0, 1) if is_mariadb else (1,))
    names = ("lock_wait_timeout", "innodb_lock_wait_timeout")
    for_row = 0 if for_rows and is_mariadb else max(1, round(conf.current().lock_timeout))

    def shortly(function: Callable[[], R]) -> R:
        with connection.cursor() as cursor:
            _set(cursor, names, (next(waits), for_row))
        return function()

    with connection.cursor() as cursor:
        cursor.execute("SELECT @@session.lock_wait_timeout, @@session.innodb_lock_wait_timeout")
        former = cursor.fetchone()
    try:
        yield shortly
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                _set(cursor, names, former)


def _set(cursor: Any, names: Sequence[str], values: Sequence[float]) -> None:
    for name, value in zip(names, values, strict=True):
        cursor.execute(f"SET SESSION {name} = {value}")


def lock_tables(connection: BaseDatabaseWrapper, own: Sequence[str], others: Sequence[str]) -> None:
    """Hold tables against everybody, and others against writers, until `unlock_tables`.

    Changes of a table keep its lock (measured on MariaDB 10.11). ``t`` is the alias under which
    `planning.writing` joins the table with its new values.
    """
    quote = connection.ops.quote_name
    wanted = [f"{quote(each)} WRITE" for each in own]
    wanted += [f"{quote(own[0])} AS t WRITE"]
    wanted += [f"{quote(each)} READ" for each in others]
    with _seconds_at_most(connection) as cursor:
        cursor.execute(f"LOCK TABLES {', '.join(wanted)}")


@contextmanager
def _seconds_at_most(connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """Give a cursor whose statement does nothing but wait, `lock_timeout` at the most."""
    is_mariadb = getattr(connection, "mysql_is_mariadb", False)
    name = "max_statement_time" if is_mariadb else "lock_wait_timeout"
    short = conf.current().lock_timeout if is_mariadb else 1
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT @@session.{name}")
        (former,) = cursor.fetchone()
        _set(cursor, [name], [short])
        try:
            yield cursor
        finally:
            if connection.is_usable():
                _set(cursor, [name], [former])


def unlock_tables(connection: BaseDatabaseWrapper) -> None:
    """Let go of all tables."""
    if connection.is_usable():
        with connection.cursor() as cursor:
            cursor.execute("UNLOCK TABLES")


def editing(
    connection: BaseDatabaseWrapper, around: Callable[[Callable[[], None]], None]
) -> BaseDatabaseSchemaEditor:
    """Return a schema editor that has each of its statements executed by `around`."""
    base: Any = connection.SchemaEditorClass

    class SurroundedSchemaEditor(base):  # type: ignore[misc]
        """Hands its statements on."""

        def execute(self, sql: Any, params: Any = ()) -> None:
            around(partial(super().execute, sql, params))

    made: BaseDatabaseSchemaEditor = SurroundedSchemaEditor(connection, atomic=False)
    return made


def is_not_online(error: BaseException | None) -> bool:
    """Tell whether the server refused to change a table while others write to it."""
    return isinstance(error, DatabaseError) and bool(error.args) and error.args[0] in _NOT_ONLINE


def is_full(error: BaseException | None) -> bool:
    """Tell whether the server has no room for what is added while others write to the table."""
    return isinstance(error, DatabaseError) and bool(error.args) and error.args[0] in _FULL


def executed_before(error: BaseException | None) -> bool:
    """Tell whether an error is what a statement says that had been executed before."""
    if not isinstance(error, DatabaseError) or not error.args:
        return False
    number = error.args[0]
    return number in _ALREADY or (number == _CANNOT_CREATE and "errno: 121" in str(error))
