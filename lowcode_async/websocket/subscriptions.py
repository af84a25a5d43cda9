"""One socket's share of the log: every line once, in order, whatever is dropped on the way."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final
from uuid import UUID

from lowcode_async.sentences import Language
from lowcode_async.upgrades import events
from lowcode_async.upgrades.events import EventData
from lowcode_async.websocket import database
from lowcode_async.websocket.hearing import RETRY

log = logging.getLogger(__name__)

BATCH: Final = 500
"""Lines in one read of the log."""
_QUEUED: Final = 200
"""Lines that wait for a slow socket; when there are more, it reads them from the log by itself."""
_TICK_INTERVAL: Final = 0.1
"""Seconds between two ticks on one socket at the least."""


class Line:
    """One event or tick, put into words once for all sockets that read the same language."""

    __slots__ = ("_texts", "event")

    def __init__(self, event: EventData) -> None:
        self.event = event
        self._texts: dict[Language, str] = {}

    def text(self, language: Language) -> str:
        """Return the JSON that goes to a client."""
        if language not in self._texts:
            wire = self.event.to_wire(language)
            self._texts[language] = json.dumps(wire, ensure_ascii=False)
        return self._texts[language]


class Subscription:
    """The lines of one upgrade, or of all, behind a number."""

    def __init__(self, *, task_id: UUID | None, after: int, replay: bool) -> None:
        """Follow an upgrade by `sequence`, or, without `task_id`, all of them by `position`.

        Args:
            task_id: the upgrade; None follows all.
            after: the number behind which the lines begin.
            replay: whether lines behind `after` may have been recorded already.
        """
        self.task_id = task_id
        self._cursor = after
        self._behind = replay
        self._queue: deque[Line] = deque()
        self._filled = asyncio.Event()
        self._ticked = 0.0

    def put(self, line: Line) -> None:
        """Take a new line of the log, if it is one of this subscription's."""
        if self.task_id not in (None, line.event.task_id) or self._behind:
            return
        if len(self._queue) >= _QUEUED:
            self._behind = True
            self._queue.clear()
        else:
            self._queue.append(line)
        self._filled.set()

    def put_tick(self, tick: Line) -> None:
        """Take a tick, unless one was taken a moment ago or lines are waiting."""
        now = time.monotonic()
        if self.task_id not in (None, tick.event.task_id) or self._behind or self._queue:
            return
        if now - self._ticked >= _TICK_INTERVAL:
            self._ticked = now
            self._queue.append(tick)
            self._filled.set()

    async def lines(self) -> AsyncGenerator[Line, None]:
        """Yield the lines as they come, for ever."""
        while True:
            if self._behind:
                async with aclosing(self._recorded()) as recorded:
                    async for line in recorded:
                        yield line
            while self._queue and not self._behind:
                line = self._queue.popleft()
                if line.event.sequence is None or self._is_next(line):
                    yield line
            if not self._behind:
                self._filled.clear()
                await self._filled.wait()

    def _is_next(self, line: Line) -> bool:
        """Move on to a line, unless it has been yielded or one before it has not."""
        number = self._number(line.event)
        if number <= self._cursor:
            return False
        if self.task_id is not None and number > self._cursor + 1:
            self._behind = True
            return False
        self._cursor = number
        return True

    async def _recorded(self) -> AsyncGenerator[Line, None]:
        """Yield what the log holds behind the cursor.

        What is committed from the first look on is put into the queue as well, and left out there.
        """
        self._queue.clear()
        self._behind = False
        while True:
            found = await self._read()
            for event in found:
                self._cursor = self._number(event)
                yield Line(event)
            if len(found) < BATCH:
                return

    async def _read(self) -> list[EventData]:
        """Read the next lines behind the cursor, as soon as the database lets itself be read."""
        while True:
            try:
                if self.task_id is None:
                    return await database.read(events.read_all_after, self._cursor, BATCH)
                return await database.read(events.read_after, self.task_id, self._cursor, BATCH)
            except database.AWAY as error:
                log.warning("log not readable, trying again error=%r", error)
                await asyncio.sleep(RETRY)

    def _number(self, event: EventData) -> int:
        number = event.position if self.task_id is None else event.sequence
        assert number is not None
        return number
