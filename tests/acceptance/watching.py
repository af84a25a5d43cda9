"""A client that watches an upgrade over its WebSocket, and keeps what came, and when."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PATIENCE = 120.0
"""Seconds that an event may let wait for itself."""
TERMINAL = ("upgrade.succeeded", "upgrade.failed", "upgrade.cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One event, as it came."""

    event: dict[str, Any]
    came: datetime
    """When it came."""

    def __str__(self) -> str:
        """Return it in a line."""
        said = self.event.get("message") or self.event["payload"]
        return f"{self.sequence or '-'} {self.kind} {self.event['stage']} {said}"

    @property
    def kind(self) -> str:
        """What happened."""
        return str(self.event["kind"])

    @property
    def seconds(self) -> float:
        """How long it was under way."""
        return (self.came - datetime.fromisoformat(self.event["at"])).total_seconds()

    @property
    def sequence(self) -> int | None:
        """Its number within the upgrade; None for a tick."""
        return self.event.get("sequence")


class Watch:
    """Collects events in a thread, from the start of a ``with`` block until the socket closes."""

    def __init__(self, url: str, *, token: str) -> None:
        self.url = url
        self.frames: list[Frame] = []
        self.close_code: int | None = None
        self._token = token
        self._news = threading.Condition()
        self._closed = False
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        token = {"Authorization": f"Token {self._token}"}
        socket = self._closing.enter_context(connect(self.url, additional_headers=token))
        thread = threading.Thread(target=self._receive, args=(socket,))
        thread.start()
        self._closing.callback(thread.join)
        self._closing.callback(socket.close)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @property
    def recorded(self) -> list[dict[str, Any]]:
        """The events that carry a sequence, in the order in which they came."""
        with self._news:
            return [each.event for each in self.frames if each.sequence is not None]

    @property
    def kinds(self) -> list[tuple[str, str | None]]:
        """Kind and stage of the recorded events, without progress."""
        return [
            (each["kind"], each["stage"])
            for each in self.recorded
            if each["kind"] != "stage.progress"
        ]

    def wait_for(self, kind: str, stage: str | None = None, *, seconds: float = PATIENCE) -> Frame:
        """Wait until an event of this kind, and of this stage if given, has come; return it."""
        return self._wait(
            lambda each: each.kind == kind and stage in (None, each.event["stage"]), seconds=seconds
        )

    def wait_until(self, wanted: Callable[[Frame], bool], *, seconds: float = PATIENCE) -> Frame:
        """Wait until a frame that is wanted has come; return it."""
        return self._wait(wanted, seconds=seconds)

    def wait_for_end(self, *, seconds: float = PATIENCE) -> Frame:
        """Wait until the upgrade has ended; return the event that says so."""
        return self._wait(lambda each: each.kind in TERMINAL, seconds=seconds)

    def _wait(self, wanted: Callable[[Frame], bool], *, seconds: float) -> Frame:
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                if found := next(filter(wanted, self.frames), None):
                    return found
                left = deadline - time.monotonic()
                if self._closed or left <= 0:
                    seen = "\n".join(map(str, self.frames))
                    raise AssertionError(f"it did not come; what came:\n{seen}")
                self._news.wait(left)

    def _receive(self, socket: ClientConnection) -> None:
        try:
            for text in socket:
                frame = Frame(event=json.loads(text), came=datetime.now(UTC))
                with self._news:
                    self.frames.append(frame)
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        finally:
            with self._news:
                self._closed = True
                self.close_code = socket.close_code
                self._news.notify_all()
