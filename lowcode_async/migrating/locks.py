"""Waiting for a table's lock without making others wait: short tries, with pauses between.

A statement that waits for an exclusive lock blocks every reader and writer behind it. So each try
gives up after `conf.lock_timeout`, and all together after `conf.lock_patience`.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from django.db import DatabaseError, OperationalError

from lowcode_async import conf
from lowcode_async.errors import StageFailed
from lowcode_async.migrating.base import Execution, refused

log = logging.getLogger(__name__)

R = TypeVar("R")

_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.0


def patiently(
    attempt: Callable[[], R],
    execution: Execution,
    *,
    locked: Callable[[DatabaseError], bool],
    holders: Callable[[], str],
    lost: Callable[[DatabaseError], bool] = lambda _: False,
    described: str | None = None,
) -> R:
    """Try until the locks are granted or the patience is at its end.

    Args:
        attempt: does all of it or nothing.
        execution: whose progress tells what is being waited for.
        locked: tells whether an error means that a lock was not granted.
        holders: names who holds the locks, for people.
        lost: tells whether an error means that the connection was lost. Asking the connection does not
            always tell: Django may have made a new one at the end of the transaction.
        described: the operation, for people, unless the errors bring it along.

    Raises:
        StageFailed: ``lock_not_granted``, or ``database_refused`` for any other refusal.
        OperationalError: the connection is lost.
    """
    deadline = time.monotonic() + conf.current().lock_patience
    pause = _FIRST_PAUSE
    while True:
        try:
            return attempt()
        except DatabaseError as error:
            if lost(error) or not execution.connection.is_usable():
                raise OperationalError(*error.args) from error
            if not locked(error):
                raise refused(error, described) from error
            table, held_by = ", ".join(execution.tables()), holders()
            if time.monotonic() >= deadline:
                raise StageFailed(
                    "lock_not_granted",
                    table=table,
                    seconds=conf.current().lock_patience,
                    holders=held_by,
                ) from error
        log.info("waiting for lock upgrade=%s holders=%s", execution.upgrade.pk, held_by)
        execution.progress(0, code="waiting_for_lock", params={"table": table, "holders": held_by})
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret, only spread
        pause = min(pause * 2, _LONGEST_PAUSE)
