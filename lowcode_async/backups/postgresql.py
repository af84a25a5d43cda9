"""PostgreSQL: ``pg_dump`` in plain SQL, and ``psql`` in one transaction."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async.backups.base import Meter
from lowcode_async.backups.children import (
    ToolFailed,
    dump_anew,
    environment,
    find_tool,
    pour_input,
    secret_file,
    version_of,
    write_output,
)
from lowcode_async.backups.files import tail_of
from lowcode_async.backups.postgresql_script import CLEAN, COMMIT, script
from lowcode_async.errors import BackupError

END_MARK: Final = b"-- PostgreSQL database dump complete"
LOCK_TIMEOUT: Final = 5
"""Seconds that one try of a restore waits for a lock, while writers queue up behind it."""
ATTEMPTS: Final = 6
"""Tries of a restore that finds a lock held, or is the victim of a deadlock."""
DUMP_LOCK_TIMEOUT: Final = 60
"""Seconds that a dump waits for a table that somebody alters."""
_LOCKED: Final = re.compile(r"\b(40P01|55P03):")
# Between reading the catalog and locking the tables, one of them has gone.
_CHANGED: Final = re.compile(
    r'relation "[^"]*"(\."[^"]*")? does not exist|could not open relation|cache lookup failed'
)
_OLDER: Final = "server version mismatch"
_MISMATCH: Final = re.compile(r"server version: (\S+?);? .*pg_dump version: (\S+)", re.DOTALL)

# Of what libpq takes, all that may stand in OPTIONS and where others can see it (a command line).
_PASSED: Final = frozenset({
    "service", "host", "hostaddr", "port", "dbname", "user", "passfile", "require_auth",
    "channel_binding", "connect_timeout", "options", "application_name", "keepalives",
    "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "sslmode",
    "requiressl", "sslnegotiation", "sslcompression", "sslcert", "sslkey", "sslcertmode", "sslrootcert", "sslcrl",
    "sslcrldir", "sslsni", "requirepeer", "ssl_min_protocol_version", "ssl_max_protocol_version",
    "gssencmode", "krbsrvname", "gsslib", "gssdelegation", "target_session_attrs",
    "load_balance_hosts",
})  # fmt: skip

_ESTIMATE: Final = """
SELECT COALESCE(SUM(pg_table_size(c.oid)), 0)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
"""


class PostgreSQL:
    """PostgreSQL, by its own client programs."""

    vendor = "postgresql"
    suffix = ".sql"
    transactional = True

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def check_tools(self, *, restoring: bool) -> None:
        """Find ``pg_dump`` or ``psql``, and see that ``pg_dump`` is not older than the server."""
        if restoring:
            self._tool("psql")
            return
        server = self._server_version()
        said = version_of(self._tool("pg_dump"))
        found = re.search(r"\b(\d+)(\.\d+)*", said.partition(")")[2] or said)
        if found and int(found[1]) < server:
            raise self._older(found[0], str(server))

    def estimate(self) -> int:
        """Return the bytes of all tables, without their indexes."""
        with self._connection.cursor() as cursor:
            cursor.execute(_ESTIMATE)
            return int(cursor.fetchone()[0])

    def dump(self, target: Path, meter: Meter, *, expected: int) -> None:
        """Dump the whole database: every schema, with its large objects and privileges.

        It is dumped again, when a table was dropped just before the dump could lock it.
        """
        try:
            dump_anew(lambda: self._dump(target, meter, expected), spoiled=_CHANGED)
        except ToolFailed as error:
            raise self._failure(error) from error

    def check(self, path: Path, meter: Meter, *, thorough: bool) -> None:
        """Look for the line that pg_dump writes last."""
        if END_MARK not in tail_of(path):
            raise BackupError("backup_incomplete", tool="pg_dump")

    def restore(self, path: Path, after: Sequence[str], meter: Meter) -> None:
        """Drop all, load the backup and execute `after`, in one transaction; again, if a lock was held."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._load(path, after, meter)
            except ToolFailed as error:
                locked = _LOCKED.search(error.output) is not None
                if locked and attempt < ATTEMPTS:
                    continue
                code = "restore_locked" if locked else "restore_failed"
                raise BackupError(code, detail=self._cleansed(error.output)) from error
            return

    def _dump(self, target: Path, meter: Meter, expected: int) -> None:
        role = self._options().get("assume_role")
        with self._connecting() as (conninfo, env):
            write_output(
                [
                    self._tool("pg_dump"),
                    "--format=plain",
                    "--encoding=UTF8",
                    "--no-owner",
                    "--no-subscriptions",
                    "--no-password",
                    f"--lock-wait-timeout={DUMP_LOCK_TIMEOUT}s",
                    *([f"--role={role}"] if role else []),
                    f"--dbname={conninfo}",
                ],
                env=env,
                target=target,
                meter=meter,
                expected=expected,
            )

    def _load(self, path: Path, after: Sequence[str], meter: Meter) -> None:
        role = self._options().get("assume_role")
        become = f"SET ROLE {self._connection.ops.quote_name(role)};\n" if role else ""
        before = become + CLEAN.format(lock_timeout=LOCK_TIMEOUT)
        server = self._server_version()
        with self._connecting() as (conninfo, env), path.open("rb") as dump:
            pour_input(
                [
                    self._tool("psql"),
                    "--no-psqlrc",
                    "--no-password",
                    "--quiet",
                    "--set=ON_ERROR_STOP=1",
                    "--set=VERBOSITY=verbose",
                    f"--dbname={conninfo}",
                    "--file=-",
                ],
                env=env,
                source=script(dump, before=before, after=after, server=server),
                last=COMMIT,
                meter=meter,
                total=path.stat().st_size,
            )

    @contextlib.contextmanager
    def _connecting(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Give the connection string and the environment that a program connects with.

        The password goes by a file. Without one in the settings, what the environment or the
        operator's own files say holds for the program as it does for Django.
        """
        params = {key: value for key, value in self._options().items() if key in _PASSED}
        password = self._options().get("password")
        if password is None:
            yield conninfo(params), environment()
            return
        params.pop("passfile", None)
        escaped = str(password).replace("\\", "\\\\").replace(":", "\\:")
        with secret_file(f"*:*:*:*:{escaped}\n") as file:
            env = environment(PGPASSFILE=str(file))
            env.pop("PGPASSWORD", None)
            yield conninfo(params), env

    def _failure(self, error: ToolFailed) -> BackupError:
        if _OLDER in error.output:
            found = _MISMATCH.search(error.output)
            return self._older(found[2] if found else "?", found[1] if found else "?")
        detail = self._cleansed(error.output)
        if _CHANGED.search(error.output):
            return BackupError("backup_schema_changed", detail=detail)
        return BackupError(
            "backup_tool_failed", tool="pg_dump", exit_code=error.code, detail=detail
        )

    def _tool(self, name: str) -> str:
        return find_tool(name, package=f"postgresql-client-{self._server_version()}")

    def _older(self, version: str, server: str) -> BackupError:
        return BackupError("backup_tool_older", tool="pg_dump", version=version, server=server)

    def _server_version(self) -> int:
        self._connection.ensure_connection()
        version: Callable[[], Sequence[int]] = self._connection.get_database_version
        return int(version()[0])

    def _options(self) -> Mapping[str, Any]:
        """What Django connects with, and the role it assumes then."""
        own: Mapping[str, Any] = self._connection.settings_dict["OPTIONS"]
        return {
            **self._connection.get_connection_params(),
            **{key: own[key] for key in ("assume_role",) if key in own},
        }

    def _cleansed(self, output: str) -> str:
        password = self._options().get("password")
        return output.replace(str(password), "***") if password else output


def conninfo(params: Mapping[str, Any]) -> str:
    """Return a connection string of libpq."""
    quoted = {
        key: str(value).replace("\\", "\\\\").replace("'", "\\'") for key, value in params.items()
    }
    return " ".join(f"{key}='{value}'" for key, value in quoted.items())
