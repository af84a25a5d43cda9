"""The way back to a backup, the same for every database: everything is checked before anything changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from lowcode_async import conf
from lowcode_async.backups.aftermath import Before, has_tables, put_back, remember, statements
from lowcode_async.backups.base import Engine, Meter
from lowcode_async.backups.checking import check_kind, check_sum, database_title
from lowcode_async.backups.engines import engine_for
from lowcode_async.backups.making import make_backup
from lowcode_async.backups.restorations import RestoreStage, Watcher
from lowcode_async.backups.sources import Source, database_of, find_source
from lowcode_async.backups.storage import Destination, destination
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
    watcher = watcher or Watcher()
    place = destination()
    meter = Meter(report=progress or watcher.reached, seconds=conf.current().backup_timeout)
    watcher.entered(RestoreStage.CHECK)
    source = find_source(backup, place)
    using = database_of(source, using)
    restore = _Restore(
        source=source, using=using, engine=engine_for(using), place=place, meter=meter
    )
    with source.local(place) as path:
        restore.check(path, accept_unknown_checksum=accept_unknown_checksum)
        meter.part(40, 50)
        safety = restore.secure(watcher) if safety_backup else None
        before = remember(using) if using == HOME else Before()
        watcher.entered(RestoreStage.RESTORE)
        meter.part(50, 99)
        restore.carry_out(path, before=before, safety=safety)
    warnings = restore.settle(before)
    logger.info("Restored from the backup %s", source.name)
    meter.finish()
    return Restored(
        name=source.name, safety_backup=safety.name if safety else None, warnings=warnings
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Restore:
    """One restore: its steps, in their order."""

    source: Source
    using: str
    """Alias of the database."""
    engine: Engine
    place: Destination
    """Where backups are."""
    meter: Meter

    def check(self, path: Path, *, accept_unknown_checksum: bool) -> None:
        """Make sure that the file is a whole backup of this kind of database, and the one on record.

        And that it can be restored: the tools are there, and nobody is at work.
        """
        name, row = self.source.name, self.source.row
        self.meter.part(0, 20)
        actual = check_sum(path, name=name, row=row, meter=self.meter)
        check_kind(path, name=name, row=row, engine=self.engine)
        if row is None and not accept_unknown_checksum:
            raise BackupError("backup_checksum_unknown", name=name, actual=actual)
        self.meter.part(20, 40)
        self.engine.check(path, self.meter, thorough=True)
        self.engine.check_tools(restoring=True)
        _refuse_during_upgrades()

    def secure(self, watcher: Watcher) -> Backup | None:
        """Back up what is there now, without deleting for it the backup that is to be restored.

        There is nothing to back up in an empty database.

        Raises:
            BackupError: it could not be made, or there is no table to record it in.
        """
        if not connections[self.using].introspection.table_names():
            return None
        if not has_tables(HOME):
            raise BackupError("restore_unmigrated", database=database_title(HOME))
        watcher.entered(RestoreStage.SAFETY_BACKUP)
        made = make_backup(
            progress=lambda percent: self.meter.reach(percent, 100),
            using=self.using,
            spared={self.source.name},
        )
        watcher.secured(made.name)
        return made

    def carry_out(self, path: Path, *, before: Before, safety: Backup | None) -> None:
        """Restore; where a failure leaves the database in between, load the safety backup again."""
        after = _statements(self.using, before=before, name=_plain(self.source.name))
        try:
            self.engine.restore(path, after, self.meter)
        except BackupError as error:
            if self.engine.transactional or error.code == "restore_locked":
                raise
            detail = error.params.get("detail", error.sentence("en"))
            if safety is None:
                raise BackupError("restore_failed_halfway", safety="-", detail=detail) from error
            self._undo(safety, before=before, detail=detail)
            raise BackupError("restore_failed_undone", safety=safety.name, detail=detail) from error

    def _undo(self, safety: Backup, *, before: Before, detail: str) -> None:
        """Load the safety backup into a database that a failed restore has left in between."""
        meter = Meter(report=lambda _: None, seconds=conf.current().backup_timeout)
        after = _statements(self.using, before=before, name=safety.name)
        try:
            with self.place.local(safety.name) as path:
                self.engine.restore(path, after, meter)
        except (BackupError, DatabaseError) as error:
            raise BackupError(
                "restore_failed_halfway", safety=safety.name, detail=detail
            ) from error
        connections[self.using].close()
        _recorded(self.using, before, self.place)

    def settle(self, before: Before) -> tuple[Mapping[str, JSON], ...]:
        """Put back what the plugin knew, and return what an operator should know."""
        connections[self.using].close()
        return (*_recorded(self.using, before, self.place), *_warnings(self.using))


def _statements(using: str, *, before: Before, name: str) -> list[str]:
    """Return what follows a restore of the plugin's own rows; nothing, where there are none."""
    return statements(using, before=before, name=name) if using == HOME else []


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
