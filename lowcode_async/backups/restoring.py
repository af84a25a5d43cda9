"""The way back to a backup, the same for every database: everything is checked before anything changes."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from lowcode_async import conf
from lowcode_async.backups.aftermath import Before, has_tables, put_back, remember, statements
from lowcode_async.backups.base import Engine, Meter
from lowcode_async.backups.checking import check_kind, check_sum, complete_backup, database_title
from lowcode_async.backups.engines import engine_for
from lowcode_async.backups.files import NAME
from lowcode_async.backups.making import make_backup
from lowcode_async.backups.restorations import RestoreStage, Watcher
from lowcode_async.backups.storage import Destination, destination, disk_errors
from lowcode_async.clock import database_now
from lowcode_async.errors import BackupError
from lowcode_async.models import Backup, Upgrade
from lowcode_async.planning.databases import HOME
from lowcode_async.sentences import JSON

logger = logging.getLogger(__name__)

_NAMES_TOLD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore has done."""

    name: str
    """The backup that the database is now."""
    safety_backup: str | None
    """The backup of what it was before."""
    warnings: tuple[Mapping[str, JSON], ...]
    """What an operator should know: ``{"code", "params"}`` each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A backup that was asked for: one of the storage, or a file from elsewhere."""

    name: str
    row: Backup | None
    path: Path | None
    """The file, where it is not in the storage."""


def restore_backup(
    backup: Backup | str | Path,
    *,
    progress: Callable[[int], None] | None = None,
    watcher: Watcher | None = None,
    using: str | None = None,
    safety_backup: bool = True,
    accept_unknown_checksum: bool = False,
) -> Restored:
    """Make a database what it is in a backup. Stop what writes into it first, or be ready for errors.

    On SQLite and PostgreSQL that is one transaction: it happens as a whole or not at all. MySQL and MariaDB have
    no such thing, so a restore that fails there loads the safety backup again.

    Args:
        backup: its row, its name, or the path of a file.
        progress: called with each new percent, up to 100.
        watcher: told of stages and the safety backup as well.
        using: alias of the database; unless it is given, the one that the backup was taken from.
        safety_backup: back up the present state first.
        accept_unknown_checksum: restore a file although no row knows its checksum.

    Raises:
        BackupError: it was refused or has failed; the code says what the database is now.
    """
    place = destination()
    watcher = watcher or Watcher()
    meter = Meter(report=progress or watcher.reached, seconds=conf.current().backup_timeout)
    watcher.entered(RestoreStage.CHECK)
    source = _find(backup, place)
    using = _database_of(source, using)
    engine = engine_for(using)
    with _local(source, place) as path:
        _examine(source, path, engine, meter, accept_unknown_checksum=accept_unknown_checksum)
        engine.check_tools(restoring=True)
        _refuse_during_upgrades()
        meter.part(40, 50)
        safety = _secure(source, meter, watcher, using=using) if safety_backup else None
        before = remember(using) if using == HOME else Before()
        watcher.entered(RestoreStage.RESTORE)
        meter.part(50, 99)
        _restore(
            engine, path, place, meter, source=source, before=before, safety=safety, using=using
        )
    connections[using].close()
    warnings = [*_recorded(using, before, place), *_warnings(using)]
    logger.info("Restored from the backup %s", source.name)
    meter.finish()
    return Restored(
        name=source.name,
        safety_backup=safety.name if safety else None,
        warnings=tuple(warnings),
    )


def _examine(
    source: _Source, path: Path, engine: Engine, meter: Meter, *, accept_unknown_checksum: bool
) -> None:
    """Make sure that the file is a whole backup of this kind of database, and the one on record."""
    meter.part(0, 20)
    actual = check_sum(path, name=source.name, row=source.row, meter=meter)
    check_kind(path, name=source.name, row=source.row, engine=engine)
    if source.row is None and not accept_unknown_checksum:
        raise BackupError("backup_checksum_unknown", name=source.name, actual=actual)
    meter.part(20, 40)
    engine.check(path, meter, thorough=True)


def _restore(
    engine: Engine,
    path: Path,
    place: Destination,
    meter: Meter,
    *,
    source: _Source,
    before: Before,
    safety: Backup | None,
    using: str,
) -> None:
    """Restore; where a failure leaves the database in between, load the safety backup again."""
    after = _statements(using, before=before, name=_plain(source.name))
    try:
        engine.restore(path, after, meter)
    except BackupError as error:
        if engine.transactional or error.code == "restore_locked":
            raise
        detail = error.params.get("detail", error.sentence("en"))
        if safety is None:
            raise BackupError("restore_failed_halfway", safety="-", detail=detail) from error
        _undo(engine, place, safety, before=before, using=using, detail=detail)
        raise BackupError("restore_failed_undone", safety=safety.name, detail=detail) from error


