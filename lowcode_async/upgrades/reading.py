"""How upgrades stand, put into words for the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from lowcode_async.models import Upgrade, UpgradeEvent
from lowcode_async.sentences import JSON, Language, sentence
from lowcode_async.upgrades import newest_ticks
from lowcode_async.upgrades.events import EventData, EventKind, iso
from lowcode_async.upgrades.leases import ACTIVE
from lowcode_async.upgrades.lost import numbers_of

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
    (stages, running), lost = _stages(ids), numbers_of(upgrades)
    progress = _progress(upgrades, running, language)
    return [
        {
            **_described(each, stages[each.pk], language),
            "progress": progress.get(each.pk),
            "lost_values": lost.get(each.pk, 0),
        }
        for each in upgrades
    ]


def progress_of(upgrade: Upgrade, language: Language | None = None) -> dict[str, JSON] | None:
    """Return what the stage at work has told last; None where that is not known."""
    _, running = _stages([upgrade.pk])
    return _progress([upgrade], running, language).get(upgrade.pk)


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


def _progress(
    upgrades: Sequence[Upgrade], running: Mapping[UUID, int], language: Language | None
) -> dict[UUID, dict[str, JSON]]:
    """Return the newest tick of each upgrade that is under way, as far as they are known."""
    active = {each.pk for each in upgrades if each.state in ACTIVE}
    ticks = newest_ticks.read({key: line for key, line in running.items() if key in active})
    return {task_id: _ticked(tick, language) for task_id, tick in ticks.items()}


def _ticked(tick: EventData, language: Language | None) -> dict[str, JSON]:
    wire = tick.to_wire(language)
    message = {"message": wire["message"]} if "message" in wire else {}
    return {"stage": wire["stage"], "at": wire["at"], **wire["payload"], **message}


def _stages(
    task_ids: Sequence[UUID],
) -> tuple[dict[UUID, list[dict[str, JSON]]], dict[UUID, int]]:
    """Return the four stages of each upgrade in their order, each as it stands.

    Beside them, of each upgrade of which a stage runs, the sequence of the line that says so.
    """
    found: dict[UUID, dict[str, dict[str, JSON]]] = {
        task_id: {stage.value: _pending(stage) for stage in Upgrade.Stage} for task_id in task_ids
    }
    rows = UpgradeEvent.objects.filter(upgrade_id__in=task_ids, kind__in=_STAGE_STATES)
    lines = rows.order_by("upgrade_id", "sequence")
    newest: dict[UUID, tuple[str, int]] = {}
    for task_id, sequence, kind, name, at in lines.values_list(
        "upgrade_id", "sequence", "kind", "stage", "at"
    ):
        assert name is not None
        _note(found[task_id][name], _STAGE_STATES[kind], at)
        newest[task_id] = _STAGE_STATES[kind], sequence
    stages = {task_id: list(each.values()) for task_id, each in found.items()}
    return stages, {key: line for key, (state, line) in newest.items() if state == "running"}


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
