"""A site as its users start it: by the Procfile, with nothing but an environment."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import httpx
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from tests.acceptance.excerpts import excerpt
from tests.acceptance.processes import ROOT, SiteProcess
from tests.acceptance.users import make_user
from tests.acceptance.watching import Watch
from tests.databases import settings_of
from tests.servers.base import free_port, wait_for

READY_SECONDS = 120.0
STAFF_PASSWORD = "staff-password"
NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of sites, which speak plain HTTP: else each one would read the certificates of all
authorities, which takes longer than the request."""


class Mode(StrEnum):
    """How a site runs."""

    EMBEDDED = "embedded"
    """One process, no Redis."""
    DISTRIBUTED = "distributed"
    """Web and worker in processes of their own, with Redis."""


@dataclass(kw_only=True)
class Site:
    """A site that runs, and what a test needs to use it and to hurt it."""

    engine: str
    """``sqlite``, ``postgresql`` or ``mysql``."""
    mode: Mode
    folder: Path
    """Everything that the site writes: database, backups, logs."""
    database_url: str
    environment: Mapping[str, str]
    """The whole environment of its processes."""
    port: int
    processes: dict[str, SiteProcess] = field(default_factory=dict)
    """By their names: ``web``, and ``worker`` if distributed."""
    token: str = ""
    """Token of the staff user ``staff``."""

    @property
    def base_url(self) -> str:
        """Where the site is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        """Where its sockets are, without a slash at the end."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def database_name(self) -> str:
        """What its database is called on its server."""
        return self.database_url.rpartition("/")[2]

    @property
    def backups(self) -> Path:
        """The folder of its backups."""
        return Path(self.environment["BACKUP_DIR"])

    @property
    def working(self) -> SiteProcess:
        """The process that carries upgrades out."""
        return self.processes["worker" if self.mode is Mode.DISTRIBUTED else "web"]

    def prepare(self) -> None:
        """Migrate the database, and make the staff user."""
        self.run(procfile()["release"])
        self.token = self.make_user("staff", is_staff=True)

    def continue_from(self, other: Site) -> None:
        """Do the same by taking what another site has prepared; on a server, by a copy made already."""
        if self.engine == "sqlite":
            copy_sqlite(other, self.folder / "db.sqlite3")
        self.token = other.token

    def start(self, *names: str) -> None:
        """Start processes by their names, all of them by default, and wait until the site is ready."""
        commands = procfile()
        for name in names or self._names():
            self.processes[name] = SiteProcess(
                commands[name], environment=self.environment, log=self.folder / f"{name}.log"
            )
        self.wait_until_ready()

    def stop(self) -> dict[str, int]:
        """End all processes in good order, and return their exit codes."""
        return {name: each.stop() for name, each in self.processes.items()}

    def kill(self) -> None:
        """Kill all processes."""
        for each in self.processes.values():
            each.kill()

    def wait_until_ready(self, *, seconds: float = READY_SECONDS) -> None:
        """Wait until ``/readyz`` says so."""

        def ask() -> None:
            answer = httpx.get(f"{self.base_url}/readyz", timeout=10, verify=NO_TLS)
            assert answer.status_code == 200, answer.text

        try:
            wait_for(
                ask,
                seconds=seconds,
                alive=lambda: all(each.alive for each in self.processes.values()),
                pause=0.1,
            )
        except (AssertionError, httpx.HTTPError) as error:
            logs = "\n".join(f"--- {name}\n{excerpt(log)}" for name, log in self.logs())
            raise AssertionError(f"the site did not become ready: {error}\n{logs}") from None

    def run(self, command: str) -> str:
        """Run a command line in the site's environment to its end, and return what it prints."""
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def python(self, source: str) -> str:
        """Run Python source in a shell of the site, in a process of its own, and return its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", source],
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def make_user(self, name: str, *, is_staff: bool) -> str:
        """Make a user and return its token."""
        with self.connection() as connection:
            return make_user(connection, name, password=STAFF_PASSWORD, is_staff=is_staff)

    def client(self, *, token: str | None = None, language: str | None = None) -> httpx.Client:
        """Return an HTTP client that signs in by a token: the staff user's, unless another is given."""
        headers = {"Authorization": f"Token {token or self.token}"}
        if language:
            headers["Accept-Language"] = language
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=60, verify=NO_TLS)

    def post(self, model_name: str, fields: list[dict[str, Any]], **options: bool) -> str:
        """Post an upgrade as the staff user, and return its task id."""
        with self.client() as client:
            body = {"model_name": model_name, "fields": fields, **options}
            answer = client.post("/lowcode/api/upgrade-model/", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])

    def status(self, task_id: str, *, language: str | None = None) -> dict[str, Any]:
        """Return the body of the status endpoint."""
        with self.client(language=language) as client:
            answer: dict[str, Any] = client.get(f"/lowcode/api/upgrade-status/{task_id}/").json()
            return answer

    def wait_for_end(self, task_id: str, *, seconds: float = 120.0) -> dict[str, Any]:
        """Ask for the status until the upgrade has ended, and return the last answer."""

        def ask() -> None:
            # The web process may be away for a moment: that is for the caller's deadline to judge.
            answer = self.status(task_id)
            assert answer["status"] in ("success", "failed"), answer

        wait_for(ask, seconds=seconds, pause=0.1)
        return self.status(task_id)

    def watch(self, task_id: str | None = None, *, after: int = 0) -> Watch:
        """Return a watch over one upgrade, or over all; use it in a ``with`` block."""
        path = f"upgrades/{task_id}/" if task_id else "upgrades/"
        return Watch(f"{self.ws_url}/ws/lowcode/{path}?after={after}", token=self.token)

    def query(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        """Run one statement on the site's database, and return the rows that it yields."""
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute(sql, params or None)
            return list(cursor.fetchall()) if cursor.description else []

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns; none if there is no such table."""
        with self.connection() as connection, connection.cursor() as cursor:
            if table not in connection.introspection.table_names(cursor):
                return []
            # Not by introspection: on SQLite that asks Django's default connection as well.
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} WHERE 1 = 0")
            return [each[0] for each in cursor.description]

    @contextlib.contextmanager
    def connection(self) -> Iterator[BaseDatabaseWrapper]:
        """Connect to the site's database from the test, beside the site."""
        settings = settings_of(self.database_url)
        settings["OPTIONS"].pop("pool", None)
        with contextlib.closing(
            ConnectionHandler({DEFAULT_DB_ALIAS: settings})[DEFAULT_DB_ALIAS]
        ) as connection:
            yield connection

    def logs(self) -> Iterator[tuple[str, Path]]:
        """Yield the name and the log of each process."""
        for name, each in self.processes.items():
            yield name, each.log

    def _names(self) -> tuple[str, ...]:
        return ("web", "worker") if self.mode is Mode.DISTRIBUTED else ("web",)


def copy_sqlite(site: Site, path: Path) -> None:
    """Copy the database of a site on SQLite."""
    with (
        contextlib.closing(sqlite3.connect(site.folder / "db.sqlite3")) as source,
        contextlib.closing(sqlite3.connect(path)) as target,
    ):
        source.backup(target)


StartSite = Callable[..., Site]


def procfile() -> dict[str, str]:
    """Return the commands of the Procfile by their names."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    pairs = (line.partition(":") for line in lines if line.strip() and not line.startswith("#"))
    return {name.strip(): command.strip() for name, _, command in pairs}


def new_environment(
    *, folder: Path, port: int, database_url: str, redis_url: str | None
) -> dict[str, str]:
    """Return an environment that holds what the site needs, and nothing of ours."""
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "BACKUP_DIR": str(folder / "backups"),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "LOG_FORMAT": "text",
    }
    if redis_url:
        environment["REDIS_URL"] = redis_url
    return environment


def new_site(
    *, engine: str, mode: Mode, folder: Path, database_url: str, redis_url: str | None, **more: str
) -> Site:
    """Return a site that has not been started; `more` goes into its environment."""
    port = free_port()
    environment = new_environment(
        folder=folder, port=port, database_url=database_url, redis_url=redis_url
    )
    return Site(
        engine=engine,
        mode=mode,
        folder=folder,
        database_url=database_url,
        environment=environment | more,
        port=port,
    )
