"""Carrying a plan out on the database at hand: all of it, or nothing."""

from __future__ import annotations

from lowcode_async.migrating.base import Executor
from lowcode_async.migrating.mysql import MySQLExecutor
from lowcode_async.migrating.postgresql import PostgreSQLExecutor
from lowcode_async.migrating.sqlite import SQLiteExecutor

_EXECUTORS: dict[str, type[Executor]] = {
    "sqlite": SQLiteExecutor,
    "postgresql": PostgreSQLExecutor,
    "mysql": MySQLExecutor,
}


def get_executor(vendor: str) -> Executor:
    """Return what carries plans out on a database of this vendor (Django's name for it).

    Raises:
        KeyError: plans cannot be carried out on such a database.
    """
    return _EXECUTORS[vendor]()
