"""A backup that fails: it says why, and leaves nothing behind."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.test import override_settings

from lowcode_async.backups import make_backup
from lowcode_async.errors import BackupError
from lowcode_async.models import Backup
from tests.databases import Database, close_connections, close_pool
from tests.integration.backups.conftest import nothing_left
from tests.integration.backups.test_making import environment, fill
from tests.servers.base import wait_for

WITH_TOOLS = pytest.mark.parametrize("database", ["postgresql", "mysql"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SPOILED = {
    "postgresql": (
        'pg_dump: error: query failed: ERROR:  relation "public.dynamic_pen" does not exist',
        "pg_dump: error: query failed: ERROR:  could not open relation with OID 16412",
        "pg_dump: error: query failed: ERROR:  cache lookup failed for index 16420",
    ),
    "mysql": (
        "mariadb-dump: Error 1412: Table definition has changed, please retry transaction when "
        "dumping table `dynamic_pen` at row: 0",
        "mariadb-dump: Couldn't execute 'show create table `dynamic_pen`': Table "
        "'site.dynamic_pen' doesn't exist (1146)",
        "mariadb-dump: Couldn't execute 'SELECT /*!40001 SQL_NO_CACHE */ `id`, `age` FROM "
        "`dynamic_pen`': Unknown column 'age' in 'SELECT' (1054)",
        "mysqldump: Error in field count for table: `dynamic_pen` !  Aborting.",
    ),
}
"""What the programs say when a table was altered while they dumped."""


def failure() -> BackupError:
    """Make a backup, which fails."""
    with pytest.raises(BackupError) as caught:
        make_backup(progress=lambda _: None)
    assert caught.value.sentence("zh")
    assert caught.value.sentence("en")
    return caught.value


@WITH_TOOLS
def test_a_missing_program_says_what_to_install(
    database: Database, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    error = failure()
    assert error.code == "backup_tool_missing"
    mysql = "mariadb" if getattr(connection, "mysql_is_mariadb", True) else "mysql"
    expected = {"postgresql": "postgresql-client-15", "mysql": f"{mysql}-client"}
    assert expected[database.vendor] in error.sentence("zh")
    assert nothing_left(folder)


@WITH_TOOLS
def test_a_program_that_fails_is_quoted(folder: Path, instead: Callable[..., Path]) -> None:
    instead('[ "$1" = --version ] && exec "$REAL" "$@"; echo "no way" >&2; exit 3')
    error = failure()
    assert error.code == "backup_tool_failed"
    assert (error.params["exit_code"], error.params["detail"]) == (3, "no way")
    assert nothing_left(folder)


@WITH_TOOLS
def test_a_dump_that_a_change_of_structure_has_spoiled_is_made_again(
    database: Database, folder: Path, instead: Callable[..., Path]
) -> None:
    said = SPOILED[database.vendor]
    programs = instead(
        '[ "$1" = --version ] && exec "$REAL" "$@"\n'
        "echo >> $HERE/tries; number=$(wc -l < $HERE/tries)\n"
        '[ $number -gt $(wc -l < $HERE/said) ] && exec "$REAL" "$@"\n'
        "echo half; sed -n ${number}p $HERE/said >&2; exit 1"
    )
    (programs / "said").write_text("".join(f"{each}\n" for each in said))
    row = make_backup(progress=lambda _: None)
    assert not (folder / row.name).read_text().startswith("half")
    assert (programs / "tries").read_text() == "\n" * (len(said) + 1)
    Backup.objects.all().delete()
    (folder / row.name).unlink()

    (programs / "said").write_text(f"{said[0]}\n" * 100)
    assert failure().code == "backup_schema_changed"
    assert nothing_left(folder)


@WITH_TOOLS
def test_a_program_killed_halfway_leaves_nothing(
    folder: Path, instead: Callable[..., Path]
) -> None:
    instead('[ "$1" = --version ] && exec "$REAL" "$@"; "$REAL" "$@" | head -c 3000; kill -9 $$')
    error = failure()
    assert error.code == "backup_tool_failed"
    assert error.params["exit_code"] == -signal.SIGKILL
    assert nothing_left(folder)


@WITH_TOOLS
def test_a_dump_cut_short_is_no_backup_whatever_the_exit_code(
    folder: Path, instead: Callable[..., Path]
) -> None:
    instead(
        '[ "$1" = --version ] && exec "$REAL" "$@"; "$REAL" "$@" > $HERE/all; '
        "head -c -400 $HERE/all; exit 0"
    )
    assert failure().code == "backup_incomplete"
    assert nothing_left(folder)


@WITH_TOOLS
def test_a_program_that_hangs_is_killed_with_all_it_started(
    database: Database, folder: Path, instead: Callable[..., Path]
) -> None:
    programs = instead(
        '[ "$1" = --version ] && exec "$REAL" "$@"; sleep 300 & echo $! > $HERE/pid; wait'
    )
    with override_settings(LOWCODE_BACKUP_TIMEOUT=1.5):
        assert failure().code == "backup_timeout"
    assert nothing_left(folder)
    child = int((programs / "pid").read_text())
    wait_for(lambda: assert_gone(child), seconds=30)


@ON_POSTGRESQL
def test_a_pg_dump_older_than_the_server_is_refused(
    folder: Path, instead: Callable[..., Path]
) -> None:
    instead('echo "pg_dump (PostgreSQL) 9.6.24"')
    error = failure()
    assert error.code == "backup_tool_older"
    assert (error.params["version"], error.params["server"]) == ("9.6.24", "15")
    assert nothing_left(folder)


@ON_POSTGRESQL
def test_a_pg_dump_that_finds_itself_older_is_told_alike(
    folder: Path, instead: Callable[..., Path]
) -> None:
    instead(
        '[ "$1" = --version ] && exec "$REAL" "$@"\n'
        'echo "pg_dump: error: aborting because of server version mismatch" >&2\n'
        'echo "pg_dump: detail: server version: 15.20; pg_dump version: 14.9" >&2; exit 1'
    )
    error = failure()
    assert error.code == "backup_tool_older"
    assert (error.params["version"], error.params["server"]) == ("14.9", "15.20")


@WITH_TOOLS
def test_the_password_is_nowhere_to_be_seen(
    database: Database,
    folder: Path,
    instead: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("SECRET_KEY", "the site's secret")
    programs = instead(
        "cat /proc/$$/cmdline >> $HERE/seen; env >> $HERE/seen\n"
        'if [ "$1" != --version ]; then\n'
        'ls -l "${PGPASSFILE:-${1#--defaults-file=}}" >> $HERE/modes; fi\n'
        'exec "$REAL" "$@"'
    )
    caplog.set_level("DEBUG")
    make_backup(progress=lambda _: None)
    password = str(database.settings["PASSWORD"])
    seen = (programs / "seen").read_bytes().decode(errors="replace")
    assert str(programs) in seen
    for text in (seen, caplog.text):
        assert password not in text
        assert "the site's secret" not in text
        assert "s3cr" not in text
    assert "-rw-------" in (programs / "modes").read_text()


@WITH_TOOLS
def test_the_password_is_not_in_an_error(
    database: Database, folder: Path, instead: Callable[..., Path]
) -> None:
    instead(
        '[ "$1" = --version ] && exec "$REAL" "$@"; cat "$PGPASSFILE" "${1#--defaults-file=}" >&2; '
        'sed "s/.*/$PASSWORD/" <<< x >&2; exit 1'
    )
    error = failure()
    assert str(database.settings["PASSWORD"]) not in str(error)


def test_a_full_disk_leaves_nothing(database: Database, folder: Path) -> None:
    fill(rows=10_000)
    with file_limit(200_000):
        error = failure()
    assert error.code == "backup_disk_full"
    assert str(folder) in error.sentence("en")
    assert nothing_left(folder)


def test_a_folder_that_cannot_be_made_says_so(database: Database, folder: Path) -> None:
    folder.write_text("a file")
    error = failure()
    assert error.code == "backup_folder_unusable"
    assert error.params["folder"] == str(folder)
    assert folder.read_text() == "a file"
    assert not Backup.objects.exists()


def test_too_little_time_leaves_nothing(database: Database, folder: Path) -> None:
    fill(rows=5_000)
    with override_settings(LOWCODE_BACKUP_TIMEOUT=0.000_001):
        assert failure().code == "backup_timeout"
    assert nothing_left(folder)


@WITH_TOOLS
def test_a_program_dies_with_the_process_that_started_it(
    database: Database, folder: Path, instead: Callable[..., Path]
) -> None:
    fill(rows=40_000)
    programs = instead(
        '[ "$1" = --version ] && exec "$REAL" "$@"; echo $$ > $HERE/pid; exec "$REAL" "$@"'
    )
    program = (
        "import django; django.setup()\n"
        "from lowcode_async.backups import make_backup\n"
        "def progress(percent):\n"
        "    if percent > 5: print('now', flush=True); input()\n"
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
        child = int((programs / "pid").read_text())
        process.kill()
    wait_for(lambda: assert_gone(child), seconds=30)


@ON_SQLITE
def test_a_corrupt_database_makes_no_backup(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    fill(rows=5_000)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'dynamic_filler'")
        (page,) = cursor.fetchone()
    connection.close()
    path = Path(str(database.settings["NAME"]))
    offset = (page - 1) * 4096
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:offset] + b"\x00" * 4096 + whole[offset + 4096 :])
        error = failure()
    finally:
        connection.close()
        path.write_bytes(whole)
    assert error.code == "backup_corrupt"
    assert nothing_left(folder)


@ON_SQLITE
def test_rows_that_break_a_rule_of_their_table_are_backed_up_all_the_same(
    database: Database, folder: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE dynamic_odd (id integer PRIMARY KEY, age integer CHECK (age > 0))"
        )
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute("INSERT INTO dynamic_odd VALUES (1, -1)")
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    assert make_backup(progress=lambda _: None).verified_at


def connect_anew() -> None:
    """Forget the connections to a server that has been away."""
    close_connections()
    close_pool()


@contextmanager
def file_limit(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes, as a quota would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def assert_gone(pid: int) -> None:
    """Make sure that a process has ended, if only as a zombie that nobody has fetched."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return
    assert state == "Z", os.getpid()


@WITH_TOOLS
def test_a_server_that_dies_during_the_dump_leaves_nothing(
    database: Database, folder: Path
) -> None:
    fill(rows=300, width=100_000)  # far more than the pipe and the sockets on the way can hold
    assert database.server is not None
    killed: list[int] = []

    def kill(percent: int) -> None:
        if percent > 5 and not killed:  # the dump waits for us, since its pipe is full
            killed.append(percent)
            assert database.server is not None
            database.server.kill()

    try:
        with pytest.raises(BackupError) as caught:
            make_backup(progress=kill)
    finally:
        database.server.start()
        connect_anew()
    assert killed
    assert caught.value.code == "backup_tool_failed"
    assert nothing_left(folder)


@WITH_TOOLS
def test_a_server_that_is_away_makes_no_backup(database: Database, folder: Path) -> None:
    assert database.server is not None
    with database.impatient(), database.server.away(), pytest.raises(DatabaseError):
        make_backup(progress=lambda _: None)
    connect_anew()
    assert nothing_left(folder)
