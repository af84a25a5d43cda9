"""Places to leave for."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.migrations.recorder import MigrationRecorder

from tests.databases import Database, settings_of
from tests.integration.ejecting.leaving import Leaver
from tests.servers.mariadb import MariaDB
from tests.servers.postgresql import PostgreSQL


@pytest.fixture
def leaver(database: Database, tmp_path: Path) -> Iterator[Leaver]:
    """Somebody who leaves with an app; what Django notes of it does not outlive the test."""
    leaver = Leaver(folder=tmp_path, app="left")
    yield leaver
    MigrationRecorder.Migration.objects.filter(app=leaver.app).delete()
    Permission.objects.filter(content_type__app_label=leaver.app).delete()
    ContentType.objects.filter(app_label=leaver.app).delete()


@pytest.fixture
def empty_database(database: Database, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The settings of a second database of the same kind, with nothing in it."""
    if database.server is None:
        yield settings_of(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
        return
    assert isinstance(database.server, PostgreSQL | MariaDB)
    name = f"lowcode_{secrets.token_hex(4)}"
    url = database.server.create_database(name)
    try:
        yield settings_of(url)
    finally:
        database.server.drop_database(name)
