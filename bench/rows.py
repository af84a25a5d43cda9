"""Rows over HTTP, beside a plain `ModelViewSet` on the same model and server, by turns.

``OTHER=requests.json make bench ARGS=rows`` lays any other server beside them: a JSON list of
``{"name", "method", "url", "headers", "body"}``, each asked as often as ours.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.site import Site

ROWS = 2000
ROUNDS = int(os.environ.get("ROUNDS", "60"))
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
_numbers = itertools.count(1)


def rows(site: Site) -> Iterator[list[str]]:
    """Yield a row of the table for each kind of request."""
    site.wait_for_end(site.post("Product", FIELDS, no_backup=True))
    with site.client() as client:
        for _ in range(ROWS // 1000):
            _ask(client, "POST", f"{OURS}batch/", {"create": _products(1000)})
        yield _beside(client, "list of 100 rows", lambda: ("GET", OURS, None), _listed(PLAIN))
        query = "?price__gte=40&name__icontains=product&ordering=-price"
        yield _beside(
            client, "filter and sort", lambda: ("GET", OURS + query, None), _listed(PLAIN + query)
        )
        yield _beside(
            client,
            "create",
            lambda: ("POST", OURS, _products(1)[0]),
            lambda: ("POST", PLAIN, _products(1)[0]),
        )
        yield _beside(
            client,
            "batch create of 1,000",
            lambda: ("POST", f"{OURS}batch/", {"create": _products(1000)}),
            lambda: ("POST", PLAIN, _products(1000)),
            rounds=max(3, ROUNDS // 12),
        )


def of_others() -> Iterator[list[str]]:
    """Yield a row for each request to another server that the file in ``OTHER`` names."""
    path = os.environ.get("OTHER")
    for given in json.loads(Path(path).read_text()) if path else ():
        with httpx.Client(headers=given.get("headers", {}), timeout=60) as client:
            seconds = []
            for _ in range(ROUNDS):
                body = given.get("body")
                seconds.append(_ask(client, given.get("method", "GET"), given["url"], body))
        yield [given["name"], _milliseconds(seconds)]


Request = tuple[str, str, Any]


def _listed(path: str) -> Callable[[], Request]:
    return lambda: ("GET", path, None)


def _beside(
    client: httpx.Client,
    name: str,
    ours: Callable[[], Request],
    plain: Callable[[], Request],
    *,
    rounds: int = ROUNDS,
) -> list[str]:
    mine, theirs = [], []
    for turn in range(rounds + 3):
        both = (_ask(client, *ours()), _ask(client, *plain()))
        if turn >= 3:  # what is made once has been made
            mine.append(both[0])
            theirs.append(both[1])
    ratio = statistics.median(theirs) / statistics.median(mine)
    return [name, _milliseconds(mine), _milliseconds(theirs), f"{ratio:.1f}"]


def _ask(client: httpx.Client, method: str, path: str, body: Any) -> float:
    begin = time.perf_counter()
    answer = client.request(method, path, json=body)
    seconds = time.perf_counter() - begin
    assert answer.is_success, answer.text[:500]
    return seconds


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


def _milliseconds(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.1f}"
