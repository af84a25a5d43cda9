"""Plans that are told before anything happens, and held to afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async import conf
from lowcode_async.clock import database_now
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import DefinitionInvalid, PlanOutdated, Problem, StageFailed
from lowcode_async.models import PlannedUpgrade, Upgrade
from lowcode_async.planning.costs import Estimate, costs_of, estimate_of
from lowcode_async.planning.databases import place_of
from lowcode_async.planning.drift import differences, drift_error
from lowcode_async.planning.findings import Finding, FindingKind
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.planner import make_plan
from lowcode_async.planning.probing import probe
from lowcode_async.planning.progress import silent
from lowcode_async.planning.refusals import refuse_on
from lowcode_async.planning.seen import Cost
from lowcode_async.sentences import JSON, Language, sentence
from lowcode_async.upgrades.asking import parse_upon, problems_of, refuse_moved_on, version_of
from lowcode_async.upgrades.events import iso
from lowcode_async.upgrades.site import current_definitions

FORMAT: Final = 1
"""Version of the stored form of a plan's content."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Foreseen:
    """What a plan would do; or why there is none."""

    operations: Sequence[Mapping[str, JSON]] = ()
    findings: Sequence[Finding] = ()
    estimate: Estimate | None = None
    """None where there is no plan."""
    error: StageFailed | None = None
    """What the upgrade would fail with before it touched anything."""


def plan_upgrade(
    definition: JSON, *, force: bool = False, base_version: int | None = None
) -> PlannedUpgrade:
    """Tell what the upgrade of a model to a new definition would do; nothing is changed.

    The plan is kept for `plan_retention` hours. `start_upgrade` takes its id, and then starts nothing
    that would lose more than the plan says. Not to be called inside a transaction.

    Args:
        definition: as for `start_upgrade`.
        force: whether the upgrade would be forced: it decides what the plan's ``error`` is.
        base_version: the version the definition builds on; 0 if the model must not exist yet.

    Returns:
        The plan, a row of `lowcode_async.models.PlannedUpgrade`. Its `pk` is the ``plan_id``.

    Raises:
        DefinitionInvalid: the definition has problems; all of them are named.
        VersionMovedOn: the model is at another version than `base_version`.
    """
    parsed = parse_upon(definition, base_version=base_version)
    version = version_of(parsed.former_name)
    refuse_moved_on(parsed.former_name, expected=base_version, version=version)
    return make(parsed, version=version, force=force)


async def aplan_upgrade(
    definition: JSON, *, force: bool = False, base_version: int | None = None
) -> PlannedUpgrade:
    """Tell what an upgrade would do, from async code; see `plan_upgrade`."""
    return await sync_to_async(plan_upgrade)(definition, force=force, base_version=base_version)


def find(plan_id: UUID | str, definition: JSON = None) -> PlannedUpgrade:
    """Return a plan that has not expired.

    Raises:
        DefinitionInvalid: there is none of this id, which is a problem at ``/plan_id``; those of the
            definition that was posted with it are named along.
    """
    try:
        key = plan_id if isinstance(plan_id, UUID) else UUID(plan_id)
        return PlannedUpgrade.objects.get(pk=key, created_at__gte=_oldest(database_now()))
    except (ValueError, PlannedUpgrade.DoesNotExist) as error:
        params = {"plan_id": str(plan_id)[:100]}
        problem = Problem(pointer="/plan_id", code="plan_unknown", params=params)
        others = problems_of(definition) if definition is not None else ()
        raise DefinitionInvalid([problem, *others]) from error


def agree(
    planned: PlannedUpgrade,
    parsed: ModelDefinition,
    *,
    force: bool,
    reverts: UUID | None = None,
) -> list[JSON]:
    """Return the findings that a caller agrees to, if they are still all there is.

    The rows are asked once more, and again in the upgrade's first stage.

    Raises:
        DefinitionInvalid: the plan was made for another definition.
        PlanOutdated: the definition has moved on or more would be lost; it brings a new plan.
    """
    if (planned.definition, planned.reverts) != (parsed.to_json(), reverts):
        problem = Problem(pointer="/plan_id", code="plan_of_another_definition")
        raise DefinitionInvalid([problem])
    version = version_of(parsed.former_name)
    lost: list[str] = []
    if version == planned.base_version:
        found = _findings_now(parsed, version=version, reverts=reverts)
        lost = grown(planned.findings, found)
    if lost or version != planned.base_version:
        made = make(parsed, version=version, force=force, reverts=reverts)
        raise PlanOutdated(model_name=parsed.name, fields=lost, plan=made)
    agreed: list[JSON] = planned.findings
    return agreed


def outgrown(upgrade: Upgrade, findings: Sequence[Finding]) -> StageFailed | None:
    """Return what ends an upgrade that would lose more than its caller has agreed to."""
    if upgrade.agreed_findings is None:
        return None
    fields = grown(upgrade.agreed_findings, findings)
    if not fields:
        return None
    return StageFailed("plan_outdated", model=upgrade.model_name, fields=fields)


