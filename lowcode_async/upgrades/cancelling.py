"""Ending an upgrade that somebody no longer wants, as long as nothing has been changed.

Until the migrate stage begins, an upgrade can be cancelled: at once while nobody works at it, else as
soon as whoever does looks up from it, and at the end of the stage at the latest. From then on it cannot: what happens next is decided by one row, under its
lock, so that a stage either begins or is cancelled, never both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction

from lowcode_async.clock import database_now
from lowcode_async.errors import CancelTooLate
from lowcode_async.models import Upgrade
from lowcode_async.upgrades import bell, events, leases, recording
from lowcode_async.upgrades.events import EventData, EventKind
from lowcode_async.upgrades.service import get_upgrade

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def cancel_upgrade(task_id: UUID | str, *, user: AbstractBaseUser | None = None) -> Upgrade:
    """Cancel an upgrade that has not begun to change anything.

    If nobody works at it, it ends at once (`state` ``cancelled``). If a worker validates or backs up, it
    drops that within seconds, or ends with that stage, and `cancel_requested_at` is set meanwhile. To cancel twice does nothing more.

    Args:
        task_id: the upgrade's id.
        user: who cancels; it is told in the log.

    Returns:
        The upgrade as it stands now.

    Raises:
        UpgradeNotFound: there is none, or the id is no UUID.
        CancelTooLate: it has begun to change the table, or has ended.
    """
    upgrade = get_upgrade(task_id)
    if upgrade.state != Upgrade.State.CANCELLED:
        written = _cancel(upgrade, user)
        async_to_sync(bell.ring)(written)
    return get_upgrade(upgrade.pk)


async def acancel_upgrade(task_id: UUID | str, *, user: AbstractBaseUser | None = None) -> Upgrade:
    """Cancel an upgrade, from async code; see `cancel_upgrade`."""
    return await sync_to_async(cancel_upgrade)(task_id, user=user)


def settle(task_id: UUID) -> list[EventData]:
    """End an upgrade that was cancelled while a worker had it that has been lost; return the new events."""
    with transaction.atomic():
        asked = leases.free().filter(pk=task_id, cancel_requested_at__isnull=False)
        upgrade = asked.select_for_update().first()
        return [recording.cancel(upgrade)] if upgrade is not None else []


def can_cancel(upgrade: Upgrade) -> bool:
    """Tell whether an upgrade can still be cancelled, as far as its row knows."""
    if upgrade.state not in leases.ACTIVE or upgrade.cancel_requested_at is not None:
        return False
    untouched = upgrade.stage == Upgrade.Stage.MIGRATE and upgrade.attempts == 0
    return untouched or upgrade.stage in leases.BEFORE_CHANGES


def _cancel(upgrade: Upgrade, user: AbstractBaseUser | None) -> list[EventData]:
    """End the upgrade, or ask whoever works at it to end it; return the new events.

    Raises:
        CancelTooLate: neither can be done.
    """
    # A migration holds the row for as long as it takes: do not wait for it only to hear "too late".
    if not can_cancel(upgrade) and upgrade.cancel_requested_at is None:
        raise _too_late(upgrade)
    with transaction.atomic():
        held = Upgrade.objects.select_for_update().get(pk=upgrade.pk)
        if held.state == Upgrade.State.CANCELLED or held.cancel_requested_at is not None:
            return []
        if not can_cancel(held):
            raise _too_late(held)
        held.cancel_requested_at = database_now()
        held.cancelled_by_id = user.pk if user is not None else None
        held.save(update_fields=["cancel_requested_at", "cancelled_by"])
        if leases.free().filter(pk=held.pk).exists():
            return [recording.cancel(held)]
        return [
            events.append(
                held.pk, EventKind.CANCEL_REQUESTED, payload=recording.who_cancelled(held)
            )
        ]


def _too_late(upgrade: Upgrade) -> CancelTooLate:
    return CancelTooLate(model_name=upgrade.model_name, stage=upgrade.stage, state=upgrade.state)
