"""MariaDB and MySQL: ``mariadb-dump`` or ``mysqldump``, and ``mariadb`` or ``mysql`` to load it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async.backups.base import Meter
from lowcode_async.backups.children import (
    ToolFailed,
    dump_anew,
    environment,
    feed_input,
    find_tool,
    secret_file,
    write_output,
)
from lowcode_async.backups.files import tail_of
from lowcode_async.backups.mysql_options import database_name, option_file, password_of
from lowcode_async.errors import BackupError

END_MARK: Final = b"-- Dump completed"
LOCK_TIMEOUT: Final = 30
"""Seconds that a restore waits until nobody uses the tables."""
# 1412: a table has changed since the dump began. 1146, 1051: it is gone. 1054: one of its columns is.
# Without a number: MySQL's own program has counted its columns before and after.
_CHANGED: Final = re.compile(r"\b(1412|1146|1051|1054)\b|Error in field count for table")

_ESTIMATE: Final = """
SELECT COALESCE(SUM(data_length), 0) FROM information_schema.tables WHERE table_schema = DATABASE()
"""
_OBJECTS: Final = """
SELECT 'EVENT', event_name FROM information_schema.events WHERE event_schema = DATABASE()
UNION ALL
SELECT routine_type, routine_name FROM information_schema.routines
WHERE routine_schema = DATABASE() AND routine_type IN ('FUNCTION', 'PROCEDURE')
UNION ALL
SELECT CASE WHEN table_type IN ('VIEW', 'SEQUENCE') THEN table_type ELSE 'TABLE' END, table_name
FROM information_schema.tables WHERE table_schema = DATABASE()
"""


class MySQL:
    """MariaDB and MySQL, by their own client programs.

    Their DDL commits at once, so a restore is no transaction: all is dropped, then loaded.
    """

    vendor = "mysql"
    suffix = ".sql"
    transactional = False

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def check_tools(self, *, restoring: bool) -> None:
        """Find the program that dumps, or the one that loads."""
        self._tool(restoring=restoring)

    def estimate(self) -> int:
        """Return the bytes of all tables, without their secondary indexes."""
        with self._connection.cursor() as cursor:
            cursor.execute(_ESTIMATE)
            return int(cursor.fetchone()[0])

    def dump(self, target: Path, meter: Meter, *, expected: int) -> None:
        """Dump the database as of one moment; again, when a table was altered meanwhile."""
        try:
            dump_anew(lambda: self._dump(target, meter, expected), spoiled=_CHANGED)
        except ToolFailed as error:
            detail = self._cleansed(error.output)
            if _CHANGED.search(error.output):
                raise BackupError("backup_schema_changed", detail=detail) from error
            tool = Path(self._tool(restoring=False)).name
            raise BackupError(
                "backup_tool_failed", tool=tool, exit_code=error.code, detail=detail
            ) from error

    def check(self, path: Path, meter: Meter, *, thorough: bool) -> None:
        """Look for the line that is written last; a dump cut short has none."""
        if END_MARK not in tail_of(path):
            raise BackupError("backup_incomplete", tool=Path(self._tool(restoring=False)).name)

    def restore(self, path: Path, after: Sequence[str], meter: Meter) -> None:
        """Drop all, load the backup, execute `after`; what fails leaves the database in between.

        Raises:
            BackupError: ``restore_locked`` if nothing has changed yet.
        """
        self._drop_all()
        try:
            with self._connecting() as (option, env), path.open("rb", buffering=0) as dump:
                feed_input(
                    [
                        self._tool(restoring=True),
                        option,
                        "--batch",
                        "--max-allowed-packet=1G",
                        self._database,
                    ],
                    env=env,
                    source=dump,
                    meter=meter,
                    total=path.stat().st_size,
                )
        except ToolFailed as error:
            detail = self._cleansed(error.output)
            raise BackupError("restore_failed", detail=detail) from error
        try:
            with (
                transaction.atomic(using=self._connection.alias),
                self._connection.cursor() as cursor,
            ):
                for statement in after:
                    cursor.execute(statement)
        except DatabaseError as error:
            raise BackupError("restore_failed", detail=str(error)) from error

    def _dump(self, target: Path, meter: Meter, expected: int) -> None:
        kinds = {kind for kind, _ in self._objects()}
        # Asked for only where there are some: each needs a privilege of its own.
        more = [
            *(["--routines"] if kinds & {"FUNCTION", "PROCEDURE"} else []),
            *(["--events"] if "EVENT" in kinds else []),
        ]
        with self._connecting() as (option, env):
            write_output(
                [
                    self._tool(restoring=False),
                    option,
                    "--single-transaction",
                    "--quick",
                    "--triggers",
                    *more,
                    "--hex-blob",
                    "--no-tablespaces",
                    "--max-allowed-packet=1G",
                    "--loose-column-statistics=0",
                    "--loose-set-gtid-purged=OFF",
                    self._database,
                ],
                env=env,
                target=target,
                meter=meter,
                expected=expected,
            )

    def _drop_all(self) -> None:
        """Drop everything in the database, once nobody uses its tables."""
        objects = self._objects()
        quote = self._connection.ops.quote_name
        tables = [quote(name) for kind, name in objects if kind == "TABLE"]
        with self._connection.cursor() as cursor:
            try:
                cursor.execute("SET SESSION foreign_key_checks = 0")
                cursor.execute(f"SET SESSION lock_wait_timeout = {LOCK_TIMEOUT}")
                if tables:
                    cursor.execute("LOCK TABLES " + ", ".join(f"{each} WRITE" for each in tables))
            except DatabaseError as error:
                raise BackupError("restore_locked", detail=str(error)) from error
            try:
                for each in tables:
                    # One by one: MySQL fails on several that refer to each other while it holds them.
                    cursor.execute(f"DROP TABLE {each}")
                cursor.execute("UNLOCK TABLES")
                for kind, name in objects:
                    if kind != "TABLE":
                        cursor.execute(f"DROP {kind} IF EXISTS {quote(name)}")
            except DatabaseError as error:
                raise BackupError("restore_failed", detail=str(error)) from error
        self._connection.close()

    def _objects(self) -> list[tuple[str, str]]:
        """Return everything in the database, as what it is and its name."""
        with self._connection.cursor() as cursor:
            cursor.execute(_OBJECTS)
            return [(str(kind), str(name)) for kind, name in cursor.fetchall()]

    @contextlib.contextmanager
    def _connecting(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Give the option and the environment that a program connects with."""
        with secret_file(option_file(self._params())) as file:
            env = environment()
            env.pop("MYSQL_PWD", None)
            yield f"--defaults-file={file}", env

    def _tool(self, *, restoring: bool) -> str:
        """Return the program of the server's own family, or else the other one."""
        names = ("mariadb", "mysql") if restoring else ("mariadb-dump", "mysqldump")
        maria = bool(getattr(self._connection, "mysql_is_mariadb", True))
        package = "mariadb-client" if maria else "mysql-client"
        return find_tool(*(names if maria else reversed(names)), package=package)

    @property
    def _database(self) -> str:
        return database_name(self._params())

    def _params(self) -> Mapping[str, Any]:
        return self._connection.get_connection_params()

    def _cleansed(self, output: str) -> str:
        """Return a program's errors, without the password and its warnings about loose options."""
        password = password_of(self._params())
        told = "\n".join(line for line in output.splitlines() if "loose-" not in line)
        return told.replace(password, "***") if password else told
