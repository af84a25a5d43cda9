"""What is known of one restoration, and how it is written down; see `journal` for where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from lowcode_async import conf
from lowcode_async.errors import BackupError
from lowcode_async.sentences import JSON

FORMAT: Final = 1
"""Of `Restoration.to_json`."""
QUEUE_PATIENCE: Final = timedelta(minutes=1)
"""How long a restoration may wait for a worker; then it will not happen any more."""


class RestoreStage(StrEnum):
    """The stages of a restoration, in their order."""

    CHECK = "check"
    SAFETY_BACKUP = "safety_backup"
    RESTORE = "restore"
    """The only one that touches the database."""
    RELOAD = "reload"
    """Every process comes to serve what was restored."""


class RestorationState(StrEnum):
    """How a restoration stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Its worker has died; nobody goes on with it."""


UNDER_WAY: Final = (RestorationState.QUEUED, RestorationState.RUNNING)
"""States of a restoration that keeps others, and upgrades, from beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """When a stage has begun and ended."""

    stage: RestoreStage
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """One run of one restore, as it stood when this was written."""

    id: UUID
    backup: str
    """Name of the backup."""
    transactional: bool
    """Whether the database is replaced as a whole or not at all."""
    secures: bool
    """Whether the present state is backed up first."""
    requested_by: str
    """Name of the user; the user's row may be gone afterwards."""
    requested_at: datetime
    seen_at: datetime
    """When somebody who works at it last gave a sign of life, by that machine's clock."""
    number: int = 0
    """Of this state of it in the journal: 1, 2, 3 …"""
    state: RestorationState = RestorationState.QUEUED
    percent: int = 0
    stages: tuple[StageTimes, ...] = tuple(StageTimes(stage=each) for each in RestoreStage)
    safety_backup: str | None = None
    """Name of the backup of the state before; None as long as there is none."""
    error_code: str = ""
    error_params: Mapping[str, JSON] = field(default_factory=dict)
    warnings: tuple[Mapping[str, JSON], ...] = ()
    """``{"code", "params"}`` each."""
    finished_at: datetime | None = None

    @property
    def stage(self) -> RestoreStage | None:
        """The stage that has begun last; None before the first."""
        return next((each.stage for each in reversed(self.stages) if each.started_at), None)

    @property
    def is_under_way(self) -> bool:
        """Whether it waits for a worker or has one."""
        return self.state in UNDER_WAY

    def entering(self, stage: RestoreStage, now: datetime) -> Restoration:
        """Return it with the former stage ended and this one begun."""
        ended = self.leaving(now)
        stages = tuple(
            replace(each, started_at=now) if each.stage == stage else each for each in ended.stages
        )
        return replace(ended, stages=stages)

    def leaving(self, now: datetime) -> Restoration:
        """Return it with the stage at hand ended."""
        stages = tuple(
            replace(each, finished_at=now) if each.started_at and not each.finished_at else each
            for each in self.stages
        )
        return replace(self, stages=stages)

    def judged(self, now: datetime) -> Restoration:
        """Return it as it is to be told: without a sign of life for long, it was interrupted."""
        silence = now - self.seen_at
        if self.state == RestorationState.QUEUED and silence > QUEUE_PATIENCE:
            code = "restoration_not_begun"
        elif self.state == RestorationState.RUNNING and silence > patience():
            code = self._interruption()
        else:
            return self
        params = {"backup": self.backup, "safety": self.safety_backup or "-"}
        return replace(
            self, state=RestorationState.INTERRUPTED, error_code=code, error_params=params
        )

    def _interruption(self) -> str:
        if self.stage == RestoreStage.RELOAD:
            return "restoration_interrupted_restored"
        if self.stage != RestoreStage.RESTORE:
            return "restoration_interrupted"
        if self.transactional:
            return "restoration_interrupted_whole"
        return "restoration_interrupted_incomplete"

    def to_json(self) -> dict[str, JSON]:
        """Return it as JSON."""
        return {
            "format": FORMAT,
            "id": str(self.id),
            "backup": self.backup,
            "transactional": self.transactional,
            "secures": self.secures,
            "requested_by": self.requested_by,
            "requested_at": self.requested_at.isoformat(),
            "seen_at": self.seen_at.isoformat(),
            "state": self.state.value,
            "percent": self.percent,
            "stages": [
                {
                    "stage": each.stage.value,
                    "started_at": _written(each.started_at),
                    "finished_at": _written(each.finished_at),
                }
                for each in self.stages
            ],
            "safety_backup": self.safety_backup,
            "error_code": self.error_code,
            "error_params": dict(self.error_params),
            "warnings": [dict(each) for each in self.warnings],
            "finished_at": _written(self.finished_at),
        }

    @classmethod
    def from_json(cls, data: JSON, *, number: int) -> Restoration:
        """Read what `to_json` has written.

        Raises:
            BackupError: it is of a format that this version does not know, or of none.
        """
        try:
            if data["format"] != FORMAT:
                raise BackupError("restoration_unreadable", format=str(data["format"])[:20])
            return cls(
                id=UUID(data["id"]),
                number=number,
                backup=data["backup"],
                transactional=data["transactional"],
                secures=data["secures"],
                requested_by=data["requested_by"],
                requested_at=datetime.fromisoformat(data["requested_at"]),
                seen_at=datetime.fromisoformat(data["seen_at"]),
                state=RestorationState(data["state"]),
                percent=data["percent"],
                stages=tuple(
                    StageTimes(
                        stage=RestoreStage(each["stage"]),
                        started_at=_read(each["started_at"]),
                        finished_at=_read(each["finished_at"]),
                    )
                    for each in data["stages"]
                ),
                safety_backup=data["safety_backup"],
                error_code=data["error_code"],
                error_params=data["error_params"],
                warnings=tuple(data["warnings"]),
                finished_at=_read(data["finished_at"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BackupError("restoration_unreadable", format="?") from error


class Watcher:
    """Is told how a restore goes, in its thread. Whatever it raises before the restore itself ends it."""

    def entered(self, stage: RestoreStage) -> None:
        """A stage begins."""

    def reached(self, percent: int) -> None:
        """So much of the whole is done."""

    def secured(self, name: str) -> None:
        """The present state is in the backup of this name."""


def patience() -> timedelta:
    """Return how long a restoration at work may be silent before its worker is taken for dead."""
    return timedelta(seconds=2 * conf.current().process_timeout)


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
