"""How a stage's end is written: the state of the upgrade and its events, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import transaction

from lowcode_async.clock import database_now
from lowcode_async.errors import StageFailed
from lowcode_async.models import LostValue, Upgrade
from lowcode_async.sentences import JSON
from lowcode_async.upgrades import events
from lowcode_async.upgrades.events import EventData, EventKind
from lowcode_async.upgrades.leases import BEFORE_CHANGES, Claim, LeaseLost
from lowcode_async.upgrades.work import StageResult

ORDER: Final = tuple(Upgrade.Stage)


def advance(claim: Claim, result: StageResult) -> tuple[list[EventData], Upgrade.Stage | None]:
    """End a stage well; return the new events, and the stage that is next.

    None: all is done, or somebody has cancelled the upgrade meanwhile.

    Raises:
        LeaseLost: another worker has taken the stage over.
    """
    with transaction.atomic():
        upgrade = _held(claim)
        payload = dict(result.payload)
        if result.warnings:
            payload["warnings"] = list(result.warnings)
        written = [
            events.append(
                claim.task_id, EventKind.STAGE_SUCCEEDED, stage=claim.stage, payload=payload
            )
        ]
        upgrade.warnings = [*upgrade.warnings, *result.warnings]
        if result.lost_count is not None:
            upgrade.lost_count = result.lost_count
        if upgrade.cancel_requested_at is not None and upgrade.stage in BEFORE_CHANGES:
            return [*written, cancel(upgrade)], None
        following = _following(upgrade, written)
        if following is None:
            _finish(upgrade, Upgrade.State.SUCCEEDED)
            written.append(
                events.append(
                    claim.task_id,
                    EventKind.UPGRADE_SUCCEEDED,
                    payload=_told("upgrade_succeeded", {"model": upgrade.model_name}),
                )
            )
        else:
            upgrade.stage = following
            upgrade.enqueued_at = database_now()
        _let_go(upgrade)
    return written, following


def fail(claim: Claim, error: StageFailed) -> list[EventData]:
    """End the upgrade with an error; return the new events.

    Raises:
        LeaseLost: another worker has taken the stage over.
    """
    with transaction.atomic():
        upgrade = _held(claim)
        upgrade.error_code, upgrade.error_params = error.code, error.params
        _finish(upgrade, Upgrade.State.FAILED)
        # Where DDL ends transactions, a step that was not taken back may have left some.
        LostValue.objects.filter(upgrade=upgrade).delete()
        LostValue.objects.filter(restored_by=upgrade).update(restored_at=None, restored_by=None)
        _let_go(upgrade)
        told = _told(error.code, error.params)
        return [
            events.append(claim.task_id, EventKind.STAGE_FAILED, stage=claim.stage, payload=told),
            events.append(claim.task_id, EventKind.UPGRADE_FAILED, payload=told),
        ]


def drop(claim: Claim) -> list[EventData]:
    """End an upgrade in the middle of a stage, since somebody has cancelled it; return the new event.

    Raises:
        LeaseLost: another worker has taken the stage over.
    """
    with transaction.atomic():
        return [cancel(_held(claim))]


def cancel(upgrade: Upgrade) -> EventData:
    """End an upgrade, whose row is locked, since somebody has cancelled it; return the event."""
    told = _told("upgrade_cancelled", {"model": upgrade.model_name})
    upgrade.error_code, upgrade.error_params = told["code"], told["params"]
    _finish(upgrade, Upgrade.State.CANCELLED)
    _let_go(upgrade)
    payload = {**who_cancelled(upgrade), **told}
    return events.append(upgrade.pk, EventKind.UPGRADE_CANCELLED, payload=payload)


def who_cancelled(upgrade: Upgrade) -> dict[str, JSON]:
    """Return what the events of a cancellation say of the one who wanted it."""
    user = upgrade.cancelled_by
    return {"cancelled_by": user.get_username() if user is not None else None}


def _held(claim: Claim) -> Upgrade:
    row = Upgrade.objects.select_for_update().filter(
        pk=claim.task_id, stage=claim.stage, lease=claim.token
    )
    upgrade = row.first()
    if upgrade is None:
        raise LeaseLost
    return upgrade


def _following(upgrade: Upgrade, written: list[EventData]) -> Upgrade.Stage | None:
    """Return the next stage that is not to be skipped, writing down those that are."""
    skipped = {
        Upgrade.Stage.BACKUP: upgrade.no_backup,
        Upgrade.Stage.RESTART: upgrade.no_restart,
    }
    for stage in ORDER[ORDER.index(Upgrade.Stage(upgrade.stage)) + 1 :]:
        if not skipped.get(stage, False):
            return stage
        written.append(events.append(upgrade.pk, EventKind.STAGE_SKIPPED, stage=stage))
    return None


def _finish(upgrade: Upgrade, state: Upgrade.State) -> None:
    upgrade.state = state
    upgrade.active_model = None
    upgrade.finished_at = database_now()


def _let_go(upgrade: Upgrade) -> None:
    upgrade.lease = upgrade.lease_until = upgrade.handover = None
    upgrade.attempts = 0
    # Only these: the log's sequence has moved on in the row meanwhile.
    upgrade.save(
        update_fields=[
            "state", "stage", "active_model", "finished_at", "enqueued_at", "lease", "lease_until",
            "handover", "attempts", "warnings", "lost_count", "error_code", "error_params",
        ]
    )  # fmt: skip


def _told(code: str, params: Mapping[str, JSON]) -> dict[str, JSON]:
    return {"code": code, "params": dict(params)}
