"""A throw-away MySQL server in the place of MariaDB, for whoever has its program: Debian has none."""

from __future__ import annotations

import importlib.util
import os

from tests.servers.base import Server, ServiceMissing
from tests.servers.mariadb import MariaDB

VARIABLE = "TEST_MYSQLD"
"""Where the path of MySQL's own ``mysqld`` stands."""


class MySQL(MariaDB):
    """MySQL on 127.0.0.1, with its own defaults but for what makes it slow."""

    name = "MySQL"

    def __init__(self) -> None:
        self._program = os.environ[VARIABLE]
        if importlib.util.find_spec("MySQLdb") is None:
            raise ServiceMissing(self.name, "the Python package mysqlclient")
        Server.__init__(self)
        self.run(*self.command(), "--initialize-insecure")

    def command(self) -> list[str]:
        """Return the command of the server."""
        return [
            self._program,
            "--no-defaults",
            f"--datadir={self._data}",
            f"--tmpdir={self.folder}",
            f"--socket={self._socket}",
            f"--pid-file={self.folder / 'pid'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--mysqlx=OFF",
            "--default-time-zone=+00:00",
            "--innodb-buffer-pool-size=64M",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-doublewrite=OFF",
            "--disable-log-bin",
            # See "MySQL" in docs/how-to/deploy.md.
            "--loose-innodb-native-foreign-keys=ON",
            f"--user={self.account or 'root'}",
        ]
