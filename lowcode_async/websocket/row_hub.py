"""The one hearer of rows in a process, for all of its sockets.

Nothing is recorded: what the channel layer loses is lost. But it is noticed, by a gap in a sender's
numbers or by an error, and then every socket is told to look for itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from lowcode_async import conf
from lowcode_async.runtime.generation import Generation, refresh
from lowcode_async.runtime.signals import generation_swapped
from lowcode_async.websocket import database, hearing
from lowcode_async.websocket.news import News
from lowcode_async.websocket.row_bell import GROUP, MESSAGE
from lowcode_async.websocket.row_subscriptions import RowSubscription

log = logging.getLogger(__name__)

_REMEMBERED: Final = 1000
"""Processes whose numbers are remembered."""
_PATIENCE: Final = 2.0
"""Seconds a new socket waits for the channel layer, before it goes on without it."""

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, RowHub] = WeakKeyDictionary()


def of_running_loop() -> RowHub:
    """Return the hub of the running event loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), RowHub())


class RowHub:
    """Hears the bell of rows, follows the generation, and hands on; works while there are sockets."""

    def __init__(self) -> None:
        self._subscriptions: set[RowSubscription] = set()
        self._numbers: dict[str, int] = {}
        self._joined = asyncio.Event()
        self._swapped = asyncio.Event()
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    @contextlib.asynccontextmanager
    async def subscribe(self, subscription: RowSubscription) -> AsyncIterator[None]:
        """Hand on to a subscription for the length of the block, from the beginning of the block."""
        self._subscriptions.add(subscription)
        try:
            self._start()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await self._joined.wait()
            yield
        finally:
            self._subscriptions.discard(subscription)
            if not self._subscriptions:
                self._stop()

    def _start(self) -> None:
        if not self._tasks:
            loop = asyncio.get_running_loop()

            def swapped(**_: object) -> None:
                # Its loop may have been closed by a server that ends.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._swapped.set)

            generation_swapped.connect(swapped, weak=False, dispatch_uid=id(self))
            self._tasks = tuple(map(asyncio.create_task, (self._hear(), self._follow())))

    def _stop(self) -> None:
        generation_swapped.disconnect(dispatch_uid=id(self))
        for task in self._tasks:
            task.cancel()
        self._tasks = ()
        self._numbers.clear()
        self._joined.clear()

    async def _hear(self) -> None:
        await hearing.listen(GROUP, take=self._take, joined=self._joined.set, lost=self._lost)

    def _lost(self) -> None:
        """Tell everybody that something may have been missed."""
        for subscription in self._subscriptions:
            subscription.put(News(many=True))

    def _take(self, message: Mapping[str, Any]) -> None:
        if message["type"] != MESSAGE:
            return
        sender, number = message["from"], message["number"]
        before = self._numbers.get(sender, number - 1)
        if number <= before:
            # A hearer of before that has not ended yet, or a layer that delivers twice.
            return
        self._numbers.pop(sender, None)
        self._numbers[sender] = number
        if len(self._numbers) > _REMEMBERED:
            del self._numbers[next(iter(self._numbers))]
        if number != before + 1:
            self._lost()
        models = {name: News.from_message(each) for name, each in message["models"].items()}
        for subscription in self._subscriptions:
            if (news := models.get(subscription.model)) is not None:
                subscription.put(news)

    async def _follow(self) -> None:
        """Look for another generation when one was swapped in, and from time to time."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(conf.current().events_poll):
                    await self._swapped.wait()
            self._swapped.clear()
            try:
                generation: Generation = await database.read(refresh)
            except Exception as error:  # noqa: BLE001 - sockets outlive whatever happens to a read
                log.warning("generation not readable, trying again error=%r", error)
                continue
            for subscription in self._subscriptions:
                subscription.put_generation(generation)
