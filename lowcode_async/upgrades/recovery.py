"""What a crash left behind: upgrades that nobody runs are sent to a worker again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connections

from lowcode_async import conf
from lowcode_async.backups import delete_unfinished, destination
from lowcode_async.errors import BackupError, BrokerUnavailable
from lowcode_async.models import Upgrade
from lowcode_async.upgrades import leases, lost

log = logging.getLogger(__name__)

_SWEEP_INTERVAL: Final = 60.0
"""Seconds between two looks for unfinished backups, and for lost values past their time."""

Send = Callable[[UUID, Upgrade.Stage], None]


def recover(send: Send) -> int:
    """Send the messages of all lost upgrades again; return how many.

    Raises:
        BrokerUnavailable: the broker is out of reach; the next look tries again.
    """
    found = dict(leases.lost())
    unsent = set(found)
    try:
        for task_id, stage in found.items():
            send(task_id, stage)
            unsent.remove(task_id)
            log.info("upgrade taken up again upgrade=%s stage=%s", task_id, stage)
    finally:
        if unsent:
            leases.unsent(unsent)
    return len(found)


class Recovery:
    """A thread of a worker process that looks for lost upgrades, at once and then regularly."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lowcode-recovery", daemon=True)
        self._reachable = True
        self._sweep_due = 0.0

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; returns when it has ended."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            self._look()
            self._stopped.wait(conf.current().recovery_interval)

    def _look(self) -> None:
        try:
            recover(self._send)
            if time.monotonic() >= self._sweep_due:
                delete_unfinished(destination())
                lost.purge()
                lost.count_uncounted()
                self._sweep_due = time.monotonic() + _SWEEP_INTERVAL
        except (DatabaseError, InterfaceError, BrokerUnavailable, BackupError) as error:
            if self._reachable:
                log.warning("recovery cannot look now error=%s", error)
            self._reachable = False
        else:
            if not self._reachable:
                log.info("recovery looks again")
            self._reachable = True
        finally:
            connections.close_all()
