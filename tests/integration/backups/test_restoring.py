"""What a restore refuses, what it does when it fails, and what is true of the plugin's rows after it."""

from __future__ import annotations

import datetime
import gzip
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from django.utils import timezone, translation

from lowcode_async.backups import make_backup, restore_backup
from lowcode_async.errors import BackupError
from lowcode_async.models import Backup, Counter, Process, Upgrade, UpgradeEvent
from tests.databases import Database
from tests.integration.backups.conftest import LOAD_TOOLS
from tests.integration.backups.content import everything
from tests.integration.backups.test_making import environment
from tests.servers.base import wait_for

WITH_TOOLS = pytest.mark.parametrize("database", ["postgresql", "mysql"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
ON_MYSQL = pytest.mark.parametrize("database", ["mysql"], indirect=True)
OTHERS = {
    "sqlite": b"-- MariaDB dump 10.19  Distrib 10.11\n\n-- Dump completed on 2025-01-01\n",
    "postgresql": b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n-- Dump completed\n",
    "mysql": b"--\n-- PostgreSQL database dump\n--\n\n-- PostgreSQL database dump complete\n--\n",
}


@pytest.fixture
def rows(database: Database) -> None:
    """A table with a row."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE dynamic_product (id integer PRIMARY KEY, name text)")
        cursor.execute("INSERT INTO dynamic_product VALUES (1, 'before')")


def refusal(*args: Any, **options: Any) -> BackupError:
    """Restore a backup, which is refused, and make sure that nothing has changed."""
    before = everything(plugin=True)
    with pytest.raises(BackupError) as caught:
        restore_backup(*args, **options)
    connection.close()
    assert everything(plugin=True) == before
    assert caught.value.sentence("zh")
    assert caught.value.sentence("en")
    return caught.value


def test_a_backup_that_is_not_there_is_refused(database: Database, folder: Path) -> None:
    assert refusal("backup_20250101_000000.sql").code == "backup_not_found"
    assert refusal("/nowhere/at/all.sql").code == "backup_not_found"
    row = make_backup(progress=lambda _: None)
    (folder / row.name).unlink()
    assert refusal(row).code == "backup_not_found"


def test_a_changed_file_is_refused(
    folder: Path, rows: None, backed_up: Callable[[], Backup]
) -> None:
    row = backed_up()
    path = folder / row.name
    path.write_bytes(path.read_bytes().replace(b"before", b"befOre"))
    assert refusal(row, accept_unknown_checksum=True).code == "backup_checksum_mismatch"


def test_a_file_that_no_row_knows_needs_to_be_accepted(
    database: Database, folder: Path, rows: None, tmp_path: Path
) -> None:
    row = make_backup(progress=lambda _: None)
    before = everything()
    elsewhere = tmp_path / "from 'elsewhere' 备份.sql"
    shutil.copy(folder / row.name, elsewhere)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dynamic_product SET name = 'after'")
    error = refusal(elsewhere)
    assert error.code == "backup_checksum_unknown"
    assert error.params["actual"] == row.sha256
    Upgrade.objects.create(model_name="A", active_model="a", definition={})
    restored = restore_backup(elsewhere, accept_unknown_checksum=True)
    assert restored.name == elsewhere.name
    assert everything() == before


def test_a_path_into_the_folder_is_the_backup_of_that_name(
    folder: Path, rows: None, backed_up: Callable[[], Backup]
) -> None:
    row = backed_up()
    assert restore_backup(folder / row.name).name == row.name


def test_a_backup_of_another_database_is_refused(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "other.sql"
    path.write_bytes(OTHERS[database.vendor])
    error = refusal(path, accept_unknown_checksum=True)
    assert error.code == "backup_wrong_engine"
    assert error.params["engine"] != error.params["database"]


def test_a_backup_whose_row_names_another_database_is_refused(
    database: Database, backed_up: Callable[[], Backup]
) -> None:
    row = backed_up()
    Backup.objects.update(engine="oracle")
    assert refusal(row.name).code == "backup_wrong_engine"


def test_what_is_no_backup_at_all_is_refused(database: Database, tmp_path: Path) -> None:
    for number, content in enumerate(
        (b"", b"SELECT 1", gzip.compress(b"-- PostgreSQL database dump"))
    ):
        path = tmp_path / f"{number}.sql"
        path.write_bytes(content)
        assert refusal(path, accept_unknown_checksum=True).code == "backup_unrecognized"


def test_half_a_backup_is_refused(
    database: Database, folder: Path, rows: None, tmp_path: Path
) -> None:
    row = make_backup(progress=lambda _: None)
    half = tmp_path / "half.sql"
    content = (folder / row.name).read_bytes()
    half.write_bytes(content[: len(content) // 2])
    expected = "backup_corrupt" if database.vendor == "sqlite" else "backup_incomplete"
    assert refusal(half, accept_unknown_checksum=True).code == expected


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_copied_file_whose_newest_rows_are_still_in_the_wal_is_refused(
    database: Database, rows: None, tmp_path: Path
) -> None:
    for suffix in ("", "-wal"):
        shutil.copy(f"{database.settings['NAME']}{suffix}", tmp_path / f"copy.sqlite3{suffix}")
    error = refusal(tmp_path / "copy.sqlite3", accept_unknown_checksum=True)
    assert error.code == "backup_has_wal"


def test_a_restore_is_refused_while_a_worker_is_at_work(
    database: Database, backed_up: Callable[[], Backup]
) -> None:
    row = backed_up()
    now = timezone.now()
    upgrade = Upgrade.objects.create(
        model_name="Product",
        active_model="product",
        definition={},
        lease=uuid4(),
        lease_until=now + datetime.timedelta(minutes=1),
    )
    error = refusal(row)
    assert error.code == "restore_upgrade_running"
    assert error.params == {"model": "Product", "task_id": str(upgrade.pk)}
    Upgrade.objects.update(lease_until=now - datetime.timedelta(minutes=1))
    restore_backup(row)


def test_the_state_before_a_restore_is_backed_up(
    database: Database, rows: None, backed_up: Callable[[], Backup]
) -> None:
    row = backed_up()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dynamic_product SET name = 'after'")
    after = everything()
    safety = restore_backup(row).safety_backup
    assert safety is not None
    assert everything() != after
    restore_backup(safety)
    assert everything() == after


def test_the_backup_to_be_restored_outlives_its_safety_backup(
    database: Database, folder: Path, backed_up: Callable[[], Backup]
) -> None:
    row = backed_up()
    with override_settings(LOWCODE_BACKUP_RETENTION=1):
        restore_backup(row)
    assert (folder / row.name).exists()


def test_an_upgrade_that_the_backup_was_made_for_has_failed(
    database: Database, backed_up: Callable[[], Backup]
) -> None:
    Counter.objects.update_or_create(name=Counter.Name.EVENT, defaults={"value": 5})
    state = {
        "model_name": "Product",
        "active_model": "product",
        "definition": {},
        "lease": uuid4(),
        "lease_until": timezone.now() - datetime.timedelta(hours=1),
        "handover": {"a": 1},
        "state": Upgrade.State.RUNNING,
        "stage": Upgrade.Stage.BACKUP,
        "last_sequence": 3,
    }
    running = Upgrade.objects.create(**state)
    queued = Upgrade.objects.create(
        **{**state, "active_model": "other", "state": Upgrade.State.QUEUED, "last_sequence": 1}
    )
    done = Upgrade.objects.create(
        **{**state, "active_model": None, "state": Upgrade.State.SUCCEEDED, "lease": None}
    )
    row = make_backup(progress=lambda _: None, upgrade=running)
    Counter.objects.filter(name=Counter.Name.EVENT).update(value=9)
    Upgrade.objects.update(state=Upgrade.State.SUCCEEDED, active_model=None, lease=None)
    restore_backup(row)
    for upgrade in (running, queued):
        sequence = upgrade.last_sequence + 1
        upgrade.refresh_from_db()
        assert (upgrade.state, upgrade.error_code) == ("failed", "restored_from_backup")
        assert upgrade.error_params == {"backup": row.name}
        assert (upgrade.active_model, upgrade.lease, upgrade.lease_until) == (None, None, None)
        assert upgrade.handover is None
        assert upgrade.finished_at is not None
        assert abs(timezone.now() - upgrade.finished_at) < datetime.timedelta(minutes=5)
        assert upgrade.last_sequence == sequence
        event = upgrade.events.get()
        assert (event.sequence, event.kind) == (sequence, "upgrade.failed")
        assert event.payload == {"code": "restored_from_backup", "params": {"backup": row.name}}
    done.refresh_from_db()
    assert done.state == Upgrade.State.SUCCEEDED
    positions = UpgradeEvent.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == [10, 11]
    assert Counter.objects.get(name=Counter.Name.EVENT).value == 11
    assert Backup.objects.get(name=row.name).upgrade_id == running.pk


@pytest.mark.parametrize(("restored", "live", "after"), [(7, 9, 10), (9, 7, 10), (None, 7, 8)])
def test_the_generation_goes_beyond_both(
    database: Database,
    backed_up: Callable[[], Backup],
    restored: int | None,
    live: int,
    after: int,
) -> None:
    Counter.objects.all().delete()
    if restored is not None:
        Counter.objects.create(name=Counter.Name.GENERATION, value=restored)
    row = backed_up()
    Counter.objects.update_or_create(name=Counter.Name.GENERATION, defaults={"value": live})
    restore_backup(row)
    assert Counter.objects.get(name=Counter.Name.GENERATION).value == after


def test_backups_and_processes_are_those_there_are(
    database: Database, folder: Path, backed_up: Callable[[], Backup]
) -> None:
    now = timezone.now()
    common = {"kind": "web", "host": "a'b\\c", "pid": 1, "started_at": now, "last_seen_at": now}
    gone = backed_up()
    Process.objects.create(**common)
    row = backed_up()
    Process.objects.all().delete()
    alive = Process.objects.create(**common, restart_requested=uuid4())
    newer = backed_up()
    Backup.objects.filter(name=gone.name).delete()
    (folder / gone.name).unlink()
    restored = restore_backup(row)
    names = [row.name, newer.name, restored.safety_backup]
    assert list(Backup.objects.order_by("created_at").values_list("name", flat=True)) == names
    kept = Backup.objects.get(name=newer.name)
    assert (kept.sha256, kept.created_at) == (newer.sha256, newer.created_at)
    process = Process.objects.get()
    assert (process.pk, process.restart_requested) == (alive.pk, None)


def test_a_backup_behind_the_code_says_so(
    database: Database, backed_up: Callable[[], Backup]
) -> None:
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app="authtoken").delete()
    recorder.record_applied("auth", "9999_from_the_future")
    try:
        restored = restore_backup(backed_up())
    finally:
        call_command("migrate", "authtoken", fake=True, verbosity=0)
        recorder.record_unapplied("auth", "9999_from_the_future")
    codes = {each["code"]: each["params"] for each in restored.warnings}
    assert set(codes) == {"restored_behind_code", "restored_ahead_of_code"}
    assert "authtoken.0001_initial" in codes["restored_behind_code"]["names"]
    assert codes["restored_ahead_of_code"] == {"count": 1, "names": "auth.9999_from_the_future"}


@ON_POSTGRESQL
def test_a_restore_that_fails_halfway_has_changed_nothing(
    database: Database, folder: Path, rows: None, tmp_path: Path
) -> None:
    row = make_backup(progress=lambda _: None)
    broken = tmp_path / "broken.sql"
    content = (folder / row.name).read_bytes()
    mark = b"-- PostgreSQL database dump complete"
    broken.write_bytes(content.replace(mark, b"SELECT no_such_function();\n" + mark))
    error = refusal(broken, accept_unknown_checksum=True, safety_backup=False)
    assert error.code == "restore_failed"
    assert "no_such_function" in str(error.params["detail"])


@ON_MYSQL
def test_a_restore_that_fails_halfway_is_undone(
    database: Database, folder: Path, rows: None, tmp_path: Path
) -> None:
    row = make_backup(progress=lambda _: None)
    broken = tmp_path / "broken.sql"
    content = (folder / row.name).read_bytes()
    broken.write_bytes(content.replace(b"-- Dump completed", b"no such word;\n-- Dump completed"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dynamic_product SET name = 'after'")
    before = everything()
    with pytest.raises(BackupError) as caught:
        restore_backup(broken, accept_unknown_checksum=True)
    assert caught.value.code == "restore_failed_undone"
    assert everything() == before
    assert Backup.objects.filter(name=caught.value.params["safety"]).exists()
    assert Backup.objects.filter(name=row.name).exists()


@ON_MYSQL
def test_a_restore_that_cannot_be_undone_says_that_the_database_is_incomplete(
    database: Database, rows: None, instead: Callable[..., Path], backed_up: Callable[[], Backup]
) -> None:
    row = backed_up()
    programs = instead("exit 1", LOAD_TOOLS)
    with pytest.raises(BackupError) as caught:
        restore_backup(row)
    assert caught.value.code == "restore_failed_halfway"
    safety = str(caught.value.params["safety"])
    assert safety in caught.value.sentence("zh")
    shutil.rmtree(programs)
    restore_backup(safety, accept_unknown_checksum=True)
    assert "dynamic_product" in connection.introspection.table_names()


@WITH_TOOLS
def test_a_missing_program_is_noticed_before_anything_changes(
    database: Database, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make_backup(progress=lambda _: None)
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path))
        assert refusal(row).code == "backup_tool_missing"


@WITH_TOOLS
def test_the_password_is_not_on_the_command_line_of_a_restore(
    database: Database, instead: Callable[..., Path], backed_up: Callable[[], Backup]
) -> None:
    row = backed_up()
    programs = instead(
        'cat /proc/$$/cmdline >> $HERE/seen; env >> $HERE/seen; exec "$REAL" "$@"', LOAD_TOOLS
    )
    restore_backup(row)
    seen = (programs / "seen").read_bytes().decode(errors="replace")
    assert str(programs) in seen
    assert "s3cr" not in seen


@WITH_TOOLS
def test_tables_that_stay_in_use_are_left_as_they_are(
    database: Database, rows: None, backed_up: Callable[[], Backup], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lowcode_async.backups.postgresql.LOCK_TIMEOUT", 1)
    monkeypatch.setattr("lowcode_async.backups.postgresql.ATTEMPTS", 2)
    monkeypatch.setattr("lowcode_async.backups.mysql.LOCK_TIMEOUT", 1)
    row = backed_up()
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE dynamic_product SET name = 'busy'")
        with pytest.raises(BackupError) as caught:
            restore_backup(row)
        other.rollback()
    finally:
        other.close()
    assert caught.value.code == "restore_locked"
    assert everything()["dynamic_product"][1] == ["(1, 'before')"]


class TestCommand:
    """``manage.py lowcode_restore``."""

    def test_it_restores_and_tells_what_it_did(
        self, database: Database, rows: None, backed_up: Callable[[], Backup]
    ) -> None:
        row = backed_up()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE dynamic_product SET name = 'after'")
        with translation.override("en"):
            told = command(row.name, "--yes")
        assert f"Restored from the backup {row.name}" in told
        assert "The state before the restore is kept as backup_" in told
        assert everything()["dynamic_product"][1] == ["(1, 'before')"]

    def test_it_asks_first(
        self,
        database: Database,
        rows: None,
        backed_up: Callable[[], Backup],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        row = backed_up()
        asked: list[str] = []
        for answer in ("no", ""):
            monkeypatch.setattr("builtins.input", lambda text, a=answer: asked.append(text) or a)
            assert "已取消" in command(row.name)
        assert row.name in asked[0]
        assert Backup.objects.count() == 1
        monkeypatch.setattr("builtins.input", lambda _text: "yes")
        assert "已从备份" in command(row.name, "--no-safety-backup")
        assert Backup.objects.count() == 1

    def test_it_lists_what_there_is(
        self, database: Database, folder: Path, backed_up: Callable[[], Backup]
    ) -> None:
        assert str(folder) in command("--list")
        row = backed_up()
        (folder / "backup_20200101_000000.sql").write_text("?")
        first, second = command("--list").splitlines()
        assert first.split("\t") == ["backup_20200101_000000.sql", "1 B", "?"]
        assert second.startswith(row.name)
        assert row.sha256 in second

    def test_a_refusal_is_a_sentence(self, database: Database) -> None:
        with pytest.raises(CommandError, match=r"找不到备份 backup_1\.sql"):
            command("backup_1.sql", "--no-input")
        with pytest.raises(CommandError, match="--list"):
            command()

    def test_an_unknown_checksum_is_accepted_by_an_option(
        self, database: Database, backed_up: Callable[[], Backup]
    ) -> None:
        row = backed_up()
        Backup.objects.all().delete()
        with pytest.raises(CommandError, match="--accept-unknown-checksum"):
            command(row.name, "--yes")
        command(row.name, "--yes", "--accept-unknown-checksum")


def command(*args: str) -> str:
    """Run the command and return what it said."""
    out = StringIO()
    call_command("lowcode_restore", *args, stdout=out, no_color=True)
    return out.getvalue()


@ON_POSTGRESQL
@pytest.mark.parametrize(
    "psql",
    [
        pytest.param(
            'kill -9 $PPID; while kill -0 $PPID; do sleep 0.05; done; "$REAL" "$@"', id="begun"
        ),
        pytest.param('"$REAL" "$@" | (head -c 1 > $HERE/asked; kill -9 $PPID)', id="done"),
    ],
)
def test_a_restore_that_is_killed_while_psql_works_has_changed_nothing(
    database: Database,
    folder: Path,
    rows: None,
    instead: Callable[..., Path],
    tmp_path: Path,
    psql: str,
) -> None:
    row = make_backup(progress=lambda _: None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dynamic_product SET name = 'after'")
    before = everything(plugin=True)
    programs = instead(f"{psql}; echo > $HERE/ended", LOAD_TOOLS)
    arguments = ["-m", "django", "lowcode_restore", row.name, "--yes", "--no-safety-backup"]
    # Where no other attempt removes what the dead one has left: psql reads its password there.
    env = {**environment(database, folder), "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, *arguments], env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    wait_for((programs / "ended").read_text, seconds=60)
    assert everything(plugin=True) == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_restore_killed_before_it_writes_has_changed_nothing(
    database: Database, folder: Path, rows: None
) -> None:
    row = make_backup(progress=lambda _: None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dynamic_product SET name = 'after'")
    before = everything(plugin=True)
    program = (
        "import django, os, signal; django.setup()\n"
        "from lowcode_async.backups import restore_backup\n"
        "def progress(percent):\n"
        "    if percent > 60: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"restore_backup({row.name!r}, progress=progress, safety_backup=False)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(database, folder), check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert everything(plugin=True) == before
    home = Path(str(database.settings["NAME"])).parent
    assert list(home.glob(".lowcode_partial_*"))
    restore_backup(row)
    assert not list(home.glob(".lowcode_partial_*"))
    assert everything()["dynamic_product"][1] == ["(1, 'before')"]
