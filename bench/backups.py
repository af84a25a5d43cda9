"""Each backup beside its raw tool, on the same rows, by turns."""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

from lowcode_async.backups import make_backup
from tests.databases import migrated
from tests.servers.mariadb import MariaDB
from tests.servers.postgresql import PostgreSQL

ROWS = 200_000
ROUNDS = 5


def rows(postgresql: PostgreSQL, mariadb: MariaDB) -> list[list[str]]:
    """Return a row of the table for each database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "db.sqlite3"
        with migrated(f"sqlite:///{path}"):
            found = [_compare("SQLite", lambda out: _vacuum(path, out))]
    for name, server in (("PostgreSQL", postgresql), ("MariaDB", mariadb)):
        with migrated(server.create_database("bench_backup"), server=server):
            found.append(_compare(name, _pg_dump if name == "PostgreSQL" else _mariadb_dump))
        server.drop_database("bench_backup")
    return found


def _compare(name: str, raw: Callable[[Path], None]) -> list[str]:
    _fill()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            begin = time.perf_counter()
            raw(Path(folder) / f"{number}.raw")
            theirs.append(time.perf_counter() - begin)
            begin = time.perf_counter()
            backup = make_backup(progress=lambda _: None)
            ours.append(time.perf_counter() - begin)
    mine, tool = statistics.median(ours), statistics.median(theirs)
    size = f"{backup.size / 1e6:.1f}"
    return [name, size, f"{tool * 1000:.0f}", f"{mine * 1000:.0f}", f"{mine / tool:.2f}"]


def _fill() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_rows (id integer PRIMARY KEY, name varchar(100))")
        for start in range(0, ROWS, 1000):
            values = ", ".join(f"({n}, 'row number {n}')" for n in range(start, start + 1000))
            cursor.execute(f"INSERT INTO bench_rows VALUES {values}")


def _vacuum(path: Path, out: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("VACUUM INTO ?", [str(out)])


def _pg_dump(out: Path) -> None:
    settings = connection.settings_dict
    _dump(
        [
            "pg_dump",
            "-h",
            settings["HOST"],
            "-p",
            str(settings["PORT"]),
            "-U",
            settings["USER"],
            "-f",
            str(out),
            settings["NAME"],
        ],
        PGPASSWORD=settings["PASSWORD"],
    )


def _mariadb_dump(out: Path) -> None:
    settings = connection.settings_dict
    _dump(
        [
            "mariadb-dump",
            "-h",
            settings["HOST"] or "127.0.0.1",
            "-P",
            str(settings["PORT"]),
            "-u",
            settings["USER"],
            "--single-transaction",
            "-r",
            str(out),
            settings["NAME"],
        ],
        MYSQL_PWD=settings["PASSWORD"],
    )


def _dump(command: list[str], **environment: str) -> None:
    subprocess.run(command, env={**os.environ, **environment}, check=True)
