"""Hearing what is sent to a group of the channel layer, for as long as it takes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from channels.layers import BaseChannelLayer, get_channel_layer

log = logging.getLogger(__name__)

RETRY: Final = 1.0
"""Seconds until something that is away is tried again."""
_REJOIN: Final = 10.0
"""Seconds after which the group is joined again: a Redis that was emptied has forgotten it."""
_INSIST: Final = 0.1
"""Seconds after which a layer that has swallowed a cancellation is cancelled again."""


async def listen(
    group: str,
    *,
    take: Callable[[Mapping[str, Any]], None],
    joined: Callable[[], None],
    lost: Callable[[], None] = lambda: None,
) -> None:
    """Hear a group for ever; while the channel layer is away, keep trying.

    Args:
        group: its name.
        take: called with each message.
        joined: called whenever the group has been joined; what was sent before was not heard.
        lost: called when the channel layer has failed.
    """
    while True:
        try:
            await _hear(group, take, joined)
        except Exception as error:  # noqa: BLE001 - each layer has errors of its own
            log.warning("channel layer away, going on without it group=%s error=%r", group, error)
            lost()
        await asyncio.sleep(RETRY)


async def _hear(
    group: str, take: Callable[[Mapping[str, Any]], None], joined: Callable[[], None]
) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    channel = await layer.new_channel()
    try:
        while True:
            async with asyncio.timeout(_REJOIN):
                await _obedient(layer.group_add(group, channel))
            joined()
            patience = asyncio.timeout(_REJOIN)
            try:
                async with patience:
                    while True:
                        await _obedient(_take_next(layer, channel, take))
            except TimeoutError:
                if not patience.expired():
                    raise
    finally:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_REJOIN):
                await layer.group_discard(group, channel)


async def _take_next(
    layer: BaseChannelLayer, channel: str, take: Callable[[Mapping[str, Any]], None]
) -> None:
    take(await layer.receive(channel))


async def _obedient(call: Coroutine[Any, Any, None]) -> None:
    """Await a call of the layer, and end it when cancelled, even if the layer swallows that.

    The layer of Redis may, and return a message, raise an error of the connection that was cut, or
    go on waiting: the hearer of a last socket outlived it by ten seconds.
    """
    called = asyncio.create_task(call)
    try:
        await asyncio.wait({called})
    finally:
        while not called.done():
            called.cancel()
            await asyncio.wait({called}, timeout=_INSIST)
        if not called.cancelled():
            called.exception()  # Whoever is cancelled does not ask for it.
    called.result()
