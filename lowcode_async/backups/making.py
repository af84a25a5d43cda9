"""The way to a backup, the same for every database: made aside, checked, then put in its place."""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from lowcode_async import conf
from lowcode_async.backups.base import Engine, Meter
from lowcode_async.backups.engines import engine_for
from lowcode_async.backups.files import backup_name, sha256_of
from lowcode_async.backups.retention import delete_old
from lowcode_async.backups.storage import Destination, destination, disk_errors, require_space
from lowcode_async.backups.workplace import workplace
from lowcode_async.errors import BackupError
from lowcode_async.models import Backup, Upgrade

logger = logging.getLogger(__name__)


def make_backup(
    *,
    progress: Callable[[int], None],
    upgrade: Upgrade | None = None,
    using: str = "default",
    spared: Collection[str] = (),
) -> Backup:
    """Back up a database, and return the row of the complete, checked backup.

    It must not be called inside a transaction.

    Args:
        progress: called with each new percent, up to 100.
        upgrade: the upgrade that it is made for.
        using: alias of the database.
        spared: names of old backups that must not be deleted now, whatever the retention says.

    Raises:
        BackupError: there is no backup, and nothing is left of it.
        DatabaseError: nor is there, as its row cannot be written.
    """
    engine, place = engine_for(using), destination()
    meter = Meter(report=progress, seconds=conf.current().backup_timeout)
    begun = datetime.now(UTC)
    meter.part(0, 90)
    engine.check_tools(restoring=False)
    place.prepare()
    site = place.building_site
    with workplace(site) as folder:
        path = folder / f"dump{engine.suffix}"
        sha256 = _dump(engine, path, meter)
        row = Backup(
            engine=engine.vendor,
            database=using,
            size=path.stat().st_size,
            sha256=sha256,
            upgrade=upgrade,
        )
        _store(row, path, place, begun=begun, suffix=engine.suffix)
    logger.info("Backup %s: %d bytes, SHA-256 %s", row.name, row.size, row.sha256)
    delete_old(place, newest=row, spared=spared)
    meter.finish()
    return row


def _dump(engine: Engine, path: Path, meter: Meter) -> str:
    """Write and check a dump that only we may read; return its SHA-256."""
    expected = engine.estimate()
    require_space(path.parent, expected)
    with disk_errors(path.parent):
        path.touch(mode=0o600)
    engine.dump(path, meter, expected=expected)
    meter.part(90, 95)
    engine.check(path, meter, thorough=False)
    meter.part(95, 99)
    with disk_errors(path.parent):
        return sha256_of(path, meter)


def _store(row: Backup, path: Path, place: Destination, *, begun: datetime, suffix: str) -> None:
    """Put a finished dump in its place, under the first name that is free.

    The row reserves the name: an object store would let two machines write the same one. Until
    `verified_at` is set it is a reservation only, which `delete_unfinished` removes if we die here.
    """
    for number in itertools.count(1):
        row.name = backup_name(begun, number, suffix)
        if place.exists(row.name) or not _reserve(row):
            continue
        try:
            place.place(path, row.name)
        except FileExistsError:
            row.delete()
            continue
        except BackupError:
            row.delete()
            raise
        try:
            row.verified_at = timezone.now()
            row.save(update_fields=["verified_at"])
        except DatabaseError:
            with contextlib.suppress(BackupError):
                place.delete(row.name)
            raise
        return


def _reserve(row: Backup) -> bool:
    row.pk = None
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if Backup.objects.filter(name=row.name).exists():
            return False
        raise
    return True
