"""The folder that one attempt works in, and what dead attempts have left.

A living attempt holds a lock on its folder; the lock ends with its process, however that ends. So
whoever gets the lock of a folder knows that nobody works there any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lowcode_async.backups.files import PARTIAL
from lowcode_async.backups.storage import disk_errors


@contextlib.contextmanager
def workplace(parent: Path) -> Iterator[Path]:
    """Make a private folder in `parent`, removed at the end; remove those of dead attempts first.

    Raises:
        BackupError: the folder cannot be made.
    """
    with disk_errors(parent):
        clean(parent)
        folder, lock = _claim_new(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def clean(parent: Path) -> None:
    """Remove what dead attempts have left in `parent`."""
    for each in parent.glob(f"{PARTIAL}*"):
        with contextlib.suppress(OSError):
            if each.is_symlink() or each.stat().st_uid != os.geteuid():
                continue
            lock = os.open(each, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(each, ignore_errors=True)
            finally:
                os.close(lock)


def _claim_new(parent: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=parent))
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Between its making and its locking another attempt may have taken it for a dead one's.
        if folder.exists():
            return folder, lock
        os.close(lock)
