"""How a restoration looks to whoever asks."""

from __future__ import annotations

from typing import Final

from lowcode_async.backups.restorations import (
    Restoration,
    RestorationState,
    RestoreStage,
    StageTimes,
)
from lowcode_async.sentences import JSON, Language, sentence
from lowcode_async.upgrades.events import iso

STAGE_STATES: Final = ("pending", "running", "success", "skipped", "failed")


def describe(restoration: Restoration, language: Language | None = None) -> dict[str, JSON]:
    """Return a restoration as JSON, with its sentences in `language` or in the active one."""
    code, params = restoration.error_code, restoration.error_params
    return {
        "restoration_id": str(restoration.id),
        "backup": restoration.backup,
        "state": restoration.state.value,
        "stage": restoration.stage.value if restoration.stage else None,
        "percent": restoration.percent,
        "stages": [
            {
                "name": each.stage.value,
                "state": _state_of(each, restoration),
                "started_at": iso(each.started_at) if each.started_at else None,
                "finished_at": iso(each.finished_at) if each.finished_at else None,
            }
            for each in restoration.stages
        ],
        "transactional": restoration.transactional,
        "safety_backup": restoration.safety_backup,
        "requested_by": restoration.requested_by,
        "requested_at": iso(restoration.requested_at),
        "seen_at": iso(restoration.seen_at),
        "finished_at": iso(restoration.finished_at) if restoration.finished_at else None,
        "code": code or None,
        "error": sentence(code, params, language) if code else None,
        "params": dict(params),
        "warnings": [
            {**each, "message": sentence(each["code"], each["params"], language)}
            for each in restoration.warnings
        ],
    }


def _state_of(times: StageTimes, restoration: Restoration) -> str:
    if times.finished_at:
        return "success"
    if times.started_at:
        return "running" if restoration.is_under_way else "failed"
    over = restoration.state == RestorationState.SUCCEEDED or not restoration.secures
    return "skipped" if over and times.stage == RestoreStage.SAFETY_BACKUP else "pending"
