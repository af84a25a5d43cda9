"""Which errors of the database pass by themselves."""

from __future__ import annotations

from typing import Any, Final

from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

_PASSING_SQLSTATES: Final = ("40001", "40P01", "53300", "55P03", "57014", "08", "57P")
"""Beginnings, on PostgreSQL: serialization failure, deadlock, too many connections, lock and statement
timeout, connection exceptions, a server that shuts down or starts."""

_PASSING_NUMBERS: Final = frozenset(
    {1040, 1053, 1205, 1213, 1927, 1969, 2002, 2003, 2006, 2013, 2055, 4031}
)
"""MySQL, MariaDB: too many connections, server shuts down, lock wait timeout, deadlock, connection was
killed, statement timeout, server not there, gone, lost."""

_PASSING_WORDS: Final = ("locked", "unable to open")
"""SQLite."""


def passes(error: DatabaseError | InterfaceError, connection: BaseDatabaseWrapper) -> bool:
    """Tell whether to try again: the connection was lost, or somebody else was in the way.

    What the database says for good (no such table, disk full) would only be said again. To be called
    in the thread whose connection it was.
    """
    if isinstance(error, InterfaceError) or _is_lost(connection):
        return True
    if not isinstance(error, OperationalError):
        return False
    # A lost connection is told by its error too: at the end of a transaction Django makes a new one.
    if connection.vendor == "postgresql":
        state = getattr(_driver_error(error), "sqlstate", None)
        return state is None or state.startswith(_PASSING_SQLSTATES)
    if connection.vendor == "mysql":
        return bool(error.args) and error.args[0] in _PASSING_NUMBERS
    return any(word in str(error) for word in _PASSING_WORDS)


def _driver_error(error: BaseException) -> Any:
    """Return the error of psycopg that Django's, or another one of Django's, was raised from."""
    while not hasattr(error, "sqlstate") and error.__cause__ is not None:
        error = error.__cause__
    return error


def _is_lost(connection: BaseDatabaseWrapper) -> bool:
    return connection.connection is None or not connection.is_usable()
