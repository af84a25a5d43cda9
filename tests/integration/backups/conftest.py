"""Where backups go in a test, and programs that go wrong in front of the real ones."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from lowcode_async.backups import make_backup
from lowcode_async.models import Backup
from tests.databases import Database

DUMP_TOOLS = {"postgresql": ("pg_dump",), "mysql": ("mariadb-dump", "mysqldump")}
LOAD_TOOLS = {"postgresql": ("psql",), "mysql": ("mariadb", "mysql")}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """The folder that backups go to."""
    folder = tmp_path / "backups"
    storages = {key: value for key, value in settings.STORAGES.items() if key != "lowcode_backups"}
    with override_settings(STORAGES=storages, LOWCODE_BACKUP_DIR=str(folder)):
        yield folder


@pytest.fixture
def backed_up(database: Database) -> Callable[[], Backup]:
    """Makes a backup."""
    return lambda: make_backup(progress=lambda _: None)


@pytest.fixture
def instead(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Path]:
    """Puts a shell script in front of the programs that dump, or load, this database.

    In the script ``$REAL`` is the real program. Returns the folder of the scripts.
    """
    programs = tmp_path / "programs"

    def install(script: str, tools: dict[str, tuple[str, ...]] = DUMP_TOOLS) -> Path:
        programs.mkdir(exist_ok=True)
        for name in tools[database.vendor]:
            path = programs / name
            real = shutil.which(name)
            path.write_text(f"#!/bin/bash\nREAL={real}\nHERE={programs}\n{script}\n")
            path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        return programs

    return install


def nothing_left(folder: Path) -> bool:
    """Return whether a failed attempt has left neither file nor row."""
    files = list(folder.iterdir()) if folder.is_dir() else []
    return not files and not Backup.objects.exists()
