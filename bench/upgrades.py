"""How long an upgrade takes, from the POST to each thing its client sees."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.tables import milliseconds
from tests.acceptance.site import Site

WARM_UP = 3
FIELDS: list[dict[str, Any]] = [
    {"name": "name", "type": "CharField", "max_length": 100},
    {"name": "description", "type": "TextField", "null": True},
    {"name": "price", "type": "FloatField"},
]


@dataclass(slots=True)
class Timings:
    """Seconds, one for each upgrade or frame."""

    accepted: list[float] = field(default_factory=list)
    succeeded: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)

    def row(self) -> list[str]:
        """Return the cells of the table."""
        return [milliseconds(each) for each in (self.accepted, self.succeeded, self.frames)]


def measure(site: Site, *, rounds: int) -> Timings:
    """Create small models, one after another, each with a backup, and watch each over a socket."""
    timings = Timings()
    with site.client() as client, site.watch() as watch:
        for number in range(WARM_UP + rounds):
            body = {"model_name": f"Bench{number}", "fields": FIELDS}
            begin = time.perf_counter()
            answer = client.post("/lowcode/api/upgrade-model/", json=body)
            accepted = time.perf_counter() - begin
            assert answer.status_code == 202, answer.text
            _wait_for_end(watch, answer.json()["task_id"])
            succeeded = time.perf_counter() - begin
            if number >= WARM_UP:
                timings.accepted.append(accepted)
                timings.succeeded.append(succeeded)
        timings.frames = [each.seconds for each in watch.frames if each.sequence is not None]
    return timings


def _wait_for_end(watch, task_id: str) -> None:  # type: ignore[no-untyped-def]
    end = watch._wait(  # noqa: SLF001 - one socket carries all upgrades
        lambda frame: frame.event["task_id"] == task_id and frame.kind.startswith("upgrade.s"),
        seconds=30,
    )
    assert end.kind == "upgrade.succeeded"


def resident_megabytes(site: Site) -> float:
    """Return the memory of the process that serves and works, in megabytes (10⁶ bytes)."""
    status = Path(f"/proc/{site.working.pid}/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / 1e6
