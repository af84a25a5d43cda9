"""Clients that forgive nothing: whatever goes wrong with one request is a failure."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.servers.base import wait_for

OK = b"ok"
TIMEOUT = 60.0
"""Seconds that a request may wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One way of using the site, by so many clients at once."""

    name: str
    path: str
    clients: int
    pause: float = 0.0
    """Seconds between two requests."""
    body: bytes | None = None
    """Posted, and expected back."""
    keep_alive: bool = True


class Load:
    """Clients at work, each in a thread, from the start of a ``with`` block to its end."""

    def __init__(self, port: int, *kinds: Kind) -> None:
        self.port = port
        self.kinds = kinds
        self.answered: Counter[str] = Counter()
        self.slowest: dict[str, float] = {}
        self.failures: list[str] = []
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep all clients at work."""
        threads = [
            threading.Thread(target=self._work, args=(kind,))
            for kind in self.kinds
            for _ in range(kind.clients)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            for thread in threads:
                thread.join()

    def wait_for_answers(self, count: int) -> None:
        """Wait until so many more requests have been answered."""
        wanted = self.answered.total() + count

        def look() -> None:
            assert self.failures or self.answered.total() >= wanted

        wait_for(look, seconds=120, pause=0.02)

    def _work(self, kind: Kind) -> None:
        connection = self._connect()
        while not self._stopped.is_set():
            if not kind.keep_alive:
                connection.close()
                connection = self._connect()
            if not self._ask(connection, kind):
                connection.close()
                connection = self._connect()
            self._stopped.wait(kind.pause)
        connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

    def _ask(self, connection: http.client.HTTPConnection, kind: Kind) -> bool:
        begin = time.monotonic()
        try:
            connection.request("GET" if kind.body is None else "POST", kind.path, body=kind.body)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            return self._fail(f"{kind.name}: {error!r}")
        if (answer.status, content) != (200, kind.body or OK):
            return self._fail(f"{kind.name}: {answer.status} {content[:100]!r}")
        with self._lock:
            self.answered[kind.name] += 1
            seconds = time.monotonic() - begin
            self.slowest[kind.name] = max(seconds, self.slowest.get(kind.name, 0.0))
        return True

    def _fail(self, failure: str) -> bool:
        with self._lock:
            self.failures.append(failure)
        return False
