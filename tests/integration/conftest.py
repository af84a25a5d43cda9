"""Real databases, one after another, and a clean one for each test."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings

from lowcode_async.runtime import generation
from tests.databases import Database, beside, migrated
from tests.servers.base import memory
from tests.servers.mariadb import MariaDB
from tests.servers.postgresql import PostgreSQL
from tests.servers.redis import Redis

SERVERS = {"postgresql": "postgresql_server", "mysql": "mariadb_server"}
ARCHIVES = {"sqlite": "postgresql", "postgresql": "mysql", "mysql": "sqlite"}
"""The kind of the second database beside each first one: each kind is each of them once."""


@pytest.fixture(scope="session", params=["sqlite", "postgresql", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database that Django is pointed at; every test that uses it runs on all three.

    To run on some only: ``@pytest.mark.parametrize("database", ["mysql"], indirect=True)``.
    """
    if request.param == "sqlite":
        with (
            tempfile.TemporaryDirectory(prefix="lowcode-sqlite-", dir=memory()) as folder,
            migrated(f"sqlite:///{folder}/db.sqlite3") as database,
        ):
            yield database
        return
    server: PostgreSQL | MariaDB = request.getfixturevalue(SERVERS[request.param])
    name = f"lowcode_{secrets.token_hex(4)}"
    try:
        with migrated(server.create_database(name), server=server) as database:
            yield database
    finally:
        server.drop_database(name)


@pytest.fixture
def archive(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> Iterator[BaseDatabaseWrapper]:
    """A second database, ``archive``, of another kind: the site's routers send everything live there."""
    vendor = ARCHIVES[database.vendor]
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
        if vendor in SERVERS:
            server: PostgreSQL | MariaDB = request.getfixturevalue(SERVERS[vendor])
            name = f"archive_{secrets.token_hex(4)}"
            url = server.create_database(name)
            stack.callback(server.drop_database, name)
        connection = stack.enter_context(beside("archive", url))
        stack.enter_context(override_settings(DATABASE_ROUTERS=[ToArchive()]))
        yield connection


class ToArchive:
    """Sends live models to ``archive``, and nothing else."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "archive" if model._meta.app_label == "dynamic" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == "archive") is (app_label == "dynamic")


@pytest.fixture(autouse=True)
def clean_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Bring the database back to what it was after `migrate`, when a test has used it."""
    if "database" not in request.fixturenames:
        yield
        return
    database: Database = request.getfixturevalue("database")
    yield
    database.clean()
    generation.forget()


@pytest.fixture
def staff_user(database: Database) -> User:
    """A user who may upgrade models."""
    return User.objects.create_user("staff", password="staff-password", is_staff=True)


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    """The URL of an empty Redis."""
    redis_server.flush()
    return redis_server.url()
