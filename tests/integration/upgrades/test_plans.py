"""What was agreed to is held to by the stages too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from lowcode_async import PlanOutdated, VersionMovedOn, aplan_upgrade, astart_upgrade, follow
from lowcode_async.clock import database_now
from lowcode_async.models import Process, Upgrade
from lowcode_async.upgrades.queue import EmbeddedWorker
from lowcode_async.upgrades.reading import describe
from tests.databases import Database
from tests.integration.upgrades.conftest import Upgraded
from tests.integration.upgrades.test_upgrade import AGE, NAME, create, rows

NUMBER = {"name": "age", "type": "IntegerField", "null": True}


def body(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"model_name": "Product", "fields": list(fields)}


async def test_an_upgrade_does_what_its_plan_has_told(upgraded: Upgraded) -> None:
    await upgraded("Product", NAME, AGE)
    await create("Product", {"name": "a", "age": "abc"}, {"name": "b", "age": "7"})
    planned = await aplan_upgrade(body(NAME, NUMBER), force=True)
    assert [each["count"] for each in planned.findings] == [1]
    upgrade, _ = await upgraded("Product", NAME, NUMBER, force=True, plan_id=planned.pk)
    assert upgrade.state == Upgrade.State.SUCCEEDED
    assert [each["operation"] for each in upgrade.plan] == [
        each["operation"] for each in planned.content["operations"]
    ]
    assert [each["age"] for each in await rows("Product")] == [None, 7]


@pytest.mark.parametrize("force", [True, False])
async def test_a_loss_that_grows_once_the_upgrade_is_queued_ends_it(
    database: Database, force: bool
) -> None:
    """The rows come between the answer to the POST and the first stage."""
    async with worker_at_work():
        await ended(await astart_upgrade(body(NAME, AGE)))
    await create("Product", {"name": "a", "age": "abc"})
    asked = body(NAME, NUMBER)
    planned = await aplan_upgrade(asked, force=force)
    await sync_to_async(somewhere_a_server)()
    started = await astart_upgrade(asked, force=force, plan_id=str(planned.pk))
    await create("Product", {"name": "b", "age": "def"})
    async with worker_at_work():
        upgrade = await ended(started)
    assert (upgrade.state, upgrade.stage) == (Upgrade.State.FAILED, Upgrade.Stage.VALIDATE)
    told = await sync_to_async(describe)(upgrade, "zh")
    assert (told["code"], told["params"]) == (
        "plan_outdated",
        {"model": "Product", "fields": ["age"]},
    )
    assert told["error"].startswith("预览已过期")
    assert [each["age"] for each in await rows("Product")] == ["abc", "def"]


async def test_a_plan_that_is_outdated_starts_nothing(upgraded: Upgraded) -> None:
    await upgraded("Product", NAME, AGE)
    planned = await aplan_upgrade(body(NAME, NUMBER))
    await create("Product", {"name": "a", "age": "abc"})
    with pytest.raises(PlanOutdated) as raised:
        await astart_upgrade(body(NAME, NUMBER), plan_id=planned.pk)
    assert raised.value.plan.pk != planned.pk
    assert [each["count"] for each in raised.value.plan.findings] == [1]
    assert await Upgrade.objects.acount() == 1


async def test_of_two_who_build_on_one_version_the_second_is_told(upgraded: Upgraded) -> None:
    await upgraded("Product", NAME, base_version=0)
    await upgraded("Product", NAME, AGE, base_version=1)
    with pytest.raises(VersionMovedOn) as raised:
        await astart_upgrade(body(NAME, NUMBER), base_version=1)
    assert raised.value.version == 2
    assert raised.value.definition == body(NAME, AGE)
    assert await Upgrade.objects.acount() == 2


@asynccontextmanager
async def worker_at_work() -> AsyncIterator[None]:
    worker = EmbeddedWorker(threads=2, poll=0.01)
    worker.start()
    try:
        yield
    finally:
        await sync_to_async(worker.stop)(timeout=60)


async def ended(started: Upgrade) -> Upgrade:
    async for _ in follow(started.pk):
        pass
    return await Upgrade.objects.aget(pk=started.pk)


def somewhere_a_server() -> None:
    now = database_now()
    Process.objects.create(
        kind=Process.Kind.EMBEDDED, host="here", pid=1, started_at=now, last_seen_at=now
    )
