"""How many backups are kept, and what attempts leave that die before their backup is noted as whole."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from lowcode_async import conf
from lowcode_async.backups.storage import Destination
from lowcode_async.errors import BackupError
from lowcode_async.models import Backup, Upgrade

logger = logging.getLogger(__name__)


def delete_old(place: Destination, *, newest: Backup, spared: Collection[str]) -> None:
    """Delete a database's backups beyond the retention, the oldest first, and those of dead attempts.

    Kept in any case: `newest`, those `spared` by name, and those of upgrades still under way. A
    file that cannot be deleted is told in the log and tried again next time.
    """
    chosen = conf.current()
    rows = Backup.objects.filter(database=newest.database).exclude(pk=newest.pk)
    if chosen.backup_retention:
        complete = rows.filter(verified_at__isnull=False).select_related("upgrade")
        for row in complete.order_by("-created_at", "-pk")[chosen.backup_retention - 1 :]:
            under_way = row.upgrade is not None and row.upgrade.active_model is not None
            if row.name not in spared and not under_way:
                _delete(row, place)
    delete_unfinished(place)


def delete_unfinished(place: Destination) -> None:
    """Delete what attempts have left that died: a name reserved, and perhaps the file under it.

    An attempt is dead when its upgrade is at another stage, or at none; one that belongs to no
    upgrade, when it has taken longer than any may.
    """
    limit = timezone.now() - timedelta(seconds=conf.current().backup_timeout)
    at_it = Upgrade.objects.filter(active_model__isnull=False, stage=Upgrade.Stage.BACKUP)
    is_dead = Q(created_at__lt=limit) | (Q(upgrade__isnull=False) & ~Q(upgrade__in=at_it))
    for row in Backup.objects.filter(is_dead, verified_at__isnull=True):
        logger.info("Backup %s was never finished and is deleted", row.name)
        _delete(row, place)


def _delete(row: Backup, place: Destination) -> None:
    try:
        place.delete(row.name)
    except BackupError as error:
        logger.warning("Backup %s cannot be deleted: %s", row.name, error)
        return
    row.delete()
