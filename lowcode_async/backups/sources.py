"""Which backup is meant, where its file is, and which database it is for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from lowcode_async.backups.aftermath import has_tables
from lowcode_async.backups.checking import complete_backup
from lowcode_async.backups.files import NAME
from lowcode_async.backups.storage import Destination, disk_errors
from lowcode_async.errors import BackupError
from lowcode_async.models import Backup
from lowcode_async.planning.databases import HOME


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A backup that was asked for: one of the storage, or a file from elsewhere."""

    name: str
    row: Backup | None
    path: Path | None
    """The file, where it is not in the storage."""

    @contextlib.contextmanager
    def local(self, place: Destination) -> Iterator[Path]:
        """Give the file as one that can be read here."""
        if self.path:
            yield self.path
        else:
            with place.local(self.name) as path:
                yield path


def find_source(backup: Backup | str | Path, place: Destination) -> Source:
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
        return Source(name=name, row=complete_backup(name) if known else None, path=None)
    with disk_errors(path.parent):
        if not path.is_file():
            raise BackupError("backup_not_found", name=asked)
    row = complete_backup(path.name) if known else None
    return Source(name=path.name, row=row, path=path)


def database_of(source: Source, using: str | None) -> str:
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
