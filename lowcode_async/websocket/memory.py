"""A channel layer within one process, whose event loops may be several.

The embedded server has two: Daphne's, where sockets wait, and the Dramatiq worker's, where stages
publish. Channels' own in-memory layer wakes a waiting receiver on the sender's loop, so that the
message lies about until the receiver's loop happens to turn, 0.3–2 s later; this one wakes it on
its own loop, from whatever thread the message comes.
"""

from __future__ import annotations

import asyncio
import copy
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final
from uuid import uuid4

from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer

_SWEEP_INTERVAL: Final = 60.0
"""Seconds between two sweeps for what nobody receives."""


@dataclass(slots=True, eq=False)
class _Box:
    """What waits in one channel, and who waits for it."""

    messages: deque[tuple[float, dict[str, Any]]] = field(default_factory=deque)
    """Expiry by the monotonic clock, and the message."""
    waiters: set[asyncio.Future[None]] = field(default_factory=set)

    def wake(self) -> None:
        """Wake all receivers, each on its own loop; the first one gets the message."""
        for waiter in list(self.waiters):
            try:
                waiter.get_loop().call_soon_threadsafe(_settle, waiter)
            except RuntimeError:
                # Its loop was closed without cancelling it.
                self.waiters.discard(waiter)


def _settle(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class InMemoryChannelLayer(BaseChannelLayer):  # type: ignore[misc]
    """Channels within one process, safe to use from any thread and any event loop.

    Takes the options of Channels' own in-memory layer: `expiry` and `group_expiry` in seconds,
    `capacity` and `channel_capacity` in messages.
    """

    extensions: ClassVar = ["groups", "flush"]

    def __init__(
        self,
        expiry: float = 60,
        group_expiry: float = 86400,
        capacity: int = 100,
        channel_capacity: dict[str, int] | None = None,
    ) -> None:
        super().__init__(expiry=expiry, capacity=capacity, channel_capacity=channel_capacity)
        self.channel_capacity = self.compile_capacities(channel_capacity or {})
        self.group_expiry = group_expiry
        self._lock = threading.Lock()
        self._boxes: dict[str, _Box] = {}
        self._groups: dict[str, dict[str, float]] = {}
        self._swept = time.monotonic()

    async def new_channel(self, prefix: str = "specific.") -> str:
        """Return a name for a channel that nobody else uses."""
        return f"{prefix}.inmemory!{uuid4().hex}"

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        """Put a message into a channel.

        Raises:
            ChannelFull: it holds `capacity` messages already.
        """
        self.require_valid_channel_name(channel)
        with self._lock:
            self._sweep()
            self._put(channel, message)

    async def receive(self, channel: str) -> dict[str, Any]:
        """Take the next message out of a channel, waiting for it."""
        self.require_valid_channel_name(channel)
        while True:
            with self._lock:
                box = self._boxes.setdefault(channel, _Box())
                if box.messages:
                    return self._take(channel, box)
                waiter = asyncio.get_running_loop().create_future()
                box.waiters.add(waiter)
            try:
                await waiter
            finally:
                with self._lock:
                    box.waiters.discard(waiter)
                    self._forget_if_idle(channel)

    async def group_add(self, group: str, channel: str) -> None:
        """Let a channel hear what is sent to a group."""
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        with self._lock:
            self._groups.setdefault(group, {})[channel] = time.monotonic()

    async def group_discard(self, group: str, channel: str) -> None:
        """Let a channel hear no more of a group."""
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        with self._lock:
            self._leave(group, channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Put a message into each channel of a group, but those that are full."""
        self.require_valid_group_name(group)
        with self._lock:
            self._sweep()
            for channel in list(self._groups.get(group, ())):
                try:
                    self._put(channel, message)
                except ChannelFull:
                    continue

    async def flush(self) -> None:
        """Forget all messages and groups."""
        with self._lock:
            self._groups.clear()
            for box in self._boxes.values():
                box.messages.clear()

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""

    def _put(self, channel: str, message: dict[str, Any]) -> None:
        box = self._boxes.setdefault(channel, _Box())
        if len(box.messages) >= self.get_capacity(channel):
            raise ChannelFull(channel)
        box.messages.append((time.monotonic() + self.expiry, copy.deepcopy(message)))
        box.wake()

    def _take(self, channel: str, box: _Box) -> dict[str, Any]:
        _, message = box.messages.popleft()
        self._forget_if_idle(channel)
        return message

    def _forget_if_idle(self, channel: str) -> None:
        box = self._boxes.get(channel)
        if box is not None and not box.messages and not box.waiters:
            del self._boxes[channel]

    def _leave(self, group: str, channel: str) -> None:
        members = self._groups.get(group)
        if members is not None:
            members.pop(channel, None)
            if not members:
                del self._groups[group]

    def _sweep(self) -> None:
        """Drop messages that nobody took in time, and their channels from all groups."""
        now = time.monotonic()
        if now - self._swept < min(self.expiry, _SWEEP_INTERVAL):
            return
        self._swept = now
        gone = {name for name, box in self._boxes.items() if self._expire(box, now)}
        for name in gone:
            self._forget_if_idle(name)
        for group, members in list(self._groups.items()):
            for channel, joined in list(members.items()):
                if channel in gone or joined < now - self.group_expiry:
                    self._leave(group, channel)

    @staticmethod
    def _expire(box: _Box, now: float) -> bool:
        before = len(box.messages)
        while box.messages and box.messages[0][0] < now:
            box.messages.popleft()
        return len(box.messages) < before
