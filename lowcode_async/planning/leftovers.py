"""Tables that nobody will find, on databases that do not take them back when their maker dies.

Each bears the number of the connection that made it. A living maker holds a lock of that name; the
lock ends with its connection. So a table whose lock is free is nobody's any more.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX: Final = "lowcode_clone_"
"""Tables of this name are nobody's but their maker's."""

_TABLES: Final = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name LIKE 'lowcode\\_clone\\_%%'
"""


def hidden_name(connection: BaseDatabaseWrapper) -> str:
    """Return a name for a table that nobody will find."""
    maker = 0
    if not connection.features.can_rollback_ddl:
        with connection.cursor() as cursor:
            maker = _number(cursor)
    return neighbor_of(f"{PREFIX}{maker}_")


def neighbor_of(name: str) -> str:
    """Return another such name, of the same maker."""
    return f"{_maker(name)}_{secrets.token_hex(6)}"


@contextlib.contextmanager
def owned(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Own what is made within this block, so that nobody sweeps it away.

    Args:
        connection: one of MySQL or MariaDB.
    """
    with connection.cursor() as cursor:
        lock = f"{PREFIX}{_number(cursor)}"
        cursor.execute("SELECT GET_LOCK(%s, 0)", [lock])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT RELEASE_LOCK(%s)", [lock])


def sweep(connection: BaseDatabaseWrapper) -> None:
    """Drop the tables whose makers have died."""
    if connection.features.can_rollback_ddl:
        return
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        for table in _left(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)}")


def _left(cursor: Any) -> list[str]:
    cursor.execute(_TABLES)
    left = []
    for (table,) in cursor.fetchall():
        cursor.execute("SELECT IS_FREE_LOCK(%s)", [_maker(table)])
        if cursor.fetchone()[0] == 1:
            left.append(table)
    return left


def _maker(name: str) -> str:
    """Return the name of the lock that the maker of a table holds."""
    return name.rpartition("_")[0]


def _number(cursor: Any) -> int:
    cursor.execute("SELECT CONNECTION_ID()")
    (number,) = cursor.fetchone()
    return int(number)
