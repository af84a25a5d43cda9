"""A throw-away MariaDB server, with passwords and a user who owns its databases only."""

from __future__ import annotations

import contextlib
import importlib.util
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.servers.base import Server, ServiceMissing, find_program

USER = "lowcode"
# Everything that a URL, an option file or a careless shell line would stumble over.
PASSWORD = "s3cr:et/@ \"q'u\\o#te %41"


class MariaDB(Server):
    """MariaDB on 127.0.0.1, utf8mb4, with the strict mode that it has by default."""

    name = "MariaDB"
    accounts = ("mysql", "nobody")

    def __init__(self) -> None:
        self._program = find_program(self.name, "mariadbd", "mysqld")
        installer = find_program(self.name, "mariadb-install-db", "mysql_install_db")
        if importlib.util.find_spec("MySQLdb") is None:
            raise ServiceMissing(self.name, "the Python package mysqlclient")
        super().__init__()
        self.run(
            installer,
            "--no-defaults",
            f"--datadir={self._data}",
            f"--tmpdir={self.folder}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            "--innodb-flush-method=nosync",
        )

    def command(self) -> list[str]:
        """Return the command of the server."""
        return [
            self._program,
            "--no-defaults",
            f"--datadir={self._data}",
            # A server that starts deletes all temporary tables in its folder, others' too.
            f"--tmpdir={self.folder}",
            f"--socket={self._socket}",
            f"--pid-file={self.folder / 'pid'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            "--default-time-zone=+00:00",
            "--innodb-buffer-pool-size=64M",
            # Written at every commit, as after a crash of the server alone nothing may be missing;
            # but not synced to the disk, as no test pulls the plug.
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-flush-method=nosync",
            "--sync-frm=OFF",
            *([f"--user={self.account}"] if self.account else []),
        ]

    def ping(self) -> None:
        """Connect."""
        self._execute("SELECT 1")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        super().start()
        self._execute(f"CREATE USER IF NOT EXISTS '{USER}'@'%%' IDENTIFIED BY %s", PASSWORD)

    def create_database(self, name: str) -> str:
        """Create a database that the unprivileged user owns, and return its URL."""
        self._execute(f"CREATE DATABASE `{name}`")
        pattern = name.replace("_", "\\_")
        self._execute(f"GRANT ALL PRIVILEGES ON `{pattern}`.* TO '{USER}'@'%'")
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database."""
        self._execute(f"DROP DATABASE IF EXISTS `{name}`")

    def url(self, name: str) -> str:
        """Return the URL of a database, for ``DATABASE_URL``."""
        password = quote(PASSWORD, safe="")
        return f"mysql://{USER}:{password}@127.0.0.1:{self.port}/{name}"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _socket(self) -> Path:
        return self.folder / "sock"

    def _execute(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        import MySQLdb

        with contextlib.closing(
            MySQLdb.connect(unix_socket=str(self._socket), user="root", connect_timeout=5)
        ) as connection:
            cursor = connection.cursor()
            cursor.execute(query, params or None)
            return list(cursor.fetchall())
