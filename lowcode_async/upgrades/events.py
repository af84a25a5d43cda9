"""The log of an upgrade: append to it, read it after a number.

The log is the truth; the channel layer is only a bell (`upgrades.bell`). Numbers without a gap and
in the order of commits are what lets a client say "after N" and miss nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from lowcode_async.models import Counter, Upgrade, UpgradeEvent
from lowcode_async.sentences import JSON, SENTENCES, Language, sentence
from lowcode_async.upgrades import counters

ALL_GROUP: Final = "lowcode.upgrades"
"""Channels group that hears of every upgrade."""


class EventKind(StrEnum):
    """What a line of the log, or a tick, tells."""

    QUEUED = "upgrade.queued"
    """Accepted; `payload` says what was asked for, and by whom."""
    STAGE_STARTED = "stage.started"
    """A worker has begun the stage."""
    STAGE_RESUMED = "stage.resumed"
    """Another worker has begun it anew, since the one before was lost."""
    STAGE_PROGRESS = "stage.progress"
    """So many percent, or what the stage waits for, where that is worth keeping."""
    STAGE_SUCCEEDED = "stage.succeeded"
    """Done; `payload` has what came of it: the findings, the backup, the version."""
    STAGE_SKIPPED = "stage.skipped"
    """Not wanted: `no_backup`, `no_restart`."""
    STAGE_FAILED = "stage.failed"
    """The stage has failed; the code of the reason is in `payload`."""
    UPGRADE_SUCCEEDED = "upgrade.succeeded"
    """The last event of an upgrade that has done what was asked for."""
    UPGRADE_FAILED = "upgrade.failed"
    """The last event of one that has not; the code of the reason is in `payload`."""
    CANCEL_REQUESTED = "upgrade.cancel_requested"
    """It ends in the midst of the stage at hand, or with it; `payload` says who wants that."""
    UPGRADE_CANCELLED = "upgrade.cancelled"
    """The last event of one that was cancelled before it changed anything; `payload` says by whom."""
    STAGE_TICK = "stage.tick"
    """Percent between recorded events; never in the log."""


TERMINAL: Final = frozenset(
    {EventKind.UPGRADE_SUCCEEDED, EventKind.UPGRADE_FAILED, EventKind.UPGRADE_CANCELLED}
)
"""Kinds after which nothing follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventData:
    """One event, apart from its row."""

    task_id: UUID
    """The upgrade's id."""
    sequence: int | None
    """Number within the upgrade, from 1; None for a tick."""
    position: int | None
    """Number over all upgrades, in the order of commits; None for a tick."""
    kind: EventKind
    """What it tells."""
    stage: str | None
    """``validate``, ``backup``, ``migrate`` or ``restart``; None for what concerns the whole."""
    at: datetime
    """When it was written."""
    payload: Mapping[str, JSON]
    """What else there is to know. ``code`` and ``params``, where they stand, make a sentence."""

    def to_wire(self, language: Language | None = None) -> dict[str, JSON]:
        """Return the event as clients get it: JSON, with a `message` where its payload has a code.

        Args:
            language: of the message, ``"zh"`` or ``"en"``; None for the active one.
        """
        wire: dict[str, JSON] = {
            "task_id": str(self.task_id),
            "sequence": self.sequence,
            "position": self.position,
            "kind": self.kind.value,
            "stage": self.stage,
            "at": iso(self.at),
            "payload": dict(self.payload),
        }
        if self.sequence is None:
            del wire["sequence"], wire["position"]
        code = self.payload.get("code")
        if code in SENTENCES:
            wire["message"] = sentence(code, self.payload.get("params", {}), language)
        return wire

    @property
    def terminal(self) -> bool:
        """Whether it is the upgrade's last event."""
        return self.kind in TERMINAL


def iso(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC with microseconds and a ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def group_of(task_id: UUID | str) -> str:
    """Return the Channels group of one upgrade."""
    return f"lowcode.upgrade.{task_id}"


def tick_of(
    task_id: UUID, *, stage: str, payload: Mapping[str, JSON], at: datetime | None = None
) -> EventData:
    """Return a tick; `at` says when it was so, and None that it is now."""
    return EventData(
        task_id=task_id,
        sequence=None,
        position=None,
        kind=EventKind.STAGE_TICK,
        stage=stage,
        at=at or timezone.now(),
        payload=payload,
    )


def tick_from_wire(wire: Mapping[str, JSON]) -> EventData:
    """Read back a tick's `EventData.to_wire`."""
    return tick_of(
        UUID(wire["task_id"]),
        stage=wire["stage"],
        payload=wire["payload"],
        at=datetime.fromisoformat(wire["at"]),
    )


def append(
    task_id: UUID,
    kind: EventKind,
    *,
    stage: str | None = None,
    payload: Mapping[str, JSON] | None = None,
) -> EventData:
    """Write the next line of an upgrade's log; to be called inside a transaction.

    Raises:
        Upgrade.DoesNotExist: there is no such upgrade.
    """
    Upgrade.objects.filter(pk=task_id).update(last_sequence=F("last_sequence") + 1)
    sequence = Upgrade.objects.values_list("last_sequence", flat=True).get(pk=task_id)
    row = UpgradeEvent.objects.create(
        upgrade_id=task_id,
        sequence=sequence,
        position=counters.advance(Counter.Name.EVENT),
        kind=kind.value,
        stage=stage,
        at=timezone.now(),
        payload=dict(payload or {}),
    )
    return _data(row)


def read_after(task_id: UUID, after: int = 0, limit: int = 500) -> list[EventData]:
    """Return the lines of one upgrade behind sequence `after`, at most `limit`, in order."""
    rows = UpgradeEvent.objects.filter(upgrade_id=task_id, sequence__gt=after)
    return _all(rows.order_by("sequence")[:limit])


def read_all_after(position: int = 0, limit: int = 500) -> list[EventData]:
    """Return the lines of all upgrades behind `position`, at most `limit`, in order of commit."""
    rows = UpgradeEvent.objects.filter(position__gt=position)
    return _all(rows.order_by("position")[:limit])


def newest_position() -> int:
    """Return the position of the newest line of all."""
    return counters.value(Counter.Name.EVENT)


def _all(rows: Iterable[UpgradeEvent]) -> list[EventData]:
    return [_data(row) for row in rows]


def _data(row: UpgradeEvent) -> EventData:
    return EventData(
        task_id=row.upgrade_id,
        sequence=row.sequence,
        position=row.position,
        kind=EventKind(row.kind),
        stage=row.stage,
        at=row.at,
        payload=row.payload,
    )
