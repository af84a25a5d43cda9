"""`follow` yields each event once and ends with the upgrade, whenever and wherever it begins."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import BaseChannelLayer
from django.db import transaction
from django.test import override_settings

from lowcode_async import EventKind, UpgradeNotFound, aget_upgrade, follow
from lowcode_async.models import Upgrade
from lowcode_async.upgrades import bell, events
from tests.databases import Database
from tests.ids import UNKNOWN

SECONDS = 20


class BrokenLayer(BaseChannelLayer):  # type: ignore[misc]
    """A channel layer whose server is away from the beginning, or once somebody waits."""

    def __init__(self, *, joins: bool, **options: Any) -> None:
        super().__init__(**options)
        self.joins = joins

    async def new_channel(self, prefix: str = "specific.") -> str:
        if not self.joins:
            raise ConnectionError("away")
        return "specific.broken!1"

    async def group_add(self, group: str, channel: str) -> None: ...

    async def group_discard(self, group: str, channel: str) -> None:
        raise ConnectionError("away")

    async def receive(self, channel: str) -> dict[str, Any]:
        raise ConnectionError("away")


@pytest.fixture
def upgrade(database: Database) -> Upgrade:
    return Upgrade.objects.create(model_name="Product", definition={}, active_model="product")


@sync_to_async
def append(upgrade: Upgrade, kind: EventKind = EventKind.STAGE_PROGRESS) -> events.EventData:
    with transaction.atomic():
        if kind in events.TERMINAL:
            Upgrade.objects.filter(pk=upgrade.pk).update(state="succeeded", active_model=None)
        return events.append(upgrade.pk, kind, stage="validate")


async def sequences(upgrade: Upgrade, **arguments: Any) -> list[int | None]:
    async with asyncio.timeout(SECONDS):
        return [each.sequence async for each in follow(upgrade.pk, **arguments)]


async def test_what_was_before_comes_first_and_the_last_event_ends_it(upgrade: Upgrade) -> None:
    await append(upgrade)
    following = asyncio.create_task(sequences(upgrade))
    for kind in (EventKind.STAGE_PROGRESS, EventKind.UPGRADE_SUCCEEDED):
        await bell.ring([await append(upgrade, kind)])
    assert await following == [1, 2, 3]


async def test_it_goes_on_behind_a_number(upgrade: Upgrade) -> None:
    for kind in (EventKind.QUEUED, EventKind.STAGE_PROGRESS, EventKind.UPGRADE_SUCCEEDED):
        await append(upgrade, kind)
    assert await sequences(upgrade, after=1) == [2, 3]


@pytest.mark.parametrize("after", [3, 99])
async def test_behind_the_end_there_is_nothing(upgrade: Upgrade, after: int) -> None:
    for kind in (EventKind.QUEUED, EventKind.STAGE_PROGRESS, EventKind.UPGRADE_SUCCEEDED):
        await append(upgrade, kind)
    assert await sequences(upgrade, after=after) == []


@pytest.mark.parametrize("joins", [False, True])
async def test_without_the_channel_layer_it_looks_into_the_log(
    upgrade: Upgrade, *, joins: bool
) -> None:
    backend = f"{__name__}.BrokenLayer"
    layers = {"default": {"BACKEND": backend, "CONFIG": {"joins": joins}}}
    with override_settings(CHANNEL_LAYERS=layers, LOWCODE_EVENTS_POLL=0.05):
        following = asyncio.create_task(sequences(upgrade))
        for kind in (EventKind.QUEUED, EventKind.UPGRADE_SUCCEEDED):
            await bell.ring([await append(upgrade, kind)])
        assert await following == [1, 2]


async def test_the_id_may_be_text(upgrade: Upgrade) -> None:
    await append(upgrade, EventKind.UPGRADE_SUCCEEDED)
    assert [each.sequence async for each in follow(str(upgrade.pk))] == [1]
    assert (await aget_upgrade(str(upgrade.pk))).state == Upgrade.State.SUCCEEDED


@pytest.mark.parametrize("task_id", [UNKNOWN, "nonsense"])
async def test_an_id_of_nothing_is_refused(database: Database, task_id: Any) -> None:
    with pytest.raises(UpgradeNotFound):
        await anext(follow(task_id))
    with pytest.raises(UpgradeNotFound):
        await aget_upgrade(task_id)
