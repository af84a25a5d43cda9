"""A site at work in this process: server, embedded worker and registration, and their common end."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Final
from uuid import UUID

# First of all: it installs the reactor.
from lowcode_async.serving.server import GracefulServer  # isort: skip

from twisted.internet import reactor

from lowcode_async import (
    conf,
    tasks,  # noqa: F401 - declares the actors that the embedded worker runs
)
from lowcode_async.models import Process
from lowcode_async.runtime.processes import Registration
from lowcode_async.serving.succession import RESTART_SIGNALS
from lowcode_async.upgrades.queue import EmbeddedWorker

log = logging.getLogger(__name__)

_REGISTERED: Final = 2.0
"""Seconds between two looks whether this process has been registered."""


class Ending(Enum):
    """How a process ends."""

    STOP = "stop"
    RESTART = "restart"
    """It becomes a new process on the same socket."""


class ServedSite:
    """Everything that `manage.py lowcode_serve` runs.

    SIGTERM and SIGINT stop it, a second one at once. SIGUSR2 restarts it, SIGHUP too where that
    does not mean that the terminal was closed; so does the restart stage of an upgrade.
    """

    def __init__(self, application: Any, *, listening: socket.socket) -> None:
        settings = conf.current()
        self._server = GracefulServer(application, listening=listening)
        self._worker = (
            EmbeddedWorker(threads=settings.worker_threads) if settings.embedded else None
        )
        self._registration = Registration(
            Process.Kind.EMBEDDED if settings.embedded else Process.Kind.WEB,
            on_restart=self._restart_for,
        )
        self._ending: Ending | None = None
        self._work_task: asyncio.Task[None] | None = None
        self._end_task: asyncio.Task[None] | None = None
        self.connections: list[int] = []
        """Descriptors for the next process, once `run` has returned `Ending.RESTART`."""

    def run(self, *, connections: Sequence[int], ready: Callable[[], None]) -> Ending:
        """Serve until a signal or an upgrade ends it; return how to end the process.

        Args:
            connections: descriptors that the process before left.
            ready: called once, when requests are answered.
        """
        self._set_signals()
        # What is there now stays: to look through it for garbage would hold all requests for 0.1 s and more.
        gc.freeze()
        self._registration.start()

        def begin() -> None:
            ready()
            self._work_task = asyncio.ensure_future(self._begin_work())

        self._server.run(connections=connections, ready=begin)
        return self._ending or Ending.STOP

    def end(self, ending: Ending) -> None:
        """End in good order; callable from any thread, and from signal handlers."""
        reactor.callFromThread(self._begin_end, ending)

    async def _begin_work(self) -> None:
        """Start the worker, once this incarnation is known: it may have to end its own restart."""
        if self._worker is None:
            return
        while not await asyncio.to_thread(self._registration.registered.wait, _REGISTERED):
            log.warning("not registered yet, hence no upgrades are run")
        if self._ending is None:
            self._worker.start()

    def _set_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.end(Ending.STOP))
        for number in RESTART_SIGNALS:
            signal.signal(number, lambda *_: self.end(Ending.RESTART))
        if sys.stdin is not None and sys.stdin.isatty():
            signal.signal(signal.SIGHUP, lambda *_: self.end(Ending.STOP))

    def _restart_for(self, upgrade_id: UUID) -> None:
        log.info("restart asked for by upgrade=%s", upgrade_id)
        self.end(Ending.RESTART)

    def _begin_end(self, ending: Ending) -> None:
        if self._ending is None:
            self._ending = ending
            log.info("stopping" if ending is Ending.STOP else "restarting")
            self._end_task = asyncio.ensure_future(self._end())
        elif ending is Ending.STOP:
            self._ending = Ending.STOP
            self._server.leave()

    async def _end(self) -> None:
        """Stop the worker while requests are still answered, then the server, then all else.

        So the site stands still no longer than its requests at hand and the start of the successor.
        """
        patience = conf.current().drain_timeout
        try:
            if EmbeddedWorker.running() and self._worker is not None:
                await asyncio.to_thread(self._worker.stop, timeout=patience)
            if self._ending is Ending.RESTART:
                self.connections = await self._server.rest(patience=patience)
                await asyncio.to_thread(self._registration.hand_over)
            else:
                await self._server.close(patience=patience)
                await asyncio.to_thread(self._registration.stop)
        finally:
            self._server.leave()
