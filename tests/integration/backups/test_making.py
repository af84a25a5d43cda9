"""A backup that succeeds: what it is, where it stands, and what goes away for it."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import InMemoryStorage, storages
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from lowcode_async.backups import delete_unfinished, destination, make_backup, verify_backup
from lowcode_async.errors import BackupError
from lowcode_async.models import Backup, Upgrade
from tests.databases import Database

IN_MEMORY = {"lowcode_backups": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


def test_the_row_tells_what_the_file_is(database: Database, folder: Path) -> None:
    upgrade = Upgrade.objects.create(model_name="Product", active_model="product", definition={})
    row = make_backup(progress=lambda _: None, upgrade=upgrade)
    content = (folder / row.name).read_bytes()
    assert row.size == len(content)
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert (row.engine, row.upgrade_id) == (database.vendor, upgrade.pk)
    assert row.verified_at is not None
    assert Backup.objects.get().verified_at == row.verified_at
    suffix = "sqlite3" if database.vendor == "sqlite" else "sql"
    assert re.fullmatch(rf"backup_\d{{8}}_\d{{6}}\.{suffix}", row.name)


def test_only_its_owner_may_read_it(folder: Path, backed_up: Callable[[], Backup]) -> None:
    row = backed_up()
    assert (folder / row.name).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_percents_only_go_up_and_end_at_100(database: Database) -> None:
    fill(rows=60_000)
    seen: list[int] = []
    make_backup(progress=seen.append)
    assert seen == sorted(set(seen))
    assert seen[0] == 0
    assert seen[-1] == 100
    assert any(0 < percent < 90 for percent in seen), seen


def test_backups_of_one_second_do_not_overwrite_each_other(
    folder: Path, backed_up: Callable[[], Backup]
) -> None:
    with ThreadPoolExecutor(6) as pool:
        rows = list(pool.map(lambda _: closing(backed_up), range(6)))
    names = {row.name for row in rows}
    assert len(names) == 6
    assert {each.name for each in folder.iterdir()} == names
    for row in rows:
        assert hashlib.sha256((folder / row.name).read_bytes()).hexdigest() == row.sha256


def test_a_name_that_a_file_without_row_has_is_not_taken(
    folder: Path, backed_up: Callable[[], Backup]
) -> None:
    first = backed_up()
    strangers = []
    for second in range(30):
        moment = first.created_at + timedelta(seconds=second)
        path = folder / f"backup_{moment:%Y%m%d_%H%M%S}{Path(first.name).suffix}"
        if not path.exists():
            path.write_text("somebody's")
            strangers.append(path)
    row = backed_up()
    assert re.search(r"_\d{6}_\d+\.", row.name)
    assert all(path.read_text() == "somebody's" for path in strangers)


def test_the_oldest_beyond_the_retention_are_deleted(
    folder: Path, backed_up: Callable[[], Backup]
) -> None:
    with override_settings(LOWCODE_BACKUP_RETENTION=2):
        rows = [backed_up() for _ in range(4)]
    kept = [row.name for row in rows[-2:]]
    assert list(Backup.objects.order_by("pk").values_list("name", flat=True)) == kept
    assert {each.name for each in folder.iterdir()} == set(kept)


def test_retention_keeps_the_new_one_even_when_its_clock_is_behind(
    folder: Path, backed_up: Callable[[], Backup]
) -> None:
    old = backed_up()
    Backup.objects.update(created_at=timezone.now() + timedelta(days=1))
    with override_settings(LOWCODE_BACKUP_RETENTION=1):
        new = backed_up()
    assert not (folder / old.name).exists()
    assert (folder / new.name).exists()


def test_retention_keeps_the_backup_of_an_upgrade_under_way(
    folder: Path, database: Database
) -> None:
    upgrade = Upgrade.objects.create(model_name="A", active_model="a", definition={})
    with override_settings(LOWCODE_BACKUP_RETENTION=1):
        row = make_backup(progress=lambda _: None, upgrade=upgrade)
        make_backup(progress=lambda _: None)
        assert (folder / row.name).exists()
        Upgrade.objects.update(active_model=None)
        make_backup(progress=lambda _: None)
    assert not (folder / row.name).exists()


def test_retention_nought_keeps_all(folder: Path, backed_up: Callable[[], Backup]) -> None:
    with override_settings(LOWCODE_BACKUP_RETENTION=0):
        for _ in range(3):
            backed_up()
    assert len(list(folder.iterdir())) == 3


def test_what_a_dead_attempt_reserved_is_removed(
    folder: Path, backed_up: Callable[[], Backup]
) -> None:
    backed_up()
    reserved = {"engine": "sqlite", "size": 1, "sha256": ""}
    Backup.objects.create(name="dead", **reserved)
    Backup.objects.filter(name="dead").update(created_at=timezone.now() - timedelta(days=1))
    Backup.objects.create(name="living", **reserved)
    backed_up()
    assert unfinished() == {"living"}


def test_what_an_upgrade_has_left_that_is_beyond_its_backup_is_removed(
    database: Database, folder: Path
) -> None:
    folder.mkdir()
    stages = {"at it": "backup", "beyond": "migrate", "ended": "backup"}
    for name, stage in stages.items():
        active = None if name == "ended" else name
        upgrade = Upgrade.objects.create(
            model_name=name, active_model=active, definition={}, stage=stage
        )
        Backup.objects.create(name=name, upgrade=upgrade, engine="sqlite", size=1, sha256="")
        (folder / name).write_text("whole, but nobody knows")
    Backup.objects.create(
        name="whole",
        upgrade=upgrade,
        engine="sqlite",
        size=1,
        sha256="",
        verified_at=timezone.now(),
    )
    delete_unfinished(destination())
    assert unfinished() == {"at it"}
    assert {each.name for each in folder.iterdir()} == {"at it"}
    assert Backup.objects.filter(name="whole").exists()


def unfinished() -> set[str]:
    """Return the names that are reserved only."""
    return set(Backup.objects.filter(verified_at=None).values_list("name", flat=True))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_killed_process_leaves_nothing_but_what_the_next_removes(
    database: Database, folder: Path, backed_up: Callable[[], Backup]
) -> None:
    fill(rows=50_000)
    program = (
        "import django; django.setup()\n"
        "from lowcode_async.backups import make_backup\n"
        "def progress(percent):\n"
        "    if percent > 10: print('now', flush=True); input()\n"
        "make_backup(progress=progress)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment(database, folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        partial = list(folder.iterdir())
        assert [each.is_dir() for each in partial] == [True]
        row = backed_up()  # another attempt leaves a living one alone
        assert partial[0].exists()
        process.kill()
    row2 = backed_up()
    assert {each.name for each in folder.iterdir()} == {row.name, row2.name}


def test_a_storage_that_is_no_folder_gets_the_same_file(database: Database, folder: Path) -> None:
    with override_settings(STORAGES=storages.backends | IN_MEMORY):
        row = make_backup(progress=lambda _: None)
        storage = storages["lowcode_backups"]
        with storage.open(row.name) as file:
            assert hashlib.sha256(file.read()).hexdigest() == row.sha256
        verify_backup(row)
        second = make_backup(progress=lambda _: None)
        assert second.name != row.name
        with override_settings(LOWCODE_BACKUP_RETENTION=1):
            third = make_backup(progress=lambda _: None)
        assert storage.listdir("")[1] == [third.name]
    assert not folder.exists()


class BrokenStorage(InMemoryStorage):
    """Stores the first half of every file; a network that breaks off."""

    def _save(self, name: str, content: object) -> str:
        stored: str = super()._save(name, content)
        with self.open(stored, "r+b") as file:
            file.truncate(100)
        return stored


class RefusingStorage(InMemoryStorage):
    """Takes no file, for a reason of its own."""

    def _save(self, name: str, content: object) -> str:
        raise ConnectionResetError("the bucket is on fire")


@pytest.mark.parametrize(
    ("kind", "code"),
    [(BrokenStorage, "backup_upload_incomplete"), (RefusingStorage, "backup_storage_failed")],
)
def test_a_storage_that_fails_gets_no_row_and_no_file(
    database: Database, kind: type[InMemoryStorage], code: str
) -> None:
    broken = {"lowcode_backups": {"BACKEND": f"{__name__}.{kind.__name__}"}}
    with override_settings(STORAGES=storages.backends | broken):
        with pytest.raises(BackupError) as caught:
            make_backup(progress=lambda _: None)
        assert caught.value.code == code
        assert storages["lowcode_backups"].listdir("")[1] == []
    assert not Backup.objects.exists()


def test_a_damaged_backup_does_not_verify(folder: Path, backed_up: Callable[[], Backup]) -> None:
    row = backed_up()
    assert verify_backup(row.name).pk == row.pk
    with (folder / row.name).open("r+b") as file:
        file.seek(200)
        file.write(b"x")
    with pytest.raises(BackupError) as caught:
        verify_backup(row)
    assert caught.value.code == "backup_checksum_mismatch"
    (folder / row.name).unlink()
    with pytest.raises(BackupError) as caught:
        verify_backup(row)
    assert caught.value.code == "backup_not_found"


def fill(*, rows: int, width: int = 100) -> None:
    """Make a table of so many rows with a text of `width` characters each."""
    batch = min(rows, max(1, 1_000_000 // width))
    with transaction.atomic(), connection.cursor() as cursor:
        kind = "longtext" if connection.vendor == "mysql" else "text"
        cursor.execute(f"CREATE TABLE dynamic_filler (id integer PRIMARY KEY, pad {kind})")
        for start in range(0, rows, batch):
            numbers = range(start, min(start + batch, rows))
            values = ", ".join(f"({number}, '{'x' * width}')" for number in numbers)
            cursor.execute(f"INSERT INTO dynamic_filler VALUES {values}")


def closing(function: Callable[[], Backup]) -> Backup:
    """Call a function in a thread, and close the thread's connection."""
    try:
        return function()
    finally:
        connection.close()


def environment(database: Database, folder: Path) -> dict[str, str]:
    """Return the environment of a process of the site on this database."""
    import os

    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "asgi_site.settings",
        "DEBUG": "1",
        "DATABASE_URL": database.url,
        "BACKUP_DIR": str(folder),
    }
