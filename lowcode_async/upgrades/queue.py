"""The message queue: the one place, beside the actors, that knows Dramatiq.

Embedded (no broker URL): a broker in memory and a worker in the server's process. Otherwise Redis,
and workers of their own. A message is only an id and the name of a stage: if it is lost, recovery
sends it again, and if it comes twice, the second claim finds nothing to do. (That of a restoration is
not sent again: nobody wants to lose a day's rows to a message from yesterday.)
"""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Final
from uuid import UUID

import dramatiq
from django.conf import settings
from dramatiq.brokers.stub import StubBroker
from dramatiq.errors import BrokerError
from dramatiq.middleware import (
    AgeLimit,
    AsyncIO,
    Callbacks,
    Middleware,
    Retries,
    ShutdownNotifications,
    TimeLimit,
)

from lowcode_async import conf
from lowcode_async.errors import BrokerUnavailable
from lowcode_async.models import Process, Upgrade
from lowcode_async.runtime.processes import Registration, close_pools
from lowcode_async.upgrades.recovery import Recovery

log = logging.getLogger(__name__)

QUEUE: Final = "lowcode"
"""Name of the queue on the broker."""
RESTORE: Final = "restore"
"""Name of the actor of restorations; those of upgrades are called like their stages."""

_SOCKET_TIMEOUT: Final = 5.0
"""Seconds after which a broker that does not answer is out of reach."""


class Attendance(Middleware):
    """Makes a worker process of Dramatiq's command line known, and lets it look for lost upgrades."""

    def __init__(self) -> None:
        self._registration: Registration | None = None
        self._recovery: Recovery | None = None

    def after_process_boot(self, broker: dramatiq.Broker) -> None:
        """Begin, in the process that was forked."""
        self._registration = Registration(Process.Kind.WORKER)
        self._registration.start()
        self._recovery = Recovery(send)
        self._recovery.start()

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """End, when the worker has finished what it was doing."""
        if self._recovery is not None:
            self._recovery.stop()
        if self._registration is not None:
            self._registration.stop()
        close_pools()


def _middleware() -> list[Middleware]:
    return [
        AgeLimit(),
        TimeLimit(),
        ShutdownNotifications(),
        Callbacks(),
        Retries(),
        AsyncIO(),
        Attendance(),
    ]


@cache
def broker() -> dramatiq.Broker:
    """Return the broker of this process: Redis by ``LOWCODE_BROKER_URL``, or one in memory."""
    url: str | None = getattr(settings, "LOWCODE_BROKER_URL", None)
    made = _redis_broker(url) if url else StubBroker(middleware=_middleware())
    made.declare_queue(QUEUE)
    return made


def _redis_broker(url: str) -> dramatiq.Broker:
    # Only a site that has a broker URL has the `redis` extra installed.
    client = import_module("redis").Redis.from_url(
        url, socket_connect_timeout=_SOCKET_TIMEOUT, socket_timeout=_SOCKET_TIMEOUT
    )
    made: dramatiq.Broker = import_module("dramatiq.brokers.redis").RedisBroker(
        client=client, middleware=_middleware()
    )
    return made


def send(task_id: UUID, stage: Upgrade.Stage) -> None:
    """Send the message that starts a stage.

    Raises:
        BrokerUnavailable: the broker is out of reach.
    """
    _enqueue(stage.value, task_id)


def send_restoration(restoration_id: UUID) -> None:
    """Send the message that starts a restoration.

    Raises:
        BrokerUnavailable: the broker is out of reach, or the server's own worker does not run.
    """
    if conf.current().embedded and not EmbeddedWorker.running():
        raise BrokerUnavailable
    _enqueue(RESTORE, restoration_id)


def _enqueue(actor: str, argument: UUID) -> None:
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=QUEUE, actor_name=actor, args=(str(argument),), kwargs={}, options={}
    )
    try:
        broker().enqueue(message)
    except _errors() as error:
        raise BrokerUnavailable from error


def send_or_leave(task_id: UUID, stage: Upgrade.Stage) -> None:
    """Send the message that starts a stage; if that cannot be done, recovery will do it."""
    try:
        send(task_id, stage)
    except BrokerUnavailable as error:
        log.warning("message left to recovery upgrade=%s stage=%s error=%s", task_id, stage, error)


def reachable() -> bool:
    """Tell whether the broker answers."""
    made = broker()
    if isinstance(made, StubBroker):
        return True
    try:
        return bool(made.client.ping())  # type: ignore[attr-defined]
    except _errors():
        return False


@cache
def _errors() -> tuple[type[Exception], ...]:
    """Return what a broker that is out of reach raises."""
    if find_spec("redis") is None:
        return (BrokerError, OSError)
    redis_error: type[Exception] = import_module("redis.exceptions").RedisError
    return (BrokerError, OSError, redis_error)


class EmbeddedWorker:
    """A Dramatiq worker in the process of the server. The actors must have been imported."""

    _running: EmbeddedWorker | None = None

    def __init__(self, *, threads: int, poll: float = 0.1) -> None:
        """Make it.

        Args:
            threads: how many messages it works at.
            poll: seconds that its threads wait for a message before they look whether they are to end.
        """
        self._worker = dramatiq.Worker(
            broker(), worker_threads=threads, worker_timeout=int(poll * 1000)
        )
        self._recovery = Recovery(send)

    @classmethod
    def running(cls) -> bool:
        """Tell whether this process has such a worker at work."""
        return cls._running is not None

    def start(self) -> None:
        """Begin to take messages, first of all those of upgrades that a crash left behind."""
        self._worker.start()
        EmbeddedWorker._running = self
        self._recovery.start()

    def stop(self, *, timeout: float) -> None:
        """Take no more messages and wait `timeout` seconds at most for those at work."""
        EmbeddedWorker._running = None
        self._recovery.stop()
        self._worker.stop(timeout=int(timeout * 1000))
