"""Rows over HTTP, beside a plain `ModelViewSet` on the same model and server, by turns.

``OTHER=requests.json make bench ARGS=rows`` lays any other server beside them: a JSON list of
``{"name", "method", "url", "headers", "body"}``, each asked as often as ours. ``{number}`` in
address and body is another number in each request.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.client import Client, Request
from tests.acceptance.site import Site

ROWS = 2000
ROUNDS = int(os.environ.get("ROUNDS", "200"))
BLOCK = 10
"""Requests of one kind in a row, so that the processor's time can be told apart."""
CLIENTS = 16
FIELDS: list[dict[str, Any]] = [
    {"name": "name", "type": "CharField", "max_length": 100},
    {"name": "code", "type": "CharField", "max_length": 40, "unique": True},
    {"name": "description", "type": "TextField", "default": "", "blank": True},
    {"name": "price", "type": "DecimalField", "max_digits": 10, "decimal_places": 2},
    {"name": "stock", "type": "IntegerField", "default": 0},
    {"name": "active", "type": "BooleanField", "default": True},
    {"name": "weight", "type": "FloatField", "null": True},
    {"name": "released", "type": "DateField", "null": True},
    {"name": "seen", "type": "DateTimeField", "null": True},
    {
        "name": "owner",
        "type": "ForeignKey",
        "to": "auth.User",
        "on_delete": "SET_NULL",
        "null": True,
    },
]
OURS, PLAIN = "/lowcode/api/data/Product/", "/plain/"
HEADS = [
    "request",
    "ours, ms",
    "plain, ms",
    "plain to ours",
    "ours, ms of processor",
    "plain, ms of processor",
    "plain to ours",
    f"ours, a second with {CLIENTS} clients",
    f"plain, a second with {CLIENTS} clients",
    "ours to plain",
]
_numbers = itertools.count(1)


@dataclass(kw_only=True)
class Measured:
    """What one kind of request took."""

    seconds: list[float] = field(default_factory=list)
    processor: float = 0.0
    """Seconds of the server's processors, for all of them."""
    a_second: float | None = None
    """Requests answered in a second, when many ask at once."""

    @property
    def median(self) -> float:
        """Milliseconds of one request."""
        return statistics.median(self.seconds) * 1000

    @property
    def work(self) -> float:
        """Milliseconds of the server's processors for one request; what else runs matters least to it."""
        return self.processor / len(self.seconds) * 1000


def rows(site: Site) -> Iterator[list[str]]:
    """Yield a row of the table for each kind of request."""
    site.wait_for_end(site.post("Product", FIELDS, no_backup=True))
    client = _client(site)
    for _ in range(ROWS // 1000):
        client.ask(("POST", f"{OURS}batch/", {"create": _products(1000)}))
    yield _beside(site, "list of 100 rows", lambda: _listed(OURS), lambda: _listed(PLAIN))
    yield _beside(site, "filter and sort", lambda: _found(OURS), lambda: _found(PLAIN))
    yield _beside(
        site,
        "create",
        lambda: ("POST", OURS, _products(1)[0]),
        lambda: ("POST", PLAIN, _products(1)[0]),
    )
    yield _beside(
        site,
        "batch create of 1,000",
        lambda: ("POST", f"{OURS}batch/", {"create": _products(1000)}),
        lambda: ("POST", PLAIN, _products(1000)),
        rounds=max(3, ROUNDS // 40),
        block=1,
        crowded=False,
    )


def of_others() -> Iterator[list[str]]:
    """Yield a row for each request to another server that the file in ``OTHER`` names."""
    path = os.environ.get("OTHER")
    for given in json.loads(Path(path).read_text()) if path else ():
        parts = urlsplit(given["url"])
        address = f"{parts.scheme}://{parts.netloc}"
        headers = given.get("headers", {})
        measured = Measured()
        client = Client(address, headers)
        for _ in range(ROUNDS):
            measured.seconds.append(client.ask(_other(given)))
        clients = [Client(address, headers) for _ in range(CLIENTS)]
        measured.a_second = _crowded(clients, lambda given=given: _other(given))  # type: ignore[misc]
        yield [given["name"], f"{measured.median:.1f}", f"{measured.a_second:.0f}"]


def _other(given: dict[str, Any]) -> Request:
    parts = urlsplit(given["url"])
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    number = str(next(_numbers))
    body = json.loads(json.dumps(given.get("body")).replace("{number}", number))
    return given.get("method", "GET"), path.replace("{number}", number), body


def _listed(path: str) -> Request:
    return "GET", path, None


def _found(path: str) -> Request:
    """Ask for other values each time: nobody sends the same request for ever."""
    price = 30 + next(_numbers) % 20
    return "GET", f"{path}?price__gte={price}&name__icontains=product&ordering=-price", None


def _client(site: Site) -> Client:
    return Client(site.base_url, {"Authorization": f"Token {site.token}"})


def _beside(
    site: Site,
    name: str,
    ours: Callable[[], Request],
    plain: Callable[[], Request],
    *,
    rounds: int = ROUNDS,
    block: int = BLOCK,
    crowded: bool = True,
) -> list[str]:
    """Ask both by turns, and return a row of the table."""
    client, pid = _client(site), site.processes["web"].pid
    mine, theirs = Measured(), Measured()
    for request in (ours, plain):
        for _ in range(3):  # what is made once has been made
            client.ask(request())
    for _ in range(max(1, rounds // block)):
        for measured, request in ((mine, ours), (theirs, plain)):
            begin = _processor(pid)
            measured.seconds += [client.ask(request()) for _ in range(block)]
            measured.processor += _processor(pid) - begin
    if crowded:
        for measured, request in ((mine, ours), (theirs, plain)):
            measured.a_second = _crowded([_client(site) for _ in range(CLIENTS)], request)
    return [name, *_row(mine, theirs)]


def _row(mine: Measured, theirs: Measured) -> Iterator[str]:
    for ours, plain in ((mine.median, theirs.median), (mine.work, theirs.work)):
        yield f"{ours:.1f}"
        yield f"{plain:.1f}"
        yield f"{plain / ours:.1f}" if ours else ""
    if mine.a_second is None or theirs.a_second is None:
        yield from ("", "", "")
    else:
        yield f"{mine.a_second:.0f}"
        yield f"{theirs.a_second:.0f}"
        yield f"{mine.a_second / theirs.a_second:.1f}"


def _crowded(clients: list[Client], request: Callable[[], Request]) -> float:
    """Return how many requests a second are answered, when all clients ask without a pause."""
    each = max(5, ROUNDS // 10)

    def work(client: Client) -> None:
        for _ in range(each):
            client.ask(request())

    with ThreadPoolExecutor(len(clients)) as threads:
        list(threads.map(lambda client: client.ask(request()), clients))
        begin = time.perf_counter()
        list(threads.map(work, clients))
    return each * len(clients) / (time.perf_counter() - begin)


def _processor(pid: int) -> float:
    """Return the seconds that a process has had of the processors (``clock_getcpuclockid``); 0 if unknown."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except (AttributeError, OSError):
        return 0.0


def _products(count: int) -> list[dict[str, Any]]:
    return [
        {
            "name": f"product {number}",
            "code": f"code {number}",
            "description": "A thing that somebody sells. " * 3,
            "price": f"{number % 100}.50",
            "stock": number,
            "weight": number / 7,
            "released": "2024-01-05",
            "seen": "2024-01-05T08:30:00Z",
            "owner": 1,
        }
        for number in itertools.islice(_numbers, count)
    ]
