"""Connections of the pool: those last used first, and looked at before they are used.

To ask the server whether one lives costs a request what a small query does.
"""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with a pool of our kind, and another check of its connections, where ``CONN_HEALTH_CHECKS`` wants one."""

    @property
    def pool(self) -> Any:
        """The pool of connections; None without one."""
        pool = super().pool
        if pool is not None and not isinstance(pool, LastUsedFirst):
            # Django leaves no way to name another class or check.
            pool.__class__ = LastUsedFirst
            if pool._check is ConnectionPool.check_connection:  # noqa: SLF001
                pool._check = look  # noqa: SLF001
        return pool


class LastUsedFirst(ConnectionPool[Any]):
    """A pool that gives the connection that has rested least, not the one that has rested longest.

    Once a crowd has asked, each request of a few clients would else meet another of the server's processes,
    which has not planned its statements yet and whose memory has left the processor's cache. And those that
    are too many are at rest, so that they are closed (``max_idle``).
    """

    def _get_ready_connection(self, timeout: float | None) -> Any:
        # The lock is held. The first is taken, and the one given back last stands last.
        self._pool.rotate(1)
        return super()._get_ready_connection(timeout)


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
