"""Short transactions, with pauses between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from lowcode_async.migrating.base import Execution, named
from lowcode_async.migrating.locks import patiently
from lowcode_async.migrating.pace import Pace
from lowcode_async.migrating.sqlite import OwnTablesEditor, is_locked

R = TypeVar("R")

_SOON: Final = 0.075
_PAUSE: Final = 0.03
_LONG_PAUSE: Final = 0.11
_EACH: Final = 3
"""Each third pause is a long one."""


def briefly(
    work: Callable[[Any], R], execution: Execution, described: str, *, pace: Pace | None = None
) -> R:
    """Do something whole, or not at all, without checks of foreign keys; then let others write.

    Args:
        work: is given a schema editor.
        execution: the whole.
        described: what it is, for people.
        pace: is told how long it took, from the moment when the file was ours.

    Raises:
        StageFailed: the database refused.
        LeaseLost: another worker has taken the stage over.
    """
    begun = time.perf_counter()

    def attempt() -> R:
        nonlocal begun
        with OwnTablesEditor(execution.connection, tables=()) as editor, named(described):
            begun = time.perf_counter()
            execution.fence()
            result = work(editor)
            execution.prolong()
        return result

    result = patiently(attempt, execution, locked=is_locked, holders=lambda: "SQLite")
    seconds = time.perf_counter() - begun
    if pace is not None:
        pace.after(seconds)
    pause(seconds, long=pace is not None and pace.batches % _EACH == 0)
    return result


def pause(seconds: float, *, long: bool = False) -> None:
    """Let others write, after the file was ours for some seconds.

    Who waits for it looks whether it is free after 1, 2, 5, 10, 15, 20, three times 25, twice 50, and then every 100
    milliseconds (`sqliteDefaultBusyCallback`). So who has waited for long needs a longer pause to find it.
    """
    time.sleep(_LONG_PAUSE if long or seconds >= _SOON else min(seconds, _PAUSE))
