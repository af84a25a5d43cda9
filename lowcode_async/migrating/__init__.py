"""Carrying a plan out on the database at hand: all of it, or nothing."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async.migrating.backfilling import Backfilling
from lowcode_async.migrating.base import Executor
from lowcode_async.migrating.elsewhere import Elsewhere
from lowcode_async.migrating.moving import Moving
from lowcode_async.migrating.mysql import MySQLExecutor
from lowcode_async.migrating.postgresql import PostgreSQLExecutor
from lowcode_async.migrating.sqlite import SQLiteExecutor
from lowcode_async.migrating.transactional import TransactionalExecutor
from lowcode_async.planning.databases import HOME

_EXECUTORS: dict[str, type[Executor]] = {
    "sqlite": SQLiteExecutor,
    "postgresql": PostgreSQLExecutor,
    "mysql": MySQLExecutor,
}


def get_executor(connection: BaseDatabaseWrapper) -> Executor:
    """Return what carries plans out on a database.

    Raises:
        KeyError: plans cannot be carried out on a database of this vendor.
    """
    executor = _EXECUTORS[connection.vendor]()
    if connection.alias != HOME and isinstance(executor, TransactionalExecutor):
        return Elsewhere(executor)
    if isinstance(executor, PostgreSQLExecutor):
        return Backfilling(executor)
    if isinstance(executor, SQLiteExecutor):
        return Moving(executor)
    return executor
