"""A throw-away PostgreSQL server, with passwords and an owner who is no superuser."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.servers.base import Server, ServiceMissing

ADMIN = "admin"
ADMIN_PASSWORD = "admin-password"
USER = "lowcode"
# Everything that a URL, a .pgpass file or a careless shell line would stumble over.
PASSWORD = "s3cr:et/@ \"q'u\\o#te %41"

CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
full_page_writes = off
max_connections = 200
shared_buffers = 64MB
timezone = 'UTC'
"""


class PostgreSQL(Server):
    """PostgreSQL on 127.0.0.1; every connection needs a password (SCRAM)."""

    name = "PostgreSQL"
    accounts = ("postgres", "nobody")
    stop_signal = signal.SIGINT  # "fast": ends sessions instead of waiting for them
    # After a kill, the processes of the old sessions take a moment to notice.
    not_yet = "is still in use"

    def __init__(self) -> None:
        self.programs = find_programs()
        if importlib.util.find_spec("psycopg") is None:
            raise ServiceMissing(self.name, "the Python package psycopg")
        super().__init__()
        self._initialize()

    def command(self) -> list[str]:
        """Return the command of the server."""
        return [str(self.programs / "postgres"), "-D", str(self._data), "-p", str(self.port)]

    def ping(self) -> None:
        """Connect."""
        self._execute("SELECT 1")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        super().start()
        if not self._execute("SELECT 1 FROM pg_roles WHERE rolname = %s", USER):
            from psycopg import sql

            role = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            self._execute(role.format(sql.Identifier(USER), sql.Literal(PASSWORD)))

    def create_database(self, name: str, *, copy_of: str = "template1") -> str:
        """Create a database that the unprivileged user owns, and return its URL.

        Nobody may be connected to the one that it is a copy of.
        """
        self._execute(f'CREATE DATABASE "{name}" OWNER "{USER}" TEMPLATE "{copy_of}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def url(self, name: str) -> str:
        """Return the URL of a database, for ``DATABASE_URL``."""
        password = quote(PASSWORD, safe="")
        return f"postgres://{USER}:{password}@127.0.0.1:{self.port}/{name}"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _initialize(self) -> None:
        password = self.folder / "password"
        password.write_text(ADMIN_PASSWORD)
        if self.account:
            shutil.chown(password, self.account)
        self.run(
            str(self.programs / "initdb"),
            f"--pgdata={self._data}",
            f"--username={ADMIN}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        )
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION)

    def _execute(self, query: Any, *params: object) -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=ADMIN,
            password=ADMIN_PASSWORD,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        ) as connection:
            cursor = connection.execute(query, params or None)
            return cursor.fetchall() if cursor.description else []


def find_programs() -> Path:
    """Return the folder with the newest complete set of PostgreSQL's programs."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_number, reverse=True)
    named = [Path(each) for each in os.environ.get("PATH", "").split(os.pathsep) if each]
    for folder in [*versions, *named]:
        if all((folder / each).is_file() for each in ("initdb", "postgres", "pg_dump")):
            return folder
    raise ServiceMissing("PostgreSQL", "initdb, postgres and pg_dump")


def _number(folder: Path) -> int:
    version = folder.parent.name
    return int(version) if version.isdigit() else 0
