"""The strategy ``reload``: who is waited for, how long, and what is told in the end."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.test import override_settings

from lowcode_async.clock import database_now
from lowcode_async.models import Process
from lowcode_async.restarting import RestartOutcome, RestartRequest, get_strategy
from lowcode_async.runtime.generation import current, served_number
from lowcode_async.runtime.processes import Registration, report_now
from lowcode_async.sentences import sentence
from tests.integration.followers import Follower
from tests.integration.runtime.dynamic import definition, publish, record, text

pytestmark = pytest.mark.usefixtures("database")

PRODUCT = definition("Product", name=text())
PRICED = definition("Product", name=text(), price={"type": "FloatField", "null": True})


async def reload(generation: int, *, percents: list[float] | None = None) -> RestartOutcome:
    request = RestartRequest(upgrade_id=uuid4(), generation=generation, model_name="Product")
    strategy = get_strategy("reload", swap=report_now)
    heard = [] if percents is None else percents
    return await strategy.restart(request, progress=heard.append)


def add_process(*, seconds_ago: float = 0.0, **values: Any) -> Process:
    """Write the row of a process that is elsewhere, and does nothing."""
    now = database_now()
    elsewhere = {"kind": "web", "host": "elsewhere", "pid": 7, "generation": 0}
    return Process.objects.create(
        started_at=now, last_seen_at=now - timedelta(seconds=seconds_ago), **{**elsewhere, **values}
    )


async def test_without_processes_this_one_swaps_and_that_is_all() -> None:
    number = await sync_to_async(publish)(PRODUCT)
    percents: list[float] = []
    assert await reload(number, percents=percents) == RestartOutcome()
    assert served_number() == number
    assert "Product" in current().models
    assert percents == [100]


async def test_embedded_server_swaps_and_reports_at_once() -> None:
    with override_settings(LOWCODE_GENERATION_POLL=3600):
        registration = Registration(Process.Kind.EMBEDDED)
        registration.start()
        assert await asyncio.to_thread(registration.registered.wait, 60)
        number = await sync_to_async(record)(PRODUCT)
        assert await asyncio.wait_for(reload(number), 60) == RestartOutcome()
        await asyncio.to_thread(registration.stop)


async def test_every_live_process_is_waited_for(follow: Callable[..., Follower]) -> None:
    await sync_to_async(publish)(PRODUCT)
    followers = [follow("web"), follow("worker")]
    for follower in followers:
        await asyncio.to_thread(follower.hear, "id")
    number = await sync_to_async(publish)(PRICED)
    assert await reload(number) == RestartOutcome()
    served = await sync_to_async(
        lambda: list(Process.objects.values_list("generation", flat=True))
    )()
    assert served == [number, number]


async def test_process_that_does_not_follow_is_named_after_the_time_limit() -> None:
    number = await sync_to_async(record)(PRODUCT)
    await sync_to_async(add_process)(kind="worker", pid=12)
    await sync_to_async(add_process)(kind="web", pid=11)
    await sync_to_async(add_process)(kind="web", pid=10, generation=number)
    with override_settings(LOWCODE_RELOAD_TIMEOUT=0.2):
        (warning,) = (await reload(number)).warnings
    assert warning == {
        "code": "processes_not_reloaded",
        "params": {"processes": ["web elsewhere:11", "worker elsewhere:12"], "seconds": 0.2},
    }
    assert "web elsewhere:11、worker elsewhere:12" in sentence(**warning, language="zh")
    assert "within 0.2 s: web elsewhere:11, worker elsewhere:12" in sentence(
        **warning, language="en"
    )


async def test_progress_tells_the_share_of_processes_that_have_followed() -> None:
    number = await sync_to_async(record)(PRODUCT)
    first = await sync_to_async(add_process)(pid=1)
    await sync_to_async(add_process)(pid=2)
    percents: list[float] = []
    waiting = asyncio.create_task(reload(number, percents=percents))
    while not percents:
        await asyncio.sleep(0)
    await sync_to_async(Process.objects.filter(pk=first.pk).update)(generation=number)
    while 50 not in percents:
        await asyncio.sleep(0)
    await sync_to_async(Process.objects.update)(generation=number)
    assert await waiting == RestartOutcome()
    assert sorted(percents) == percents
    assert (percents[0], percents[-1]) == (0, 100)


async def test_later_generation_counts_too() -> None:
    number = await sync_to_async(record)(PRODUCT)
    await sync_to_async(add_process)(generation=number + 5)
    assert await reload(number) == RestartOutcome()


async def test_process_without_a_sign_of_life_is_not_waited_for() -> None:
    number = await sync_to_async(record)(PRODUCT)
    await sync_to_async(add_process)(seconds_ago=16)
    assert await reload(number) == RestartOutcome()


async def test_process_that_dies_meanwhile_does_not_hold_the_stage() -> None:
    number = await sync_to_async(record)(PRODUCT)
    await sync_to_async(add_process)()
    with override_settings(LOWCODE_PROCESS_TIMEOUT=0.5, LOWCODE_RELOAD_TIMEOUT=3600):
        assert await asyncio.wait_for(reload(number), 60) == RestartOutcome()


async def test_process_killed_on_this_host_is_not_waited_for() -> None:
    killed = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    number = await sync_to_async(record)(PRODUCT)
    await sync_to_async(add_process)(host=socket.gethostname(), pid=killed.pid)
    waiting = asyncio.create_task(reload(number))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    killed.kill()
    await asyncio.to_thread(killed.communicate)
    assert await asyncio.wait_for(waiting, 60) == RestartOutcome()


async def test_living_process_on_this_host_is_waited_for() -> None:
    number = await sync_to_async(record)(PRODUCT)
    await sync_to_async(add_process)(host=socket.gethostname(), pid=os.getpid())
    with override_settings(LOWCODE_RELOAD_TIMEOUT=0.1):
        assert len((await reload(number)).warnings) == 1


async def test_event_loop_is_free_while_the_stage_waits() -> None:
    number = await sync_to_async(record)(PRODUCT)
    await sync_to_async(add_process)()
    ticked = threading.Event()
    asyncio.get_running_loop().call_later(0.05, ticked.set)
    with override_settings(LOWCODE_RELOAD_TIMEOUT=0.3):
        await reload(number)
    assert ticked.is_set()


def test_unknown_strategy_is_refused() -> None:
    with pytest.raises(ValueError, match="no such restart strategy: 'magic'"):
        get_strategy("magic", swap=report_now)
