"""Who polls sees an upgrade go on within its stages, as those see it who have a socket."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest

from tests.acceptance.site import Mode, Site

ROWS = 20_000
NAME = {"name": "name", "type": "CharField", "max_length": 20}
PATIENCE = 120.0


class Poller:
    """Asks for the status of one upgrade again and again, and keeps what it hears of the migrate stage."""

    def __init__(self, site: Site, task_id: str) -> None:
        self._site = site
        self._path = f"/lowcode/api/upgrade-status/{task_id}/"
        self.heard: list[dict[str, Any]] = []

    def poll_to_end(self) -> dict[str, Any]:
        """Return the last status."""
        deadline = time.monotonic() + PATIENCE
        with self._site.client() as client:
            while time.monotonic() < deadline:
                status: dict[str, Any] = client.get(self._path).json()
                progress = status["progress"]
                if progress and progress["stage"] == "migrate":
                    self.heard.append(progress)
                if status["status"] != "running":
                    return status
        raise AssertionError(f"it did not end; heard: {self.heard}")

    def numbers(self, key: str) -> list[float]:
        """Return what was heard under a key."""
        return [each[key] for each in self.heard if key in each]


@pytest.mark.parametrize(
    "site",
    [pytest.param(("postgresql", Mode.DISTRIBUTED), id="postgresql-distributed")],
    indirect=True,
)
def test_percent_and_rows_grow_while_a_large_table_is_converted(site: Site) -> None:
    first = site.post("Polled", [NAME, {"name": "age", "type": "CharField", "max_length": 20}])
    assert site.wait_for_end(first)["status"] == "success"
    site.query(
        "INSERT INTO dynamic_polled (name, age)"
        f" SELECT 'n', concat(number, '.0') FROM generate_series(1, {ROWS}) AS number"
    )
    age = {"name": "age", "type": "IntegerField"}
    poller = Poller(site, site.post("Polled", [NAME, age], no_backup=True))
    ended = poller.poll_to_end()

    assert (ended["status"], ended["progress"]) == ("success", None)
    percents, rows = poller.numbers("percent"), poller.numbers("rows_done")
    print(f"percents {sorted(set(percents))}, rows {sorted(set(rows))}")
    assert percents == sorted(percents)
    assert rows == sorted(rows)
    assert 0 <= percents[0] < percents[-1] <= 100
    assert set(poller.numbers("rows_total")) == {ROWS}
    assert rows[0] < rows[-1] <= ROWS
    times = [each["at"] for each in poller.heard]
    assert all(before <= after for before, after in pairwise(times))
