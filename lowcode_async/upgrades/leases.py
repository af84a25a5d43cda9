"""Who runs a stage: claims by compare-and-set, leases that a dead worker loses by itself.

A claim is one UPDATE whose WHERE clause holds only while nobody else has the stage; nought rows
means that somebody has, and that there is nothing to do. The token is a fencing token: whatever a
worker records later is conditional on it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import connections, transaction
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from lowcode_async import conf
from lowcode_async.clock import database_now
from lowcode_async.migrating.mysql_session import is_at_work
from lowcode_async.models import Upgrade, UpgradeEvent
from lowcode_async.planning.databases import HOME
from lowcode_async.upgrades import events
from lowcode_async.upgrades.events import EventData, EventKind

ACTIVE: Final = (Upgrade.State.QUEUED, Upgrade.State.RUNNING)
"""States of an upgrade that is under way."""

BEFORE_CHANGES: Final = (Upgrade.Stage.VALIDATE, Upgrade.Stage.BACKUP)
"""Stages that change nothing."""

RESEND_AFTER: Final = timedelta(seconds=5)
"""A message that was not claimed for so long is taken for lost."""
RESEND_AT_LEAST: Final = timedelta(minutes=1)
"""All workers may only be busy: each wait is twice as long as the one before, up to this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to run one stage of one upgrade."""

    task_id: UUID
    stage: Upgrade.Stage
    token: UUID
    attempt: int
    """1 for the first worker that takes the stage."""
    event: EventData


class LeaseLost(Exception):
    """Somebody else has taken the stage over; whatever was being done must not be recorded."""


def claim(task_id: UUID, stage: Upgrade.Stage) -> Claim | None:
    """Take a stage that nobody runs and that has not been cancelled; None if there is nothing to take."""
    with transaction.atomic():
        now = database_now()
        token = uuid4()
        open_ = free(now).filter(pk=task_id, stage=stage, cancel_requested_at=None)
        # A row that is locked has a worker at work, whatever its lease says: do not wait for it.
        if not list(_unlocked(open_).values_list("pk")) or _is_at_work(task_id):
            return None
        taken = open_.update(
            state=Upgrade.State.RUNNING,
            lease=token,
            lease_until=now + conf.current().lease,
            attempts=F("attempts") + 1,
            started_at=Coalesce(F("started_at"), now),
        )
        if not taken:
            return None
        upgrade = Upgrade.objects.only("attempts", "handover").get(pk=task_id)
        first = upgrade.attempts == 1 and upgrade.handover is None
        event = events.append(
            task_id,
            EventKind.STAGE_STARTED if first else EventKind.STAGE_RESUMED,
            stage=stage,
            payload={"attempt": upgrade.attempts},
        )
    return Claim(task_id=task_id, stage=stage, token=token, attempt=upgrade.attempts, event=event)


def extend(claim: Claim) -> bool:
    """Prolong a lease; False if it is no longer ours.

    Raises:
        OperationalError: the row is locked, by the stage's own transaction for one.
    """
    with transaction.atomic():
        if not list(_held(claim).select_for_update(nowait=True).values_list("pk")):
            return False
        return bool(_held(claim).update(lease_until=database_now() + conf.current().lease))


def is_cancelled(claim: Claim) -> bool:
    """Tell whether somebody has cancelled the upgrade since this stage of it was claimed."""
    return _held(claim).filter(cancel_requested_at__isnull=False).exists()


def prolong(claim: Claim) -> None:
    """Prolong a lease inside the transaction that holds its row.

    Nobody could extend it meanwhile: without this, whoever looks for dead workers right after a long
    transaction would take this one for dead.
    """
    _held(claim).update(lease_until=database_now() + conf.current().lease)


def release(claim: Claim) -> bool:
    """Give a stage back unfinished, so that the next message can claim it at once."""
    return bool(_held(claim).update(lease=None, lease_until=None, enqueued_at=database_now()))


def hand_over(claim: Claim, handover: dict[str, object]) -> bool:
    """Give a stage back to the process that comes after this one, with what it needs to know."""
    return bool(
        _held(claim).update(
            lease=None, lease_until=None, enqueued_at=None, attempts=0, handover=handover
        )
    )


def fence(claim: Claim) -> None:
    """Lock the upgrade's row for the current transaction, if the stage is still ours.

    While the lock is held nobody can claim the stage; when this process dies the database lets go.

    Raises:
        LeaseLost: it is not.
    """
    if not list(_held(claim).select_for_update().values_list("pk")):
        raise LeaseLost


def free(now: datetime | None = None) -> QuerySet[Upgrade]:
    """Return the upgrades under way that nobody works at."""
    nobody = Q(lease=None) | Q(lease_until__lt=now or database_now())
    return Upgrade.objects.filter(nobody, state__in=ACTIVE)


def lost() -> list[tuple[UUID, Upgrade.Stage]]:
    """Return upgrades that nobody runs and no message will: the senders or the workers died.

    Each is returned to one caller only, who is to send its message anew.
    """
    with transaction.atomic():
        now = database_now()
        silent = Q(enqueued_at=None) | Q(enqueued_at__lt=now - RESEND_AFTER)
        is_lost = Q(lease_until__lt=now) | (Q(lease=None) & silent)
        candidates = Upgrade.objects.filter(is_lost, state__in=ACTIVE)
        found = {
            each.pk: each.stage
            for each in _unlocked(candidates).only("stage", "lease", "enqueued_at")
            if (each.lease is not None or _is_overdue(each, now)) and not _is_at_work(each.pk)
        }
        if found:
            given_back = {"lease": None, "lease_until": None, "enqueued_at": now}
            Upgrade.objects.filter(pk__in=found).update(**given_back)
    return [(task_id, Upgrade.Stage(stage)) for task_id, stage in found.items()]


def unsent(task_ids: Collection[UUID]) -> None:
    """Note that the messages of these upgrades could not be sent: the next look finds them lost."""
    Upgrade.objects.filter(pk__in=task_ids, lease=None).update(enqueued_at=None)


def _is_overdue(upgrade: Upgrade, now: datetime) -> bool:
    """Tell whether the last message has been waited for long enough."""
    sent = upgrade.enqueued_at
    if sent is None:
        return True
    newest = UpgradeEvent.objects.filter(upgrade=upgrade).aggregate(at=Max("at"))["at"]
    waited_before = sent - newest if newest is not None else timedelta(0)
    return now - sent > min(max(waited_before, RESEND_AFTER), RESEND_AT_LEAST)


def _unlocked(upgrades: QuerySet[Upgrade]) -> QuerySet[Upgrade]:
    """Lock these rows, but for those that are locked; MariaDB before 10.6 waits for them."""
    can_skip = connections[upgrades.db].features.has_select_for_update_skip_locked
    return upgrades.select_for_update(skip_locked=can_skip)


def _is_at_work(task_id: UUID) -> bool:
    """Tell whether a worker on MySQL changes the table, which no transaction can hold for it.

    Its lease may run out while it holds tables and writes down what is lost: nobody could take over anyway.
    """
    return is_at_work(task_id, connections[HOME])


def _held(claim: Claim) -> QuerySet[Upgrade]:
    return Upgrade.objects.filter(pk=claim.task_id, stage=claim.stage, lease=claim.token)
