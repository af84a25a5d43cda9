"""The one reader of the log in a process, for all of its sockets.

However many sockets wait, an event costs each process one message of the channel layer and one read
of the log. The channel layer may lose the bell, be away or be emptied: the log is looked into every
`events_poll` seconds all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from lowcode_async import conf
from lowcode_async.upgrades import events
from lowcode_async.upgrades.events import ALL_GROUP, EventData
from lowcode_async.websocket import database, hearing
from lowcode_async.websocket.hearing import RETRY
from lowcode_async.websocket.subscriptions import BATCH, Line, Subscription

log = logging.getLogger(__name__)

_REMEMBERED: Final = 1000
"""Upgrades of which the newest event is remembered, to tell a belated tick."""

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def of_running_loop() -> Hub:
    """Return the hub of the running event loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


class Hub:
    """Reads the log on and hands its new lines to the subscriptions; works while there are any."""

    def __init__(self) -> None:
        self._position = 0
        self._subscriptions: set[Subscription] = set()
        self._newest: dict[UUID, EventData] = {}
        self._rung = asyncio.Event()
        self._starting = asyncio.Lock()
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    @contextlib.asynccontextmanager
    async def subscribe(
        self, task_id: UUID | None = None, *, after: int | None = None
    ) -> AsyncIterator[Subscription]:
        """Subscribe to one upgrade or to all, for the length of the block.

        Args:
            task_id: the upgrade; None subscribes to all.
            after: the number behind which the lines begin: a `sequence`, or, for all upgrades, a
                `position`. None begins with the first line of the upgrade, or, for all upgrades,
                with the next one.

        Raises:
            OperationalError: the log cannot be read.
        """
        await self._start()
        live_only = task_id is None and after is None
        subscription = Subscription(
            task_id=task_id,
            after=self._position if live_only else after or 0,
            replay=not live_only,
        )
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            if not self._subscriptions:
                self._stop()

    async def _start(self) -> None:
        async with self._starting:
            if self._tasks:
                return
            self._position = await database.read(events.newest_position)
            self._tasks = tuple(map(asyncio.create_task, (self._hear(), self._follow())))

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = ()
        self._newest.clear()

    async def _hear(self) -> None:
        # What was recorded before the group was joined has not rung here.
        await hearing.listen(ALL_GROUP, take=self._take, joined=self._rung.set)

    def _take(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "upgrade.event":
            self._rung.set()
        elif message["type"] == "upgrade.tick":
            self._pass_on(message["tick"])

    def _pass_on(self, tick: Mapping[str, Any]) -> None:
        """Hand a tick on, unless the log says that its stage has not begun here, or is over."""
        event = events.tick_from_wire(tick)
        newest = self._newest.get(event.task_id)
        if newest is not None and (newest.stage != event.stage or newest.at > event.at):
            return
        line = Line(event)
        for subscription in self._subscriptions:
            subscription.put_tick(line)

    async def _follow(self) -> None:
        """Read the log on at each bell, and without one from time to time."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(conf.current().events_poll):
                    await self._rung.wait()
            self._rung.clear()
            try:
                await self._read_on()
            except Exception as error:  # noqa: BLE001 - sockets outlive whatever happens to a read
                log.warning("log not readable, trying again error=%r", error)
                await asyncio.sleep(RETRY)
                self._rung.set()

    async def _read_on(self) -> None:
        while True:
            found = await database.read(events.read_all_after, self._position, BATCH)
            for event in found:
                assert event.position is not None
                self._position = event.position
                self._remember(event)
                line = Line(event)
                for subscription in self._subscriptions:
                    subscription.put(line)
            if len(found) < BATCH:
                return

    def _remember(self, event: EventData) -> None:
        self._newest.pop(event.task_id, None)
        self._newest[event.task_id] = event
        if len(self._newest) > _REMEMBERED:
            del self._newest[next(iter(self._newest))]
