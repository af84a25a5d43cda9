"""A worker in this process, and the ways to see an upgrade through."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from lowcode_async import arevert_upgrade, astart_upgrade, follow, tasks
from lowcode_async.models import Upgrade
from lowcode_async.upgrades.events import EventData
from lowcode_async.upgrades.queue import EmbeddedWorker
from tests.databases import Database

Posted = Callable[..., Awaitable[tuple[Upgrade, list[EventData]]]]
Upgraded = Callable[..., Awaitable[tuple[Upgrade, list[EventData]]]]


@pytest.fixture
def worker(database: Database) -> Iterator[None]:
    """A Dramatiq worker in this process, as the embedded server has one."""
    actors = {"validate", "backup", "migrate", "restart", "restore"}
    assert tasks.broker.get_declared_actors() == actors
    # A broker that has had a worker before says so each time.
    logging.getLogger("dramatiq.broker").setLevel(logging.ERROR)
    worker = EmbeddedWorker(threads=2, poll=0.01)
    worker.start()
    yield
    worker.stop(timeout=60)


@pytest.fixture
def posted(worker: None) -> Posted:
    """Start an upgrade by a body and follow it to its end."""

    async def posted(body: dict[str, Any], **options: Any) -> tuple[Upgrade, list[EventData]]:
        started = await astart_upgrade(body, **options)
        events = [event async for event in follow(started.pk)]
        return await Upgrade.objects.aget(pk=started.pk), events

    return posted


@pytest.fixture
def upgraded(posted: Posted) -> Upgraded:
    """Start an upgrade by its fields and follow it to its end."""

    async def upgraded(
        name: str, *fields: dict[str, Any], **options: Any
    ) -> tuple[Upgrade, list[EventData]]:
        return await posted({"model_name": name, "fields": list(fields)}, **options)

    return upgraded


@pytest.fixture
def reverted(worker: None) -> Upgraded:
    """Start the revert of an upgrade and follow it to its end."""

    async def reverted(upgrade: Upgrade, **options: Any) -> tuple[Upgrade, list[EventData]]:
        started = await arevert_upgrade(upgrade.pk, no_backup=True, **options)
        events = [event async for event in follow(started.pk)]
        return await Upgrade.objects.aget(pk=started.pk), events

    return reverted
