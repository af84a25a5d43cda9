"""What backups there are: those in the storage, with what the database knows of them."""

from __future__ import annotations

from dataclasses import dataclass

from lowcode_async.backups.aftermath import has_tables
from lowcode_async.backups.files import human_size
from lowcode_async.backups.storage import destination
from lowcode_async.models import Backup
from lowcode_async.planning.databases import HOME


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One backup."""

    name: str
    size: int
    """Bytes, as it is in the storage."""
    sha256: str | None
    """Its checksum on record; None if the database does not know it."""
    database: str | None = None
    """Alias of the database it was taken from; None if that is not known."""

    def line(self) -> str:
        """Return the backup as a line for people."""
        told = f"{self.name}\t{human_size(self.size)}\t{self.sha256 or '?'}"
        return told if self.database in {None, HOME} else f"{told}\t{self.database}"


def list_backups() -> tuple[list[Listed], str]:
    """Return the backups in the storage, the oldest first, and what the storage is called.

    Raises:
        BackupError: the storage cannot be read.
    """
    place = destination()
    known: dict[str, list[str]] = {}
    if has_tables(HOME):
        rows = Backup.objects.filter(verified_at__isnull=False)
        known = {name: told for name, *told in rows.values_list("name", "sha256", "database")}
    found = []
    for name in place.names():
        sha256, database = known.get(name, (None, None))
        found.append(Listed(name=name, size=place.size(name), sha256=sha256, database=database))
    return found, place.title
