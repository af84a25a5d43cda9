"""PostgreSQL: one transaction, with a short lock timeout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from django.db import DatabaseError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from lowcode_async import conf
from lowcode_async.migrating.base import Execution
from lowcode_async.migrating.locks import patiently
from lowcode_async.migrating.transactional import TransactionalExecutor

R = TypeVar("R")

_NOT_GRANTED: Final = frozenset({"55P03", "40P01"})
"""SQLSTATE of lock_not_available and deadlock_detected."""

_DEAD_CLIENTS: Final = {
    "client_connection_check_interval": "1s",
    "tcp_keepalives_idle": "5s",
    "tcp_keepalives_interval": "5s",
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": "15s",
}
"""How the server finds out that its client is gone. Not every system has each of them."""

_GONE: Final = frozenset({"080", "57P"})
"""Beginnings of the SQLSTATEs of connection exceptions and of a server that shuts down."""

_HOLDERS: Final = """
    SELECT DISTINCT a.pid, a.application_name, a.usename,
           round(extract(epoch FROM clock_timestamp() - a.xact_start))::int
    FROM pg_locks l
    JOIN pg_class c ON c.oid = l.relation
    JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE c.relname = ANY(%s) AND l.granted AND l.pid <> pg_backend_pid()
    ORDER BY 4 DESC NULLS LAST LIMIT 3
"""


class PostgreSQLExecutor(TransactionalExecutor):
    """Carries plans out on PostgreSQL."""

    def locked(self, error: DatabaseError) -> bool:
        """Tell whether a lock was not granted in time."""
        return is_locked(error)

    def lost(self, error: DatabaseError) -> bool:
        """Tell whether the server has ended the session, or was not there to say so."""
        return is_lost(error)

    def holders(self, execution: Execution) -> str:
        """Name the sessions that hold locks on the plan's tables, the longest transaction first."""
        return holders(execution)

    def prepare(self, editor: BaseDatabaseSchemaEditor) -> None:
        """Make every lock of this transaction a short wait."""
        begin(editor.connection)
        # A worker that is killed in the middle of a long statement holds its locks no longer; nor
        # does one whose host has vanished, without which the server would wait for hours.
        for name, value in _DEAD_CLIENTS.items():
            editor.execute(
                "SELECT set_config(name, %s, true) FROM pg_settings"
                " WHERE name = %s AND max_val::bigint > 0",
                [value, name],
            )

    def settle(self, editor: BaseDatabaseSchemaEditor) -> None:
        """Check deferred foreign keys now: ALTER TABLE refuses a table with pending trigger events."""
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        editor.execute("SET CONSTRAINTS ALL DEFERRED")


def begin(connection: BaseDatabaseWrapper) -> None:
    """Begin a transaction whose locks are short waits, and each of whose statements sees what is there.

    With a snapshot of its own, as a site may have it, it would not see what was written before its
    locks were granted.
    """
    milliseconds = int(conf.current().lock_timeout * 1000)
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", None)
        cursor.execute(f"SET LOCAL lock_timeout = {milliseconds}", None)


def is_locked(error: DatabaseError) -> bool:
    """Tell whether a lock was not granted in time."""
    return getattr(error.__cause__, "sqlstate", None) in _NOT_GRANTED


def is_lost(error: DatabaseError) -> bool:
    """Tell whether the server has ended the session, or was not there to say so."""
    state = getattr(error.__cause__, "sqlstate", None)
    return isinstance(error, OperationalError) and (state is None or state[:3] in _GONE)


def briefly(attempt: Callable[[], R], execution: Execution) -> R:
    """Try a short transaction until its locks are granted; see `locks.patiently`."""
    return patiently(
        attempt, execution, locked=is_locked, lost=is_lost, holders=lambda: holders(execution)
    )


def holders(execution: Execution) -> str:
    """Name the sessions that hold locks on the plan's tables, the longest transaction first."""
    with execution.connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [execution.tables()])
        rows = cursor.fetchall()
    return (
        ", ".join(
            f"pid {pid} ({name or user or '?'}, {seconds} s)" for pid, name, user, seconds in rows
        )
        or "?"
    )
