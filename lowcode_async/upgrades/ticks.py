"""Telling of progress: as often as anybody can follow, and never leaving out the newest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils import timezone

from lowcode_async.sentences import JSON
from lowcode_async.upgrades import bell, newest_ticks
from lowcode_async.upgrades.events import tick_of
from lowcode_async.upgrades.leases import Claim

TICK_INTERVAL: Final = 0.2
"""Seconds between two ticks at the least: so far apart that sockets, which limit them too, take each."""


class Ticks:
    """The ticks of one claim of one stage.

    What comes too soon waits, and gives way to what is newer: a step that takes long is told although
    the one before it has only just ended.
    """

    def __init__(self, claim: Claim, loop: asyncio.AbstractEventLoop) -> None:
        self._claim, self._loop = claim, loop
        self._newest: Mapping[str, JSON] = {}
        self._percent = 0.0
        self._at = timezone.now()
        self._sent_at = -TICK_INTERVAL
        self._timer: asyncio.TimerHandle | None = None
        self._sending: asyncio.Task[None] | None = None
        self._over = False

    def tell(self, payload: Mapping[str, JSON]) -> None:
        """Publish how far the stage is; callable from any thread."""
        self._loop.call_soon_threadsafe(self._take, payload, timezone.now())

    def close(self) -> None:
        """Say nothing any more: the stage is over."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        newest_ticks.forget(self._claim)

    def _take(self, payload: Mapping[str, JSON], at: datetime) -> None:
        payload = self._onward(payload)
        if self._over or payload == self._newest:
            return
        self._newest, self._at = payload, at
        if self._timer is None:
            due = self._sent_at + TICK_INTERVAL
            self._timer = self._loop.call_at(max(due, self._loop.time()), self._send)

    def _send(self) -> None:
        if self._sending is not None and not self._sending.done():
            # The channel layer is slow, or away: there is no point in pressing it.
            self._timer = self._loop.call_later(TICK_INTERVAL, self._send)
            return
        self._timer, self._sent_at = None, self._loop.time()
        tick = tick_of(
            self._claim.task_id, stage=self._claim.stage, payload=self._newest, at=self._at
        )
        newest_ticks.keep(self._claim, tick)
        self._sending = self._loop.create_task(bell.tick(tick))

    def _onward(self, payload: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """Keep the percent where it was, when a step is waited for or begun anew."""
        if "percent" not in payload:
            return payload
        self._percent = max(self._percent, payload["percent"])
        return {**payload, "percent": self._percent}
