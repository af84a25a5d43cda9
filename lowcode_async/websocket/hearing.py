"""Hearing what is sent to a group of the channel layer, for as long as it takes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from channels.layers import get_channel_layer

log = logging.getLogger(__name__)

RETRY: Final = 1.0
"""Seconds until something that is away is tried again."""
_REJOIN: Final = 10.0
"""Seconds after which the group is joined again: a Redis that was emptied has forgotten it."""


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
            _end_if_cancelled()
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
                await layer.group_add(group, channel)
            joined()
            patience = asyncio.timeout(_REJOIN)
            try:
                async with patience:
                    while True:
                        message = await layer.receive(channel)
                        _end_if_cancelled()
                        take(message)
            except TimeoutError:
                if not patience.expired():
                    raise
    finally:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_REJOIN):
                await layer.group_discard(group, channel)


def _end_if_cancelled() -> None:
    """End a task whose cancellation was swallowed: the layer of Redis may do so in `receive`.

    It may return a message instead, or raise an error of the connection that was cut.

    Raises:
        CancelledError: it was cancelled.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