def _undo(
    engine: Engine, place: Destination, safety: Backup, *, before: Before, using: str, detail: str
) -> None:
    """Load the safety backup into a database that a failed restore has left in between."""
    meter = Meter(report=lambda _: None, seconds=conf.current().backup_timeout)
    try:
        with place.local(safety.name) as path:
            engine.restore(path, _statements(using, before=before, name=safety.name), meter)
    except (BackupError, DatabaseError) as error:
        raise BackupError("restore_failed_halfway", safety=safety.name, detail=detail) from error
    connections[using].close()
    _recorded(using, before, place)


def _statements(using: str, *, before: Before, name: str) -> list[str]:
    """Return what follows a restore of the plugin's own rows; nothing, where there are none."""
    return statements(using, before=before, name=name) if using == HOME else []


def _database_of(source: _Source, using: str | None) -> str:
    """Return the database that a backup is to be restored to.

    Raises:
        BackupError: it would replace what is in another one than it was taken from, or that is not
            there any more.
    """
    taken_from = source.row.database if source.row is not None else None
    wanted = using or taken_from or HOME
    if wanted not in connections or (
        taken_from not in {None, wanted} and connections[wanted].introspection.table_names()
    ):
        params = {"name": source.name, "database": taken_from or wanted, "wanted": wanted}
        raise BackupError("backup_of_another_database", **params)
    return wanted


def _find(backup: Backup | str | Path, place: Destination) -> _Source:
    """Find a backup by its name in the storage, else by its path.

    Raises:
        BackupError: there is none.
    """
    asked = backup.name if isinstance(backup, Backup) else str(backup)
    known = has_tables(HOME)
    path = Path(asked)
    inside = place.folder is not None and path.resolve().parent == place.folder.resolve()
    name = path.name if inside else asked
    if NAME.fullmatch(name) and place.exists(name):
        return _Source(name=name, row=complete_backup(name) if known else None, path=None)
    with disk_errors(path.parent):
        if not path.is_file():
            raise BackupError("backup_not_found", name=asked)
    row = complete_backup(path.name) if known else None
    return _Source(name=path.name, row=row, path=path)


@contextlib.contextmanager
def _local(source: _Source, place: Destination) -> Iterator[Path]:
    if source.path:
        yield source.path
    else:
        with place.local(source.name) as path:
            yield path


def _refuse_during_upgrades() -> None:
    """Refuse to pull the rug from under a worker; a dead one's lease ends by itself."""
    if not has_tables(HOME):
        return
    working = Upgrade.objects.filter(
        active_model__isnull=False, lease__isnull=False, lease_until__gt=database_now()
    )
    for upgrade in working[:1]:
        raise BackupError(
            "restore_upgrade_running", model=upgrade.model_name, task_id=str(upgrade.pk)
        )


def _secure(source: _Source, meter: Meter, watcher: Watcher, *, using: str) -> Backup | None:
    """Back up what is there now, without deleting for it the backup that is to be restored.

    There is nothing to back up in an empty database.

    Raises:
        BackupError: it could not be made, or there is no table to record it in.
    """
    if not connections[using].introspection.table_names():
        return None
    if not has_tables(HOME):
        raise BackupError("restore_unmigrated", database=database_title(HOME))
    watcher.entered(RestoreStage.SAFETY_BACKUP)
    made = make_backup(
        progress=lambda percent: meter.reach(percent, 100), using=using, spared={source.name}
    )
    watcher.secured(made.name)
    return made


def _plain(name: str) -> str:
    """Return a name as it may stand in SQL: a file from elsewhere can be called anything."""
    return "".join(each if each.isalnum() or each in "._-" else "_" for each in name)


def _recorded(using: str, before: Before, place: Destination) -> list[Mapping[str, JSON]]:
    """Put back what the plugin knew; the restore itself stands, whatever the storage says."""
    if using != HOME:
        return []
    try:
        put_back(using, before=before, place=place)
    except BackupError as error:
        logger.warning("The records of backups are those of the restored one: %s", error)
        return [{"code": "restored_records_old", "params": {"reason": error.sentence("en")}}]
    return []


def _warnings(using: str) -> Iterator[Mapping[str, JSON]]:
    """Tell what the restored database may not fit any more."""
    if using == HOME:
        yield from _migration_warnings(using)
    else:
        yield {"code": "restored_elsewhere", "params": {"database": using}}


def _migration_warnings(using: str) -> Iterator[Mapping[str, JSON]]:
    """Tell where the restored database and the code are apart."""
    executor = MigrationExecutor(connections[using])
    loader = executor.loader
    missing = [
        f"{each.app_label}.{each.name}"
        for each, _ in executor.migration_plan(loader.graph.leaf_nodes())
    ]
    known = set(loader.disk_migrations or ())
    replaced = {each for squashed in loader.replacements.values() for each in squashed.replaces}
    unknown = [
        f"{app}.{name}"
        for app, name in loader.applied_migrations or ()
        if (app, name) not in known | replaced and app in loader.migrated_apps
    ]
    for code, names in (
        ("restored_behind_code", missing),
        ("restored_ahead_of_code", sorted(unknown)),
    ):
        if names:
            told = ", ".join(names[:_NAMES_TOLD]) + (" …" if len(names) > _NAMES_TOLD else "")
            yield {"code": code, "params": {"count": len(names), "names": told}}