def grown(agreed: Iterable[Mapping[str, JSON]], found: Iterable[Finding]) -> list[str]:
    """Return the fields of which more would be lost than was agreed, in another way or in more rows."""
    counts: dict[tuple[FindingKind, str], int] = {}
    for each in map(Finding.from_json, agreed):
        key = (each.kind, each.field)
        counts[key] = counts.get(key, 0) + each.count
    more: dict[str, None] = {}
    for each in found:
        key = (each.kind, each.field)
        counts[key] = counts.get(key, 0) - each.count
        if each.lossy and counts[key] < 0:
            more[each.field] = None
    return list(more)


def describe(planned: PlannedUpgrade, language: Language | None = None) -> dict[str, JSON]:
    """Return the body of the plan endpoint."""
    content = planned.content
    return {
        "plan_id": str(planned.pk),
        "model_name": planned.model_name,
        "base_version": planned.base_version,
        "operations": content["operations"],
        "findings": [_finding(each, language) for each in planned.findings],
        "rows": content["rows"],
        "estimate": _told(content["estimate"], language),
        "error": _told(content["error"], language),
        "created_at": iso(planned.created_at),
        "expires_at": iso(planned.created_at + _retention()),
    }


def make(
    parsed: ModelDefinition, *, version: int, force: bool, reverts: UUID | None = None
) -> PlannedUpgrade:
    """Look ahead, write down what is seen, and forget plans that have expired."""
    seen = _foreseen(parsed, version=version, force=force, reverts=reverts)
    now = database_now()
    PlannedUpgrade.objects.filter(created_at__lt=_oldest(now)).delete()
    return PlannedUpgrade.objects.create(
        model_name=parsed.name,
        base_version=version,
        definition=parsed.to_json(),
        reverts=reverts,
        findings=[each.to_json() for each in seen.findings],
        content={
            "format": FORMAT,
            "operations": list(seen.operations),
            "rows": seen.estimate.rows if seen.estimate else None,
            "estimate": seen.estimate.to_json() if seen.estimate else None,
            "error": {"code": seen.error.code, "params": seen.error.params} if seen.error else None,
        },
        created_at=now,
    )


def _foreseen(
    parsed: ModelDefinition, *, version: int, force: bool, reverts: UUID | None
) -> _Foreseen:
    try:
        plan = _plan(parsed, version=version, reverts=reverts)
        connection = place_of(plan)
        refuse_on(connection, plan)
        if found := differences(connection, plan):
            raise drift_error(found)
    except StageFailed as error:
        return _Foreseen(error=error)
    findings = _probed(plan, connection, reverts)
    costs = costs_of(plan, connection)
    estimate = estimate_of(plan, connection, costs)
    errors = (each.error(force=force) for each in findings)
    return _Foreseen(
        operations=_operations(plan, connection, costs, estimate),
        findings=findings,
        estimate=estimate,
        error=next((each for each in errors if each is not None), None),
    )


def _operations(
    plan: Plan, connection: BaseDatabaseWrapper, costs: Sequence[Cost], estimate: Estimate
) -> list[dict[str, JSON]]:
    seconds = estimate.operations or [None] * len(costs)
    return [
        {**told, **cost.to_json(), "seconds": each}
        for told, cost, each in zip(plan.to_json(connection), costs, seconds, strict=True)
    ]


def _plan(parsed: ModelDefinition, *, version: int, reverts: UUID | None) -> Plan:
    return make_plan(current_definitions(), parsed, version=version, reverting=reverts is not None)


def _probed(plan: Plan, connection: BaseDatabaseWrapper, reverts: UUID | None) -> list[Finding]:
    if reverts is None:
        return probe(plan, connection, progress=silent)
    nobody = Upgrade(model_name=plan.after.name, reverts_id=reverts)
    keeping = Keeping.of(nobody, at=database_now())
    return probe(plan, connection, progress=silent, keeping=keeping)


def _findings_now(parsed: ModelDefinition, *, version: int, reverts: UUID | None) -> list[Finding]:
    """Return what would be found now; nothing where there is no plan, which the upgrade itself tells."""
    try:
        plan = _plan(parsed, version=version, reverts=reverts)
        connection = place_of(plan)
        if differences(connection, plan):
            return []
    except StageFailed:
        return []
    return _probed(plan, connection, reverts)


def _retention() -> timedelta:
    return timedelta(hours=conf.current().plan_retention)


def _oldest(now: datetime) -> datetime:
    return now - _retention()


def _finding(item: Mapping[str, JSON], language: Language | None) -> dict[str, JSON]:
    message, detail = Finding.from_json(item).sentences(language)
    return {**item, "message": message, "detail": detail}


def _told(item: Mapping[str, JSON] | None, language: Language | None) -> dict[str, JSON] | None:
    if item is None:
        return None
    return {**item, "message": sentence(item["code"], item["params"], language)}
