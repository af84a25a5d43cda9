"""A backup is proven by restoring it, and by nothing else."""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from lowcode_async.backups import make_backup, restore_backup
from lowcode_async.errors import BackupError
from lowcode_async.models import Backup
from tests.databases import Database, pointed_at, settings_of
from tests.integration.backups.content import everything, make_hard_rows, remove_all

WRITER = """
import sys, django
django.setup()
from django.db import connection, transaction
first = True
while True:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE dynamic_left SET total = total + 1")
        cursor.execute("UPDATE dynamic_right SET total = total + 1")
    if first:
        print("writing", flush=True)
        first = False
"""


@pytest.fixture
def hard_rows(database: Database) -> Iterator[None]:
    """Rows, and more than rows, that are hard to carry over."""
    make_hard_rows()
    yield
    remove_all()


@contextmanager
def scratch(database: Database, tmp_path: Path) -> Iterator[None]:
    """Point Django at an empty database beside this one."""
    name = f"scratch_{secrets.token_hex(4)}"
    if database.server is None:
        with pointed_at(settings_of(f"sqlite:///{tmp_path / name}")):
            yield
        return
    url = database.server.create_database(name)  # type: ignore[attr-defined]
    try:
        with pointed_at(settings_of(url)):
            yield
    finally:
        database.server.drop_database(name)  # type: ignore[attr-defined]


def test_an_empty_database_becomes_what_was_backed_up(
    database: Database, folder: Path, tmp_path: Path, hard_rows: None
) -> None:
    before = everything()
    row = make_backup(progress=lambda _: None)
    with scratch(database, tmp_path):
        restored = restore_backup(folder / row.name, accept_unknown_checksum=True)
        assert everything() == before
    assert restored.safety_backup is None
    assert restored.warnings == ()


