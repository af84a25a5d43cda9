"""Connections of the pool, looked at before they are used: asking costs a request what a small query does."""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with another check of pooled connections, where ``CONN_HEALTH_CHECKS`` wants one."""

    @property
    def pool(self) -> Any:
        """The pool of connections; None without one."""
        pool = super().pool
        if pool is not None and pool._check is ConnectionPool.check_connection:  # noqa: SLF001
            pool._check = look  # noqa: SLF001 - Django leaves no way to name another one
        return pool


def look(connection: Connection[Any]) -> None:
    """Make sure that the server has not closed a connection that nobody uses.

    Then there is something to read: the end, or why it came. Else there is nothing, and the server is
    not asked. One that went without a word is found out by the kernel (``keepalives_idle``).

    Raises:
        OperationalError: it has.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        ConnectionPool.check_connection(connection)
