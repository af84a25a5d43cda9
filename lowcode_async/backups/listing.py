"""What backups there are: those in the storage, with what the database knows of them."""

from __future__ import annotations

from dataclasses import dataclass

from lowcode_async.backups.aftermath import has_tables
from lowcode_async.backups.files import human_size
from lowcode_async.backups.storage import destination
from lowcode_async.models import Backup


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One backup."""

    name: str
    size: int
    """Bytes, as it is in the storage."""
    sha256: str | None
    """Its checksum on record; None if the database does not know it."""

    def line(self) -> str:
        """Return the backup as a line for people."""
        return f"{self.name}\t{human_size(self.size)}\t{self.sha256 or '?'}"


def list_backups(*, using: str = "default") -> tuple[list[Listed], str]:
    """Return the backups in the storage, the oldest first, and what the storage is called.

    Raises:
        BackupError: the storage cannot be read.
    """
    place = destination()
    known: dict[str, str] = {}
    if has_tables(using):
        rows = Backup.objects.using(using).filter(verified_at__isnull=False)
        known = dict(rows.values_list("name", "sha256"))
    found = [
        Listed(name=name, size=place.size(name), sha256=known.get(name)) for name in place.names()
    ]
    return found, place.title
