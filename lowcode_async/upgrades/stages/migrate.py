"""Third stage: carry the plan out, and record the new version with it."""

from __future__ import annotations

import logging

from django.db import connection

from lowcode_async.migrating import get_executor
from lowcode_async.migrating.base import Execution
from lowcode_async.models import SchemaVersion
from lowcode_async.upgrades.planned import plan_again, plan_of
from lowcode_async.upgrades.versions import record_version
from lowcode_async.upgrades.work import StageResult, Work

log = logging.getLogger(__name__)


async def migrate(work: Work) -> StageResult:
    """Change the table: all of it, or nothing.

    Raises:
        StageFailed: it could not be done, and the table is as it was.
        Retryable: a lock or the connection was lost.
    """
    return await work.in_thread(_migrate, work)


async def take_back(work: Work) -> None:
    """Undo what killed workers have left half-done, where the database does not by itself."""
    await work.in_thread(_take_back, work)


async def is_in_force(work: Work) -> bool:
    """Tell whether the new version has been recorded."""
    return await work.in_thread(_recorded, work)


def _migrate(work: Work) -> StageResult:
    executor = get_executor(connection.vendor)
    if _recorded(work):
        # A worker died after the new version was recorded: only the cleaning up is left.
        warnings = executor.finish(_execution(work, again=True))
    else:
        warnings = executor.carry_out(_execution(work, again=False))
    version = SchemaVersion.objects.filter(upgrade_id=work.upgrade.pk).first()
    return StageResult(
        payload={"version": version.number if version else work.upgrade.from_version},
        warnings=tuple(warnings),
    )


def _take_back(work: Work) -> None:
    if not _recorded(work):
        get_executor(connection.vendor).take_back(_execution(work, again=False))


def _recorded(work: Work) -> bool:
    return SchemaVersion.objects.filter(upgrade_id=work.upgrade.pk).exists()


def _execution(work: Work, *, again: bool) -> Execution:
    plan = plan_again(work.upgrade) if again else plan_of(work.upgrade)

    def record() -> None:
        record_version(work.upgrade, plan)
        work.prolong()

    return Execution(
        plan=plan,
        upgrade=work.upgrade,
        force=work.upgrade.force,
        connection=connection,
        fence=work.fence,
        record=record,
        progress=work.progress,
    )
