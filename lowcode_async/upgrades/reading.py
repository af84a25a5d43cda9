"""How upgrades stand, put into words for the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from lowcode_async.models import Upgrade, UpgradeEvent
from lowcode_async.sentences import JSON, Language, sentence
from lowcode_async.upgrades.events import EventKind, iso
from lowcode_async.upgrades.leases import ACTIVE
from lowcode_async.upgrades.lost import counts_of

_STAGE_STATES: Final[Mapping[str, str]] = {
    EventKind.STAGE_STARTED: "running",
    EventKind.STAGE_RESUMED: "running",
    EventKind.STAGE_SUCCEEDED: "success",
    EventKind.STAGE_SKIPPED: "skipped",
    EventKind.STAGE_FAILED: "failed",
}
_ENDED: Final = ("success", "failed")


def describe(upgrade: Upgrade, language: Language | None = None) -> dict[str, JSON]:
    """Return the body of the status endpoint.

    ``status`` is ``running``, ``success`` (with ``message``) or ``failed`` (with ``error``); the
    other keys stand beside it.
    """
    return describe_all([upgrade], language)[0]


def describe_all(
    upgrades: Sequence[Upgrade], language: Language | None = None
) -> list[dict[str, JSON]]:
    """Return what `describe` does for each of some upgrades, by one query for each thing."""
    ids = [each.pk for each in upgrades]
    stages, lost = _stages(ids), counts_of(ids)
    return [
        {**_described(each, stages[each.pk], language), "lost_values": lost.get(each.pk, 0)}
        for each in upgrades
    ]


def moment(at: datetime | None) -> str | None:
    """Return a moment as it goes over the wire; None if it has not come."""
    return iso(at) if at is not None else None


def told(items: Iterable[Mapping[str, JSON]], language: Language | None) -> list[dict[str, JSON]]:
    """Return codes with parameters, each with its sentence."""
    return [
        {**each, "message": sentence(each["code"], each.get("params", {}), language)}
        for each in items
    ]


def _described(
    upgrade: Upgrade, stages: list[dict[str, JSON]], language: Language | None
) -> dict[str, JSON]:
    user = upgrade.requested_by
    if upgrade.state == Upgrade.State.CANCELLED:
        for each in stages:
            if each["state"] == "running":
                each |= {"state": "cancelled", "finished_at": moment(upgrade.finished_at)}
    return {
        **_status(upgrade, language),
        "task_id": str(upgrade.pk),
        "model_name": upgrade.model_name,
        "state": upgrade.state,
        "stage": upgrade.stage,
        "stages": stages,
        "last_sequence": upgrade.last_sequence,
        "findings": told(upgrade.findings, language),
        "warnings": told(upgrade.warnings, language),
        "reverts": str(upgrade.reverts_id) if upgrade.reverts_id else None,
        "no_backup": upgrade.no_backup,
        "no_restart": upgrade.no_restart,
        "force": upgrade.force,
        "requested_by": user.get_username() if user is not None else None,
        "created_at": iso(upgrade.created_at),
        "started_at": moment(upgrade.started_at),
        "finished_at": moment(upgrade.finished_at),
        "cancel_requested_at": moment(upgrade.cancel_requested_at),
    }


def _status(upgrade: Upgrade, language: Language | None) -> dict[str, JSON]:
    if upgrade.state in ACTIVE:
        return {"status": "running"}
    if upgrade.state == Upgrade.State.SUCCEEDED:
        message = sentence("upgrade_succeeded", {"model": upgrade.model_name}, language)
        return {"status": "success", "message": message}
    return {
        "status": "failed",
        "error": sentence(upgrade.error_code, upgrade.error_params, language),
        "code": upgrade.error_code,
        "params": upgrade.error_params,
    }


def _stages(task_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, JSON]]]:
    """Return the four stages of each upgrade in their order, each as it stands."""
    found: dict[UUID, dict[str, dict[str, JSON]]] = {
        task_id: {stage.value: _pending(stage) for stage in Upgrade.Stage} for task_id in task_ids
    }
    rows = UpgradeEvent.objects.filter(upgrade_id__in=task_ids, kind__in=_STAGE_STATES)
    lines = rows.order_by("upgrade_id", "sequence").values_list("upgrade_id", "kind", "stage", "at")
    for task_id, kind, name, at in lines:
        assert name is not None
        _note(found[task_id][name], _STAGE_STATES[kind], at)
    return {task_id: list(stages.values()) for task_id, stages in found.items()}


def _pending(stage: Upgrade.Stage) -> dict[str, JSON]:
    return {
        "name": stage.value,
        "state": "pending",
        "started_at": None,
        "finished_at": None,
        "attempts": 0,
    }


def _note(stage: dict[str, JSON], state: str, at: datetime) -> None:
    """Take one line of the log into account; a stage that was resumed began with its first attempt."""
    stage["state"] = state
    if state == "running":
        stage["started_at"] = stage["started_at"] or iso(at)
        stage["attempts"] += 1
    elif state in _ENDED:
        stage["finished_at"] = iso(at)
