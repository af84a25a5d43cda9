"""The in-memory channel layer, across event loops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from channels.exceptions import ChannelFull

from lowcode_async.websocket.memory import InMemoryChannelLayer

PATIENCE = 5.0
"""Seconds; far more than a wake-up takes, far less than an idle loop sleeps here."""


class OtherLoop:
    """An event loop in a thread of its own, that has nothing else to do."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


@pytest.fixture
def other() -> Iterator[OtherLoop]:
    loop = OtherLoop()
    yield loop
    loop.stop()


@pytest.fixture
def layer() -> InMemoryChannelLayer:
    return InMemoryChannelLayer(capacity=10)


async def waiting(layer: InMemoryChannelLayer, channel: str) -> None:
    """Return when somebody waits for the channel."""
    while not (box := layer._boxes.get(channel)) or not box.waiters:
        await asyncio.sleep(0)


async def test_a_receiver_on_another_loop_is_woken_at_once(
    layer: InMemoryChannelLayer, other: OtherLoop
) -> None:
    channel = await layer.new_channel()
    received = other.start(layer.receive(channel))
    await waiting(layer, channel)
    await layer.send(channel, {"type": "hello"})
    # Its loop sleeps until it is woken: without the wake-up this never returns.
    assert await asyncio.to_thread(received.result, PATIENCE) == {"type": "hello"}


async def test_messages_from_another_loop_keep_their_order(
    layer: InMemoryChannelLayer, other: OtherLoop
) -> None:
    layer.capacity = 1000
    channel = await layer.new_channel()
    await layer.group_add("group", channel)

    async def send_all() -> None:
        for number in range(500):
            await layer.group_send("group", {"type": "count", "number": number})

    sending = other.start(send_all())
    numbers = [(await layer.receive(channel))["number"] for _ in range(500)]
    sending.result(PATIENCE)
    assert numbers == list(range(500))


async def test_each_member_of_a_group_gets_a_copy_of_its_own(layer: InMemoryChannelLayer) -> None:
    channels = [await layer.new_channel() for _ in range(2)]
    for channel in channels:
        await layer.group_add("group", channel)
    await layer.group_send("group", {"type": "list", "items": []})
    (first, second) = [await layer.receive(channel) for channel in channels]
    first["items"].append(1)
    assert second == {"type": "list", "items": []}


async def test_a_full_channel_refuses_and_its_group_does_not_mind(
    layer: InMemoryChannelLayer,
) -> None:
    full, free = [await layer.new_channel() for _ in range(2)]
    for _ in range(10):
        await layer.send(full, {"type": "filler"})
    with pytest.raises(ChannelFull):
        await layer.send(full, {"type": "too much"})
    for channel in (full, free):
        await layer.group_add("group", channel)
    await layer.group_send("group", {"type": "news"})
    assert await layer.receive(free) == {"type": "news"}


async def test_who_left_a_group_hears_no_more_of_it(layer: InMemoryChannelLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("group", channel)
    await layer.group_discard("group", channel)
    await layer.group_send("group", {"type": "news"})
    assert layer._boxes == {}
    assert layer._groups == {}


async def test_a_cancelled_receiver_loses_no_message(layer: InMemoryChannelLayer) -> None:
    channel = await layer.new_channel()
    receiving = asyncio.create_task(layer.receive(channel))
    await waiting(layer, channel)
    await layer.send(channel, {"type": "hello"})
    receiving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await receiving
    assert await layer.receive(channel) == {"type": "hello"}


async def test_a_receiver_that_gives_up_leaves_nothing_behind(layer: InMemoryChannelLayer) -> None:
    channel = await layer.new_channel()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await layer.receive(channel)
    assert layer._boxes == {}


async def test_a_receiver_whose_loop_was_closed_does_not_hinder_senders(
    layer: InMemoryChannelLayer,
) -> None:
    channel = await layer.new_channel()
    loop = asyncio.new_event_loop()
    task = loop.create_task(layer.receive(channel))
    await asyncio.to_thread(loop.run_until_complete, asyncio.sleep(0))
    loop.close()
    await layer.send(channel, {"type": "hello"})
    assert await layer.receive(channel) == {"type": "hello"}
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    del task


async def test_what_nobody_takes_in_time_is_dropped_and_its_channel_leaves_its_groups() -> None:
    layer = InMemoryChannelLayer(expiry=0.0)
    channel = await layer.new_channel()
    await layer.group_add("group", channel)
    await layer.group_send("group", {"type": "news"})
    await layer.group_send("group", {"type": "more news"})
    assert layer._boxes == {}
    assert layer._groups == {}


async def test_flushing_forgets_messages_and_groups(layer: InMemoryChannelLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("group", channel)
    await layer.group_send("group", {"type": "news"})
    await layer.flush()
    await layer.group_send("group", {"type": "unheard"})
    await layer.send(channel, {"type": "heard"})
    assert await layer.receive(channel) == {"type": "heard"}


async def test_capacities_can_be_set_by_pattern() -> None:
    layer = InMemoryChannelLayer(channel_capacity={"small.*": 1})
    await layer.send("small.one", {"type": "first"})
    with pytest.raises(ChannelFull):
        await layer.send("small.one", {"type": "second"})
