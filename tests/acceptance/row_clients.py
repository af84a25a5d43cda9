"""Clients of the API over rows that know what they have been promised, and remember it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.acceptance.clients import TIMEOUT
from tests.acceptance.site import NO_TLS

PAUSE = 0.02


class RowLoad:
    """Writers and readers of one model, on several servers, each in a thread.

    Every writer owns one row and counts in it; only the documented 503 is forgiven, and tried again.
    """

    def __init__(self, urls: list[str], *, model: str, token: str, writers: int = 4) -> None:
        self.answered: Counter[str] = Counter()
        self.waited = 0
        """Requests that were answered with the documented 503."""
        self.slowest = 0.0
        self.failures: list[str] = []
        self.promised: dict[int, int] = {}
        """What each row was last said to count, by its key."""
        self.made: set[str] = set()
        """Names of the rows that were said to be made."""
        self.deleted: set[str] = set()
        self._rows = f"/lowcode/api/data/{model}/"
        self._headers = {"Authorization": f"Token {token}", "Accept-Language": "en"}
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        kinds: list[Callable[[httpx.Client, int], Iterator[None]]] = [
            *[self._counts] * writers,
            self._makes,
            self._reads,
            self._reads,
        ]
        self._threads = [
            threading.Thread(target=self._work, args=(kind, urls[number % len(urls)], number))
            for number, kind in enumerate(kinds)
        ]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep all clients at work."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            for thread in self._threads:
                thread.join()

    def _work(
        self, kind: Callable[[httpx.Client, int], Iterator[None]], url: str, number: int
    ) -> None:
        with httpx.Client(
            base_url=url, headers=self._headers, timeout=TIMEOUT, verify=NO_TLS
        ) as client:
            for _ in kind(client, number):
                if self._stopped.wait(PAUSE):
                    return

    def _counts(self, client: httpx.Client, number: int) -> Iterator[None]:
        """Make a row, and count in it; each step builds on what was read."""
        row = self._ask(client, "POST", self._rows, {"name": f"counter {number}", "count": 0})
        if row is None:
            return
        address, count = f"{self._rows}{row['id']}/", 0
        self.promised[row["id"]] = 0
        while True:
            count += 1
            answer = self._ask(client, "PATCH", address, {"count": count})
            if answer is None:
                return
            if int(float(answer["count"])) != count:
                self._fail(f"{address}: {answer['count']} instead of {count}")
            self.promised[row["id"]] = count
            yield

    def _makes(self, client: httpx.Client, number: int) -> Iterator[None]:
        """Make rows, and delete every second one."""
        step = 0
        while True:
            step += 1
            names = [f"row {number} {step} {each}" for each in range(5)]
            body = {"create": [{"name": name, "count": 1} for name in names]}
            made = self._ask(client, "POST", f"{self._rows}batch/", body)
            if made is None:
                return
            self.made.update(names)
            first = made["created"][0]["id"]
            if self._ask(client, "DELETE", f"{self._rows}{first}/", None) is None:
                return
            self.deleted.add(names[0])
            yield

    def _reads(self, client: httpx.Client, number: int) -> Iterator[None]:
        """Read lists and pages; every row of a page has the same fields."""
        while True:
            page = self._ask(client, "GET", f"{self._rows}?ordering=-id&page_size=50", None)
            if page is None:
                return
            if len({tuple(row) for row in page["results"]}) > 1:
                self._fail("rows of one page differ in their fields")
            yield
            if self._ask(client, "GET", f"{self._rows}?name__startswith=counter", None) is None:
                return
            yield

    def _ask(self, client: httpx.Client, method: str, path: str, body: Any) -> Any:
        """Return what is answered; None after a failure, or at the end."""
        while True:
            try:
                answer = client.request(method, path, json=body)
            except httpx.HTTPError as error:
                return self._fail(f"{method} {path}: {error!r}")
            with self._lock:
                self.slowest = max(self.slowest, answer.elapsed.total_seconds())
            if answer.status_code == 503 and "Retry-After" in answer.headers:
                with self._lock:
                    self.waited += 1
                if self._stopped.wait(0.2):
                    return None
                continue
            if not answer.is_success:
                return self._fail(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            with self._lock:
                self.answered[method] += 1
            return answer.json() if answer.content else {}

    def _fail(self, failure: str) -> None:
        with self._lock:
            self.failures.append(failure)
