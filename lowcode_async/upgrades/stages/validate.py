"""First stage: plan the upgrade, and ask the database what the plan would do to its data."""

from __future__ import annotations

from lowcode_async.migrating import backfilling, marks, moving
from lowcode_async.models import Upgrade
from lowcode_async.planning.databases import HOME, place_of
from lowcode_async.planning.drift import differences, drift_error
from lowcode_async.planning.findings import Finding
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.leftovers import sweep
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.probing import probe
from lowcode_async.planning.refusals import refuse_on
from lowcode_async.upgrades.planned import plan_of
from lowcode_async.upgrades.plans import outgrown
from lowcode_async.upgrades.work import StageResult, Work


async def validate(work: Work) -> StageResult:
    """Fail whatever may lose data, unless it is forced; touch nothing.

    Raises:
        StageFailed: the plan is impossible, the table is not what its definition says, values would be
            lost, or more would be lost than the caller agreed to.
    """
    plan, findings = await work.in_thread(_look, work)
    if error := outgrown(work.upgrade, findings):
        raise error
    for finding in findings:
        if error := finding.error(force=work.upgrade.force):
            raise error
    return StageResult(
        payload={
            "operations": [each.operation.describe() for each in plan.operations],
            "findings": [each.to_json() for each in findings],
        }
    )


def _look(work: Work) -> tuple[Plan, list[Finding]]:
    plan = plan_of(work.upgrade)
    connection = place_of(plan)
    refuse_on(connection, plan)
    work.progress(5)
    sweep(connection)
    backfilling.sweep(connection)
    moving.sweep(connection)
    if connection.alias != HOME:
        marks.sweep(connection)
    found = differences(connection, plan)
    if found:
        raise drift_error(found)
    with work.part(10, 90) as progress:
        keeping = Keeping.of(work.upgrade, at=work.upgrade.created_at)
        findings = probe(plan, connection, progress=progress, keeping=keeping)
    Upgrade.objects.filter(pk=work.upgrade.pk).update(
        database=connection.alias,
        plan=plan.to_json(connection),
        findings=[each.to_json() for each in findings],
    )
    return plan, findings
