"""The Dramatiq actors: one a stage, and one for restorations, a line each. Others do the work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import dramatiq

from lowcode_async import conf
from lowcode_async.models import Upgrade
from lowcode_async.restorations.running import run_restoration
from lowcode_async.upgrades import queue
from lowcode_async.upgrades.runner import run_stage

broker: Final = queue.broker()


def _actor(stage: Callable[[str], Awaitable[None]]) -> dramatiq.Actor[[str], None]:
    """Make an actor of one stage. Dramatiq's own limits are ten minutes, and retries for days."""
    return dramatiq.actor(
        broker=broker,
        queue_name=queue.QUEUE,
        max_retries=3,
        min_backoff=1_000,
        max_backoff=15_000,
        time_limit=int(conf.current().stage_time_limit * 1000),
    )(stage)


@_actor
async def validate(task_id: str) -> None:
    """Plan the upgrade and look at the data."""
    await run_stage(UUID(task_id), Upgrade.Stage.VALIDATE)


@_actor
async def backup(task_id: str) -> None:
    """Back the database up."""
    await run_stage(UUID(task_id), Upgrade.Stage.BACKUP)


@_actor
async def migrate(task_id: str) -> None:
    """Change the table."""
    await run_stage(UUID(task_id), Upgrade.Stage.MIGRATE)


@_actor
async def restart(task_id: str) -> None:
    """Bring the new structure to every process."""
    await run_stage(UUID(task_id), Upgrade.Stage.RESTART)


@dramatiq.actor(
    broker=broker,
    queue_name=queue.QUEUE,
    actor_name=queue.RESTORE,
    max_retries=0,
    time_limit=int(conf.current().stage_time_limit * 1000),
)
async def restore(restoration_id: str) -> None:
    """Make the database what it is in a backup."""
    await run_restoration(UUID(restoration_id))
