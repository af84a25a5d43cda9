"""Putting the files of an ejected app where they belong, and nothing in the place of others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lowcode_async.errors import EjectionRefused


def write_files(folder: Path, files: Mapping[str, str], *, force: bool = False) -> list[Path]:
    """Write files below `folder`; if one is in the way, none.

    Args:
        folder: the package's; it need not exist.
        files: text by path below it.
        force: whether files of other content are overwritten.

    Returns:
        The paths, in their order.

    Raises:
        EjectionRefused: there are such files, or migrations that follow the first one, or the folder
            cannot be written to.
    """
    later = [each for each in _migrations_in(folder) if f"migrations/{each}" not in files]
    if later:
        raise EjectionRefused("eject_migrations_exist", folder=str(folder), files=later)
    try:
        differing = [each for each, text in files.items() if _differs(folder / each, text)]
        if differing and not force:
            raise EjectionRefused("eject_files_exist", folder=str(folder), files=differing)
        for each, text in files.items():
            path = folder / each
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        reason = error.strerror or str(error)
        raise EjectionRefused("eject_unwritable", folder=str(folder), reason=reason) from error
    return [folder / each for each in files]


def _migrations_in(folder: Path) -> list[str]:
    return sorted(each.name for each in (folder / "migrations").glob("[0-9]*.py"))


def _differs(path: Path, text: str) -> bool:
    return path.exists() and path.read_bytes() != text.encode()
