"""The bell: tells the Channels groups that the log has grown, and carries percent ticks.

Ringing may fail or get lost, since every reader also looks into the log by itself; so nothing here
raises, and nothing that matters stands in a message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

from channels.layers import get_channel_layer

from lowcode_async import conf
from lowcode_async.sentences import JSON
from lowcode_async.upgrades.events import ALL_GROUP, EventData, group_of

log = logging.getLogger(__name__)

_SEND_TIMEOUT = 2.0
"""Seconds; a channel layer that hangs must not hold up a stage."""


async def ring(events: Iterable[EventData]) -> None:
    """Tell the groups of the newest of `events`; they have been committed before."""
    newest = {each.task_id: each for each in events}
    for event in newest.values():
        message = {
            "type": "upgrade.event",
            "task_id": str(event.task_id),
            "sequence": event.sequence,
            "position": event.position,
        }
        await _send(group_of(event.task_id), message)
        await _send(ALL_GROUP, message)


async def tick(event: EventData) -> None:
    """Publish progress between recorded events."""
    message = {"type": "upgrade.tick", "tick": event.to_wire()}
    await _send(group_of(event.task_id), message)
    await _send(ALL_GROUP, message)


async def reachable() -> bool:
    """Tell whether a message goes through the channel layer and comes out again."""
    layer = get_channel_layer()
    if layer is None:
        return False
    try:
        # No prefix of its own: the Redis layer has one reader for all channels of one prefix, and
        # another prefix would wait until that reader lets go.
        channel = await layer.new_channel()
        await asyncio.wait_for(layer.send(channel, {"type": "probe"}), _SEND_TIMEOUT)
        await asyncio.wait_for(layer.receive(channel), _SEND_TIMEOUT)
    except Exception as error:  # noqa: BLE001 - each layer has errors of its own
        log.warning("channel layer unreachable error=%r", error)
        return False
    return True


async def _send(group: str, message: Mapping[str, JSON]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    with _tolerated(group):
        await asyncio.wait_for(layer.group_send(group, dict(message)), _SEND_TIMEOUT)


@asynccontextmanager
async def listening(group: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Give what waits until the group is rung, but no longer than `events_poll` seconds.

    Without a channel layer, or while it is out of reach, each wait takes that long.
    """
    layer = get_channel_layer()
    channel = await _join(layer, group) if layer is not None else None
    try:
        yield partial(_wait_for_ring, layer, channel)
    finally:
        if channel is not None:
            with _tolerated(group):
                await asyncio.wait_for(layer.group_discard(group, channel), _SEND_TIMEOUT)


async def _join(layer: Any, group: str) -> str | None:
    """Return a channel that hears the group; None if the channel layer is away."""
    channel: str | None = None
    with _tolerated(group):
        channel = await asyncio.wait_for(layer.new_channel(), _SEND_TIMEOUT)
        await asyncio.wait_for(layer.group_add(group, channel), _SEND_TIMEOUT)
    return channel


async def _wait_for_ring(layer: Any, channel: str | None) -> None:
    patience = conf.current().events_poll
    if channel is not None:
        with _tolerated(channel):
            try:
                await asyncio.wait_for(layer.receive(channel), patience)
            except TimeoutError:
                log.debug("no bell within %s s, looking into the log", patience)
            return
    await asyncio.sleep(patience)


@contextmanager
def _tolerated(name: str) -> Iterator[None]:
    """Go on behind the block whatever the channel layer raises: the log stays right."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - each layer has errors of its own
        log.warning("channel layer unreachable group=%s error=%r", name, error)
