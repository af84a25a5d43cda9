"""Reads of the database for sockets, on a few threads of their own.

Outside a request all thread-sensitive calls of a process share one thread, so that a slow one
would hold up every socket; these do not wait for it, nor for each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Final, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

AWAY: Final = (OperationalError, InterfaceError)
"""What a read raises while the database is away."""

_THREADS: Final = 4


async def read(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a sync function that reads the database, and return what it returns."""
    call = partial(_with_fresh_connection, partial(function, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(_threads(), call)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="lowcode-socket")


def _with_fresh_connection(call: Callable[[], R]) -> R:
    """Treat the thread's connection as a request would: `CONN_MAX_AGE` says how long it stays."""
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()
