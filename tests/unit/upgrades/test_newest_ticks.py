"""What a stage has told last is found by whoever polls, while that stage runs in that worker's hands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from lowcode_async.models import Upgrade
from lowcode_async.upgrades import newest_ticks
from lowcode_async.upgrades.events import EventData, EventKind, tick_of
from lowcode_async.upgrades.leases import Claim
from lowcode_async.upgrades.ticks import Ticks

TASK = uuid4()
PATIENCE = 60.0


def claim(sequence: int, *, attempt: int = 1) -> Claim:
    """Return a claim of the migrate stage, by the line of the log that tells of it."""
    event = EventData(
        task_id=TASK,
        sequence=sequence,
        position=sequence,
        kind=EventKind.STAGE_STARTED if attempt == 1 else EventKind.STAGE_RESUMED,
        stage="migrate",
        at=timezone.now(),
        payload={},
    )
    return Claim(
        task_id=TASK, stage=Upgrade.Stage.MIGRATE, token=uuid4(), attempt=attempt, event=event
    )


def tick(percent: float) -> EventData:
    return tick_of(TASK, stage="migrate", payload={"percent": percent})


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_the_newest_tick_is_found() -> None:
    told = tick(20)
    newest_ticks.keep(claim(6), tick(10))
    newest_ticks.keep(claim(6), told)
    assert newest_ticks.read({TASK: 6, uuid4(): 6}) == {TASK: told}
    assert newest_ticks.read({}) == {}


def test_a_worker_that_has_lost_its_stage_tells_nobody() -> None:
    lost, taken = claim(6), claim(7, attempt=2)
    newest_ticks.keep(lost, tick(80))
    assert newest_ticks.read({TASK: 7}) == {}
    newest_ticks.keep(taken, tick(10))
    newest_ticks.keep(lost, tick(90))
    newest_ticks.forget(lost)
    assert newest_ticks.read({TASK: 7})[TASK].payload == {"percent": 10}


async def test_a_percent_never_falls_and_goes_with_its_stage() -> None:
    ticks = Ticks(claim(6), asyncio.get_running_loop())

    async def wait_until_told(percent: float, code: str | None) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = newest_ticks.read({TASK: 6})
                told = found[TASK].payload if found else {}
                if (told.get("percent"), told.get("code")) == (percent, code):
                    return
                assert told.get("percent", 0) in {0, 40}
                await asyncio.sleep(0)

    ticks.tell({"percent": 40})
    await wait_until_told(40, None)
    params = {"table": "dynamic_product", "holders": "?"}
    ticks.tell({"percent": 0, "code": "waiting_for_lock", "params": params})
    await wait_until_told(40, "waiting_for_lock")
    ticks.tell({"percent": 41})
    await wait_until_told(41, None)
    ticks.close()
    ticks.tell({"percent": 99})
    await asyncio.sleep(0)
    assert newest_ticks.read({TASK: 6}) == {}
