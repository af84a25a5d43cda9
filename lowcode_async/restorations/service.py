"""The door in: start a restoration, find a restoration."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import connections, transaction

from lowcode_async.backups.checking import complete_backup
from lowcode_async.backups.engines import engine_for
from lowcode_async.backups.journal import Journal, refuse_while_under_way
from lowcode_async.backups.restorations import Restoration
from lowcode_async.backups.storage import destination
from lowcode_async.errors import (
    BackupError,
    BrokerUnavailable,
    RestorationNotFound,
    UpgradeConflict,
)
from lowcode_async.models import Counter, Upgrade
from lowcode_async.planning.databases import HOME
from lowcode_async.upgrades import counters, queue

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

log = logging.getLogger(__name__)


def start_restoration(
    backup: str, *, user: AbstractBaseUser | None = None, safety_backup: bool = True
) -> Restoration:
    """Have a worker make the database what it is in a backup.

    It is not to be called inside a transaction.

    Args:
        backup: name of a backup in the storage.
        user: who asks.
        safety_backup: back up the present state first.

    Raises:
        UpgradeConflict: an upgrade is under way.
        RestorationUnderWay: another restoration is.
        BrokerUnavailable: no worker can be reached; nothing was started.
        BackupError: the storage of the backups, where the restoration is written down, has failed.
    """
    now = datetime.now(UTC)
    journal = Journal(place=destination())
    asked = Restoration(
        id=uuid4(),
        backup=backup,
        transactional=engine_for(_database_of(backup)).transactional,
        secures=safety_backup,
        requested_by=user.get_username() if user is not None else "",
        requested_at=now,
        seen_at=now,
    )
    with transaction.atomic():
        # Every upgrade that begins takes this counter, and looks for restorations then.
        counters.hold(Counter.Name.EVENT)
        _refuse_during_upgrades()
        refuse_while_under_way()
        restoration = journal.write(asked)
    try:
        queue.send_restoration(restoration.id)
    except BrokerUnavailable:
        journal.forget(restoration.id)
        raise
    journal.forget_old()
    log.info("restoration queued restoration=%s backup=%s", restoration.id, backup)
    return restoration


def get_restoration(restoration_id: UUID | str) -> Restoration:
    """Return a restoration as it stands now, without a look at the database.

    Raises:
        RestorationNotFound: there is none, or the id is no UUID.
        BackupError: the storage of the backups has failed.
    """
    try:
        wanted = restoration_id if isinstance(restoration_id, UUID) else UUID(restoration_id)
    except ValueError as error:
        raise RestorationNotFound(restoration_id=str(restoration_id)[:100]) from error
    found = Journal(place=destination()).find(wanted)
    if found is None:
        raise RestorationNotFound(restoration_id=str(wanted))
    return found


def newest_restoration() -> Restoration | None:
    """Return the restoration that was asked for last; None if there is none, or it cannot be read."""
    try:
        return Journal(place=destination()).newest()
    except BackupError as error:
        log.warning("the newest restoration cannot be read error=%s", error)
        return None


def _database_of(backup: str) -> str:
    """Return the alias of the database that a backup will be restored to, as far as that is known."""
    row = complete_backup(backup)
    return row.database if row is not None and row.database in connections else HOME


def _refuse_during_upgrades() -> None:
    """Let no restoration begin while an upgrade is under way, queued ones included."""
    upgrade = Upgrade.objects.filter(active_model__isnull=False).first()
    if upgrade is not None:
        raise UpgradeConflict(model_name=upgrade.model_name, task_id=str(upgrade.pk))
