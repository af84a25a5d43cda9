"""Third stage: carry the plan out, and record the new version with it."""

from __future__ import annotations

import logging

from django.db import connections

from lowcode_async.migrating import get_executor
from lowcode_async.migrating.base import Execution
from lowcode_async.models import SchemaVersion
from lowcode_async.planning.findings import Finding
from lowcode_async.planning.leftovers import sweep
from lowcode_async.planning.tally import Tally
from lowcode_async.sentences import JSON
from lowcode_async.upgrades.lost import number_of
from lowcode_async.upgrades.planned import plan_again, plan_of
from lowcode_async.upgrades.reckoning import reckon, warning_of
from lowcode_async.upgrades.versions import record_version
from lowcode_async.upgrades.work import StageResult, Work

log = logging.getLogger(__name__)


async def migrate(work: Work) -> StageResult:
    """Change the table: all of it, or nothing.

    Raises:
        StageFailed: it could not be done, or more would be lost than the caller has agreed to; the table is
            as it was.
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
    connection = connections[work.upgrade.database]
    # A worker that died in this stage, or just before, may have left tables: no later stage looks.
    sweep(connection)
    executor = get_executor(connection)
    more: list[Finding] = []
    if _recorded(work):
        # A worker died after the new version was recorded: only the cleaning up is left.
        warnings = executor.finish(_execution(work, again=True))
    else:
        warnings = executor.carry_out(_execution(work, again=False, more=more))
    version = SchemaVersion.objects.filter(upgrade_id=work.upgrade.pk).first()
    payload: dict[str, JSON] = {"version": version.number if version else work.upgrade.from_version}
    if more:
        payload["findings"] = [each.to_json() for each in more]
    told = [warning_of(each, work.upgrade) for each in more]
    return StageResult(
        payload=payload,
        warnings=(*told, *warnings),
        lost_count=number_of(work.upgrade.pk),
    )


def _take_back(work: Work) -> None:
    if not _recorded(work):
        executor = get_executor(connections[work.upgrade.database])
        executor.take_back(_execution(work, again=False))


def _recorded(work: Work) -> bool:
    return SchemaVersion.objects.filter(upgrade_id=work.upgrade.pk).exists()


def _execution(work: Work, *, again: bool, more: list[Finding] | None = None) -> Execution:
    """Return what the executor is given; `more` takes what was lost that nobody had been told of."""
    plan = plan_again(work.upgrade) if again else plan_of(work.upgrade)
    tally = Tally()

    def count() -> None:
        found = reckon(work.upgrade, tally.findings)
        if more is not None:
            more[:] = found

    def record() -> None:
        record_version(work.upgrade, plan)
        work.prolong()

    return Execution(
        plan=plan,
        upgrade=work.upgrade,
        force=work.upgrade.force,
        connection=connections[work.upgrade.database],
        fence=work.fence,
        count=count,
        record=record,
        prolong=work.prolong,
        progress=work.progress,
        tally=tally,
    )
