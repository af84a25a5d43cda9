"""Where backups are kept: Django's storage API, with the care that a local folder allows."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from lowcode_async import conf
from lowcode_async.backups.files import NAME, PARTIAL, human_size
from lowcode_async.errors import BackupError

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_HARD_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


@contextlib.contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn the operating system's errors about files below `folder` into ours."""
    try:
        yield
    except OSError as error:
        # The folder of one attempt is gone by the time that somebody reads this.
        shown = str(folder.parent if folder.name.startswith(PARTIAL) else folder)
        if error.errno in _FULL:
            raise BackupError("backup_disk_full", folder=shown) from error
        reason = error.strerror or str(error)
        raise BackupError("backup_folder_unusable", folder=shown, reason=reason) from error


def require_space(folder: Path, needed: int) -> None:
    """Make sure that `folder` has room for `needed` bytes.

    Raises:
        BackupError: it has not, or cannot be asked.
    """
    with disk_errors(folder):
        free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            "backup_no_space",
            folder=str(folder),
            needed=human_size(needed),
            free=human_size(free),
            needed_bytes=needed,
            free_bytes=free,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The storage of the backups."""

    storage: Storage
    folder: Path | None
    """The folder, where the storage is one on this machine."""

    @property
    def title(self) -> str:
        """What an operator knows it by."""
        return str(self.folder) if self.folder else type(self.storage).__name__

    @property
    def building_site(self) -> Path:
        """The folder where backups are made before they are stored.

        For a local folder it is that folder, since only within one file system is a file moved in one piece.
        """
        return self.folder or Path(tempfile.gettempdir())

    def prepare(self) -> None:
        """Make the folder, where it is a local one."""
        if self.folder:
            with disk_errors(self.folder):
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def exists(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        with self._errors():
            return self.storage.exists(name)

    def size(self, name: str) -> int:
        """Return the size of a file, in bytes."""
        with self._errors():
            return self.storage.size(name)

    def open(self, name: str) -> File[bytes]:
        """Open a file for reading."""
        with self._errors():
            return self.storage.open(name)

    def files(self) -> list[str]:
        """Return the names of all files, in whatever order; none where there is no folder yet."""
        with self._errors():
            try:
                return list(self.storage.listdir("")[1])
            except FileNotFoundError:
                return []

    def names(self) -> list[str]:
        """Return the names of all backups, the oldest first."""
        return sorted(each for each in self.files() if NAME.fullmatch(each))

    def delete(self, name: str) -> None:
        """Delete a file; one that is not there is no error."""
        with self._errors():
            self.storage.delete(name)

    def place(self, path: Path, name: str) -> None:
        """Store the complete file `path` under `name`, never over another file.

        Raises:
            FileExistsError: the name is taken.
            BackupError: it could not be stored; nothing is left under `name`.
        """
        if self.folder:
            self._move(path, self.folder / name)
        else:
            self._upload(path, name)

    @contextlib.contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """Give a file of the storage as a local one, for the length of a block."""
        if self.folder:
            yield self.folder / name
            return
        with contextlib.ExitStack() as stack:
            here = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lowcode_")))
            require_space(here, self.size(name))
            with (
                self._errors(),
                self.storage.open(name) as source,
                (here / name).open("wb") as copy,
            ):
                shutil.copyfileobj(source, copy, 1 << 20)
            yield here / name

    def _move(self, path: Path, target: Path) -> None:
        with disk_errors(target.parent):
            path.chmod(self._mode)
            _sync(path)
            moved = _link(path, target)
            if moved:
                _sync(target.parent)
        if not moved:
            raise _taken(target.name)

    @property
    def _mode(self) -> int:
        """Who may read a backup: its owner alone, unless the storage itself says otherwise."""
        assert isinstance(self.storage, FileSystemStorage)
        mode = self.storage.file_permissions_mode
        usual = settings.FILE_UPLOAD_PERMISSIONS
        return 0o600 if mode is None or mode == usual else mode

    def _upload(self, path: Path, name: str) -> None:
        if self.exists(name):
            raise _taken(name)
        size = path.stat().st_size
        try:
            with self._errors(), path.open("rb") as file:
                stored = self.storage.save(name, File(file, name))
            arrived = self.size(stored)
        except BackupError:
            with contextlib.suppress(BackupError):
                self.delete(name)
            raise
        if stored != name or arrived != size:
            self.delete(stored)
        if stored != name:
            raise _taken(name)
        if arrived != size:
            raise BackupError(
                "backup_upload_incomplete", storage=self.title, size=size, stored=arrived
            )

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn a storage's errors into ours; those of an object store are of its client's own kind."""
        if self.folder:
            with disk_errors(self.folder):
                yield
            return
        try:
            yield
        except Exception as error:  # no two storages have an error in common
            reason = f"{type(error).__name__}: {error}"
            raise BackupError("backup_storage_failed", storage=self.title, reason=reason) from error


def destination() -> Destination:
    """Return where backups go: the configured storage, else the configured folder."""
    chosen = conf.current()
    storage: Storage
    if chosen.backup_storage in settings.STORAGES:
        storage = storages[chosen.backup_storage]
    else:
        storage = FileSystemStorage(location=chosen.backup_dir)
    local = isinstance(storage, FileSystemStorage)
    return Destination(storage=storage, folder=Path(storage.path("")) if local else None)


def _taken(name: str) -> FileExistsError:
    return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)


def _link(path: Path, target: Path) -> bool:
    """Give the file its final name, unless that is taken; return whether it has it now."""
    try:
        os.link(path, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        return _replace(path, target)
    return True


def _replace(path: Path, target: Path) -> bool:
    """Do the same where hard links are unknown: take the name, then replace what took it."""
    try:
        target.open("xb").close()
    except FileExistsError:
        return False
    path.replace(target)
    return True


def _sync(path: Path) -> None:
    """Have a file, or the names in a folder, written to the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
