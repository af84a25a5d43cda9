"""The strategy ``reexec``: who is asked, who is waited for, and what is handed over."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db.models import F
from django.test import override_settings

from lowcode_async.clock import database_now
from lowcode_async.models import Process
from lowcode_async.restarting import RestartOutcome, RestartRequest, get_strategy
from lowcode_async.runtime.processes import report_now
from lowcode_async.sentences import sentence

pytestmark = pytest.mark.usefixtures("database")

UPGRADE = uuid4()


async def reexec(
    *, handover: Mapping[str, Any] | None = None, percents: list[float] | None = None
) -> RestartOutcome:
    request = RestartRequest(
        upgrade_id=UPGRADE, generation=0, model_name="Product", handover=handover
    )
    heard = [] if percents is None else percents
    return await get_strategy("reexec", swap=report_now).restart(request, progress=heard.append)


@sync_to_async
def add_process(*, seconds_ago: float = 0.0, **values: Any) -> Process:
    """Write the row of a process that is elsewhere, and does nothing."""
    now = database_now()
    elsewhere = {"kind": "web", "host": "elsewhere", "pid": 7, "generation": 0}
    return Process.objects.create(
        started_at=now, last_seen_at=now - timedelta(seconds=seconds_ago), **{**elsewhere, **values}
    )


@sync_to_async
def come_back(process: Process) -> None:
    """Do to a row what the next incarnation does when it registers."""
    Process.objects.filter(pk=process.pk).update(
        incarnation=F("incarnation") + 1, restart_requested=None, last_seen_at=database_now()
    )


@sync_to_async
def asked() -> dict[UUID, UUID | None]:
    return dict(Process.objects.values_list("pk", "restart_requested"))


async def until_asked(count: int) -> None:
    while sum(each is not None for each in (await asked()).values()) < count:
        await asyncio.sleep(0.01)


async def test_without_servers_there_is_nothing_to_wait_for() -> None:
    await add_process(kind="worker")
    assert await reexec() == RestartOutcome()


async def test_living_servers_are_asked_and_workers_are_not() -> None:
    web = await add_process()
    embedded = await add_process(kind="embedded", pid=8)
    worker = await add_process(kind="worker", pid=9)
    dead = await add_process(pid=10, seconds_ago=60)
    waiting = asyncio.create_task(reexec())
    await until_asked(2)
    assert await asked() == {web.pk: UPGRADE, embedded.pk: UPGRADE, worker.pk: None, dead.pk: None}
    await come_back(web)
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    await come_back(embedded)
    assert await asyncio.wait_for(waiting, 60) == RestartOutcome()


async def test_progress_tells_the_share_of_servers_that_have_come_back() -> None:
    first, second = await add_process(pid=1), await add_process(pid=2)
    percents: list[float] = []
    waiting = asyncio.create_task(reexec(percents=percents))
    await until_asked(2)
    await come_back(first)
    while 50 not in percents:
        await asyncio.sleep(0.01)
    await come_back(second)
    await waiting
    assert percents == sorted(percents)
    assert percents[-1] == 100


async def test_server_that_does_not_come_back_is_named_and_asked_no_longer() -> None:
    await add_process()
    with override_settings(LOWCODE_RESTART_TIMEOUT=0.3):
        (warning,) = (await reexec()).warnings
    assert warning == {
        "code": "processes_not_restarted",
        "params": {"processes": ["web elsewhere:7"], "seconds": 0.3},
    }
    assert "web elsewhere:7" in sentence(**warning, language="zh")
    assert "lowcode_serve" in sentence(**warning, language="en")
    assert set((await asked()).values()) == {None}


async def test_server_that_stops_for_good_is_not_waited_for() -> None:
    web = await add_process()
    waiting = asyncio.create_task(reexec())
    await until_asked(1)
    await sync_to_async(Process.objects.filter(pk=web.pk).delete)()
    assert await asyncio.wait_for(waiting, 60) == RestartOutcome()


async def test_server_that_came_back_with_an_old_generation_is_waited_for() -> None:
    web = await add_process()
    request = RestartRequest(upgrade_id=UPGRADE, generation=0, model_name="Product")
    waiting = asyncio.create_task(
        get_strategy("reexec", swap=report_now).restart(
            RestartRequest(upgrade_id=UPGRADE, generation=5, model_name=request.model_name),
            progress=lambda percent: None,
        )
    )
    await until_asked(1)
    await come_back(web)
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    await sync_to_async(Process.objects.filter(pk=web.pk).update)(generation=5)
    assert await asyncio.wait_for(waiting, 60) == RestartOutcome()


async def test_process_that_restarts_itself_hands_over_at_once() -> None:
    here = await add_process(host=socket.gethostname(), pid=os.getpid(), kind="embedded")
    other = await add_process()
    outcome = await asyncio.wait_for(reexec(), 60)
    assert outcome.handover is not None
    assert outcome.handover["incarnations"] == {str(here.pk): 1, str(other.pk): 1}
    assert await asked() == {here.pk: UPGRADE, other.pk: UPGRADE}


async def test_successor_ends_what_was_handed_over_and_asks_nobody_again() -> None:
    here = await add_process(host=socket.gethostname(), pid=os.getpid(), kind="embedded")
    other = await add_process()
    handover = (await reexec()).handover
    await come_back(here)
    waiting = asyncio.create_task(reexec(handover=handover))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    await come_back(other)
    assert await asyncio.wait_for(waiting, 60) == RestartOutcome()
    assert set((await asked()).values()) == {None}


async def test_process_that_is_given_its_own_handover_waits_no_longer_than_for_others() -> None:
    await add_process(host=socket.gethostname(), pid=os.getpid(), kind="embedded")
    with override_settings(LOWCODE_RESTART_TIMEOUT=0.5):
        handover = (await reexec()).handover
        assert (await reexec(handover=handover)).handover == handover
        await asyncio.sleep(0.6)  # Not to synchronise: the time limit is what is tried.
        (warning,) = (await reexec(handover=handover)).warnings
    assert warning["code"] == "processes_not_restarted"


async def test_two_upgrades_at_once_are_content_with_one_restart() -> None:
    web = await add_process()
    first = asyncio.create_task(reexec())
    await until_asked(1)
    other = RestartRequest(upgrade_id=uuid4(), generation=0, model_name="Book")
    second = asyncio.create_task(
        get_strategy("reexec", swap=report_now).restart(other, progress=lambda percent: None)
    )
    while (await asked())[web.pk] != other.upgrade_id:
        await asyncio.sleep(0.01)
    await come_back(web)
    assert await asyncio.wait_for(asyncio.gather(first, second), 60) == [RestartOutcome()] * 2
