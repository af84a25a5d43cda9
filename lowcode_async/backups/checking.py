"""Whether a backup's file is what it is said to be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import connections
from django.utils import timezone

from lowcode_async import conf
from lowcode_async.backups.base import Engine, Meter
from lowcode_async.backups.engines import engine_for
from lowcode_async.backups.files import engine_of, sha256_of
from lowcode_async.backups.storage import destination
from lowcode_async.errors import BackupError
from lowcode_async.models import Backup


def verify_backup(backup: Backup | str, *, progress: Callable[[int], None] | None = None) -> Backup:
    """Read a backup through once more, compare it with its row, and note that it is whole.

    Args:
        backup: its row, or its name.
        progress: called with each new percent, up to 100.

    Raises:
        BackupError: there is no such backup, or it is not what it was.
    """
    name = backup if isinstance(backup, str) else backup.name
    row, place = complete_backup(name), destination()
    if row is None or not place.exists(name):
        raise BackupError("backup_not_found", name=name)
    meter = Meter(report=progress or (lambda _: None), seconds=conf.current().backup_timeout)
    with place.local(name) as path:
        meter.part(0, 60)
        check_sum(path, name=name, row=row, meter=meter)
        engine = engine_for(row.database)
        check_kind(path, name=name, row=row, engine=engine)
        meter.part(60, 99)
        engine.check(path, meter, thorough=True)
    row.verified_at = timezone.now()
    row.save(update_fields=["verified_at"])
    meter.finish()
    return row


def complete_backup(name: str) -> Backup | None:
    """Return the row of a backup, unless there is none or it only reserves the name."""
    return Backup.objects.filter(name=name, verified_at__isnull=False).first()


def check_sum(path: Path, *, name: str, row: Backup | None, meter: Meter) -> str:
    """Return the file's SHA-256, which is the one that `row` has, if there is a row.

    Raises:
        BackupError: it is not.
    """
    actual = sha256_of(path, meter)
    if row is not None and actual != row.sha256:
        raise BackupError("backup_checksum_mismatch", name=name, expected=row.sha256, actual=actual)
    return actual


def check_kind(path: Path, *, name: str, row: Backup | None, engine: Engine) -> None:
    """Make sure that the file is a backup of this engine's, by its content and by its row.

    Raises:
        BackupError: it is of another one, or of none.
    """
    found = engine_of(path)
    if found is None:
        raise BackupError("backup_unrecognized", name=name)
    for vendor in (found, row.engine if row else found):
        if vendor != engine.vendor:
            raise BackupError(
                "backup_wrong_engine",
                name=name,
                engine=display_name(vendor),
                database=display_name(engine.vendor),
            )


def display_name(vendor: str) -> str:
    """Return the name by which people know a kind of database."""
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MySQL/MariaDB"}
    return names.get(vendor, vendor)


def database_title(using: str) -> str:
    """Return the name of a database, for people."""
    return str(connections[using].settings_dict["NAME"] or using)