def test_a_database_of_somebody_elses_is_not_replaced_without_being_told(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    before = everything()
    row = make_backup(progress=lambda _: None)
    with scratch(database, tmp_path):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE strange (id integer PRIMARY KEY)")
        path = folder / row.name
        with pytest.raises(BackupError) as caught:
            restore_backup(path, accept_unknown_checksum=True)
        assert caught.value.code == "restore_unmigrated"
        assert connection.introspection.table_names() == ["strange"]
        restore_backup(path, accept_unknown_checksum=True, safety_backup=False)
        assert everything() == before


def test_the_same_database_becomes_what_it_was(
    database: Database, backed_up: Callable[[], Backup], hard_rows: None
) -> None:
    before = everything()
    row = backed_up()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dynamic_hard SET text = 'changed'")
        cursor.execute("ALTER TABLE dynamic_hard DROP COLUMN price")
        cursor.execute("DROP VIEW dynamic_view")
        cursor.execute(
            "CREATE TABLE dynamic_later "
            "(id integer PRIMARY KEY, hard_id bigint REFERENCES dynamic_hard (id))"
        )
        cursor.execute("CREATE VIEW dynamic_later_view AS SELECT id FROM dynamic_hard")
    assert everything() != before
    restore_backup(row)
    assert everything() == before


def test_a_row_added_after_a_restore_gets_a_new_id(
    database: Database, backed_up: Callable[[], Backup], hard_rows: None
) -> None:
    row = backed_up()
    restore_backup(row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM dynamic_hard")
        (newest,) = cursor.fetchone()
        cursor.execute("INSERT INTO dynamic_hard (flag, text) VALUES (%s, 'new')", [True])
        cursor.execute("SELECT id FROM dynamic_hard WHERE text = 'new'")
        assert cursor.fetchone() == (newest + 1,)


def test_a_backup_under_writers_is_of_one_moment(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    with connection.cursor() as cursor:
        for side in ("left", "right"):
            cursor.execute(f"CREATE TABLE dynamic_{side} (id integer PRIMARY KEY, total integer)")
            cursor.execute(f"INSERT INTO dynamic_{side} VALUES (1, 0)")
        cursor.execute("CREATE TABLE dynamic_middle (id integer PRIMARY KEY, pad text)")
        values = ", ".join(f"({number}, '{'x' * 200}')" for number in range(4000))
        cursor.execute(f"INSERT INTO dynamic_middle VALUES {values}")
    with writers(database, folder):
        rows = [make_backup(progress=lambda _: None) for _ in range(4)]
    totals = []
    for row in rows:
        with scratch(database, tmp_path):
            restore_backup(folder / row.name, accept_unknown_checksum=True)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT l.total, r.total FROM dynamic_left l, dynamic_right r, "
                    "(SELECT count(*) AS n FROM dynamic_middle) m WHERE m.n = 4000"
                )
                left, right = cursor.fetchone()
        assert left == right
        totals.append(left)
    assert totals == sorted(totals)
    assert totals[-1] > totals[0] > 0, "nobody wrote meanwhile"


@contextmanager
def writers(database: Database, folder: Path) -> Iterator[None]:
    """Two other processes that write, for the length of a block."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "asgi_site.settings",
        "DEBUG": "1",
        "DATABASE_URL": database.url,
        "BACKUP_DIR": str(folder),
    }
    started = [
        subprocess.Popen([sys.executable, "-c", WRITER], env=environment, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == b"writing\n"
        yield
        assert all(process.poll() is None for process in started), "a writer has died"
    finally:
        for process in started:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_only_in_the_wal_is_in_the_backup(
    database: Database, folder: Path, backed_up: Callable[[], Backup]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("CREATE TABLE dynamic_new (id integer PRIMARY KEY)")
        cursor.execute("INSERT INTO dynamic_new VALUES (7)")
    row = backed_up()
    copy = sqlite3.connect(f"{(folder / row.name).as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        assert copy.execute("SELECT id FROM dynamic_new").fetchall() == [(7,)]
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    finally:
        copy.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_other_connections_stay_open_and_see_the_restored_rows(
    database: Database, backed_up: Callable[[], Backup]
) -> None:
    other = sqlite3.connect(str(database.settings["NAME"]), isolation_level=None)
    try:
        row = backed_up()
        other.execute("CREATE TABLE dynamic_later (id integer PRIMARY KEY)")
        restore_backup(row)
        names = other.execute("SELECT name FROM sqlite_schema WHERE name = 'dynamic_later'")
        assert names.fetchall() == []
        other.execute("CREATE TABLE dynamic_later (id integer PRIMARY KEY)")
    finally:
        other.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_backup_with_another_page_size_goes_into_a_wal_file(
    database: Database, folder: Path
) -> None:
    row = make_backup(progress=lambda _: None)
    other = folder / "other.sqlite3"
    copy = sqlite3.connect(folder / row.name, isolation_level=None)
    copy.execute("PRAGMA page_size = 8192")
    copy.execute("VACUUM INTO ?", (str(other),))
    copy.close()
    restore_backup(other, accept_unknown_checksum=True)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_size")
        assert cursor.fetchone() == (4096,)
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchone() == ("ok",)


@pytest.mark.parametrize("database", ["mysql"], indirect=True)
def test_a_table_altered_meanwhile_is_dumped_again(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE aaa_large (id integer PRIMARY KEY, pad text)")
        for start in range(0, 60_000, 10_000):
            rows = ", ".join(
                f"({number}, '{'x' * 200}')" for number in range(start, start + 10_000)
            )
            cursor.execute(f"INSERT INTO aaa_large VALUES {rows}")
        cursor.execute("CREATE TABLE zzz_small (id integer PRIMARY KEY)")
        cursor.execute("INSERT INTO zzz_small VALUES (1)")
    altered: list[int] = []

    def alter(percent: int) -> None:
        if percent > 5 and not altered:  # the dump waits for us, since its pipe is full
            altered.append(percent)
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE zzz_small ADD COLUMN note text")

    with override_settings(LOWCODE_BACKUP_TIMEOUT=100):
        row = make_backup(progress=alter)
    assert altered
    with scratch(database, tmp_path):
        restore_backup(folder / row.name, accept_unknown_checksum=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, note FROM zzz_small")
            assert cursor.fetchall() == ((1, None),)
