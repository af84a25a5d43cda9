"""The processes that serve live models: each keeps a row, follows the generation, and says so.

A process is alive as long as its row was touched lately, by the database's clock. The restart stage
reads there who serves which generation, and asks for a restart there.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import connections, router
from django.db.models import F, QuerySet

from lowcode_async import conf
from lowcode_async.clock import database_now
from lowcode_async.models import Process
from lowcode_async.runtime.generation import refresh, served_number

log = logging.getLogger(__name__)

ID_VARIABLE: Final = "LOWCODE_PROCESS_ID"
"""Environment variable by which a process that replaces itself hands its id to the next."""

_BEATS: Final = 4
"""Signs of life within `process_timeout`."""
_FORGOTTEN_AFTER: Final = timedelta(hours=1)
"""Rows of processes that were killed so long ago are deleted by whoever registers."""
_STOP_PATIENCE: Final = 5.0
"""Seconds `stop` waits for the thread, which may be waiting for a database that is away."""


class Registration:
    """The row of this process and the thread that keeps it true.

    The thread looks at the database every `generation_poll` seconds. It swaps the generation when
    there is a newer one and reports its number at once, gives signs of life, and notices when a
    restart is asked for. A database that is away only makes it try again; that is logged once.
    """

    def __init__(
        self, kind: Process.Kind, *, on_restart: Callable[[UUID], None] | None = None
    ) -> None:
        """Take the id that a former incarnation left in the environment, or a new one.

        Args:
            kind: what this process does.
            on_restart: called in the registration's thread, once for each upgrade that asks this
                process to restart, with the upgrade's id.
        """
        # Taken out, so that programs which this process starts do not take it for theirs.
        inherited = os.environ.pop(ID_VARIABLE, None)
        self.id = UUID(inherited) if inherited else uuid4()
        self.kind = kind
        self.pid = os.getpid()
        self.registered = threading.Event()
        """Set once the row stands in the database."""
        self._on_restart = on_restart
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._follow, name="lowcode-registration", daemon=True
        )
        self._row_stays = False
        self._failing = False
        self._incarnation = 1
        self._reported = -1
        self._seen = 0.0
        self._noticed: UUID | None = None

    def start(self) -> None:
        """Begin to follow; returns at once, whether the database can be reached or not.

        Raises:
            RuntimeError: this process has been registered already, see `own`.
        """
        _Own.take(self)
        self._thread.start()

    def stop(self) -> None:
        """Stop following and delete the row, so that nobody waits for this process."""
        self._stopping.set()
        if self._thread is not threading.current_thread():
            self._thread.join(_STOP_PATIENCE)
        _Own.release(self)

    def hand_over(self) -> None:
        """Stop following, but leave the row and the id to the process that this one becomes.

        To be called right before `os.execv`.
        """
        self._row_stays = True
        self.stop()
        os.environ[ID_VARIABLE] = str(self.id)

    def report(self) -> int:
        """Swap if there is a newer generation, write its number down, and return it.

        Raises:
            DatabaseError: the database is out of reach.
        """
        with self._lock:
            try:
                refresh()
            finally:
                # A process that cannot build the newest generation is alive, and to be named.
                self._beat(served_number())
        return self._reported

    def _follow(self) -> None:
        try:
            while not self._stopping.is_set():
                self._attempt(self._look)
                self._stopping.wait(conf.current().generation_poll)
            if not self._row_stays:
                self._attempt(self._deregister)
        finally:
            connections.close_all()

    def _attempt(self, step: Callable[[], object]) -> None:
        """Do a step; whatever goes wrong, the thread lives on and tells it once."""
        try:
            step()
        except Exception as error:  # noqa: BLE001 - the thread's edge: it must outlive everything
            if not self._failing:
                log.warning("cannot follow process=%s error=%r", self.id, error)
            self._failing = True
            connections.close_all()
        else:
            if self._failing:
                log.warning("following again process=%s", self.id)
            self._failing = False
            _return_pooled_connections()

    def _look(self) -> None:
        self.report()
        requested = self._rows().values_list("restart_requested", flat=True).first()
        if requested is None or requested == self._noticed:
            return
        self._noticed = requested
        log.info("restart asked for process=%s upgrade=%s", self.id, requested)
        if self._on_restart is not None:
            self._on_restart(requested)

    def _beat(self, number: int) -> None:
        due = time.monotonic() - self._seen >= conf.current().process_timeout / _BEATS
        if number == self._reported and not due:
            return
        now = database_now(self._using())
        values = {"generation": number, "last_seen_at": now}
        if not self.registered.is_set() or not self._rows().update(**values):
            self._register(number)
        self._reported, self._seen = number, time.monotonic()

    def _register(self, number: int) -> None:
        """Write the row, or take over the one that the former incarnation left."""
        now = database_now(self._using())
        everybody = Process.objects.using(self._using())
        everybody.filter(last_seen_at__lt=now - _FORGOTTEN_AFTER).exclude(pk=self.id).delete()
        values = {
            "kind": self.kind,
            "host": socket.gethostname(),
            "pid": self.pid,
            "restart_requested": None,
            "generation": number,
            "started_at": now,
            "last_seen_at": now,
        }
        if self._rows().update(incarnation=F("incarnation") + 1, **values):
            self._incarnation = self._rows().values_list("incarnation", flat=True).get()
        else:
            everybody.create(pk=self.id, incarnation=self._incarnation, **values)
        self.registered.set()
        log.info("registered process=%s kind=%s pid=%s", self.id, self.kind, self.pid)

    def _deregister(self) -> None:
        self._rows().delete()

    def _rows(self) -> QuerySet[Process]:
        return Process.objects.using(self._using()).filter(pk=self.id)

    def _using(self) -> str:
        return router.db_for_write(Process)


class _Own:
    """The registration of this process."""

    _lock: Final = threading.Lock()
    _registration: Registration | None = None

    @classmethod
    def get(cls) -> Registration | None:
        registration = cls._registration
        # A fork inherits the variable, but neither the thread nor the row.
        return registration if registration and registration.pid == os.getpid() else None

    @classmethod
    def take(cls, registration: Registration) -> None:
        with cls._lock:
            if cls.get() is not None:
                raise RuntimeError("this process has been registered already")
            cls._registration = registration

    @classmethod
    def release(cls, registration: Registration) -> None:
        with cls._lock:
            if cls._registration is registration:
                cls._registration = None


def own() -> Registration | None:
    """Return the registration of this process, if it was started."""
    return _Own.get()


def live(*kinds: Process.Kind) -> QuerySet[Process]:
    """Return the processes of these kinds (of all, if none is named) that gave a sign of life lately."""
    using = router.db_for_write(Process)
    since = database_now(using) - timedelta(seconds=conf.current().process_timeout)
    alive = Process.objects.using(using).filter(last_seen_at__gte=since)
    return alive.filter(kind__in=kinds) if kinds else alive


def report_now() -> int:
    """Serve the newest generation in this process, report it, and return its number.

    What the registration's thread would do with its next look; without one, only swaps. Sync: for a
    thread with a database connection.

    Raises:
        DatabaseError: the database is out of reach.
    """
    registration = own()
    return refresh().number if registration is None else registration.report()


def close_pools() -> None:
    """Close the pools of connections of this process, which is about to end.

    From Python 3.13 on, a pool that is found open at the interpreter's end cannot stop its threads.
    """
    for connection in connections.all():
        connection.close()
        if connection.settings_dict.get("OPTIONS", {}).get("pool"):
            pooled: Any = connection  # as PostgreSQL's are
            pooled.close_pool()


def _return_pooled_connections() -> None:
    """Give connections back to their pool between two looks; others are kept open."""
    for connection in connections.all(initialized_only=True):
        if connection.settings_dict.get("OPTIONS", {}).get("pool"):
            connection.close()
