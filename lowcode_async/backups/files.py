"""What can be told from a backup's file: its name, its checksum, the engine that wrote it."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from pathlib import Path
from typing import Final

from lowcode_async.backups.base import Meter

PARTIAL: Final = ".lowcode_partial_"
"""How the folders begin that backups are made in."""
NAME: Final = re.compile(r"backup_\d{8}_\d{6}(_\d+)?\.(sqlite3|sql)")

_SQLITE_MAGIC: Final = b"SQLite format 3\x00"
_HEADER: Final = re.compile(
    rb"-- (?P<postgresql>PostgreSQL) database dump|-- (?P<mysql>MySQL|MariaDB) dump "
)
# MariaDB's dumps may begin with one line that puts the client into its sandbox mode.
_HEADER_BYTES: Final = 512
_CHUNK: Final = 1 << 20
_UNITS: Final = ("B", "KB", "MB", "GB", "TB")


def backup_name(moment: datetime, number: int, suffix: str) -> str:
    """Return a backup's name; `number` tells those of one second apart.

    Args:
        moment: when it was begun, in UTC.
        number: 1 for the first of this second.
        suffix: ``.sqlite3`` or ``.sql``.
    """
    tail = "" if number == 1 else f"_{number}"
    return f"backup_{moment:%Y%m%d_%H%M%S}{tail}{suffix}"


def engine_of(path: Path) -> str | None:
    """Return the vendor of the database whose backup this is, or None if it is no backup."""
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    if head.startswith(_SQLITE_MAGIC):
        return "sqlite"
    found = _HEADER.search(head)
    if found is None or not head.startswith((b"--", b"/*")):
        return None
    return "postgresql" if found["postgresql"] else "mysql"


def sha256_of(path: Path, meter: Meter) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Raises:
        BackupError: the time is up.
    """
    digest, total, done = hashlib.sha256(), path.stat().st_size, 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            meter.remaining()
            meter.reach(done, total)
    return digest.hexdigest()


def tail_of(path: Path, size: int = 512) -> bytes:
    """Return the last `size` bytes of a file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read()


def human_size(size: int) -> str:
    """Return a number of bytes for people: ``1.5 GB``."""
    number = float(size)
    for unit in _UNITS[:-1]:
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} {_UNITS[-1]}"
