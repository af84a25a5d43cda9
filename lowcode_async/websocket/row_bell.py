"""The bell of rows: what this process has changed, told to all processes by the channel layer.

A thread of its own gathers for a moment and sends, so that whoever saves a row waits for nothing.
Each message has its number in the process, by which a hearer notices that one was lost.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import threading
from collections import defaultdict
from typing import Final
from uuid import uuid4

from channels.layers import get_channel_layer

from lowcode_async.runtime.changes import RowChange
from lowcode_async.runtime.signals import rows_changed
from lowcode_async.sentences import JSON
from lowcode_async.websocket.news import News

log = logging.getLogger(__name__)

GROUP: Final = "lowcode.rows"
MESSAGE: Final = "rows.changed"
_GATHERING: Final = 0.05
"""Seconds between the first change and the message that tells of it, and what came after."""
_SEND_TIMEOUT: Final = 2.0
"""Seconds; what a channel layer that hangs does not take is lost."""
_PATIENCE_AT_EXIT: Final = 2.0


class RowBell:
    """Rings for the rows that one process has changed."""

    def __init__(self) -> None:
        self._id = uuid4().hex
        self._number = 0
        self._lock = threading.Lock()
        self._news: defaultdict[str, News] = defaultdict(News)
        self._filled = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lowcode-row-bell", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send what there is, and end."""
        self._stopping.set()
        self._filled.set()
        self._thread.join(_PATIENCE_AT_EXIT)

    def put(self, change: RowChange) -> None:
        """Take a change that is to be told."""
        with self._lock:
            news = self._news[change.model]
            if change.kind is None or change.key is None:
                news.add_many()
            else:
                news.add(change.key, change.project, change.kind)
        self._filled.set()

    def _run(self) -> None:
        loop = asyncio.new_event_loop()
        try:
            while not self._stopping.is_set():
                self._filled.wait()
                self._stopping.wait(_GATHERING)
                self._filled.clear()
                if taken := self._taken():
                    loop.run_until_complete(self._send(taken))
        finally:
            loop.close()

    def _taken(self) -> dict[str, News]:
        with self._lock:
            taken = dict(self._news)
            self._news.clear()
        return taken

    async def _send(self, news: dict[str, News]) -> None:
        self._number += 1
        models: dict[str, JSON] = {name: each.to_message() for name, each in news.items()}
        message = {"type": MESSAGE, "from": self._id, "number": self._number, "models": models}
        layer = get_channel_layer()
        if layer is None:
            return
        try:
            await asyncio.wait_for(layer.group_send(GROUP, message), _SEND_TIMEOUT)
        except Exception as error:  # noqa: BLE001 - each layer has errors of its own
            log.warning("channel layer unreachable group=%s error=%r", GROUP, error)


class _Own:
    """The bell of this process; a fork has none of its parent's threads."""

    lock: Final = threading.Lock()
    bell: RowBell | None = None
    pid = 0

    @classmethod
    def get(cls) -> RowBell:
        with cls.lock:
            if cls.bell is None or cls.pid != os.getpid():
                cls.bell, cls.pid = RowBell(), os.getpid()
                cls.bell.start()
                atexit.register(cls.bell.stop)
            return cls.bell


def connect() -> None:
    """Ring for all that is told in this process from now on."""
    rows_changed.connect(_ring, dispatch_uid=GROUP)


def _ring(change: RowChange, **_: object) -> None:
    _Own.get().put(change)
