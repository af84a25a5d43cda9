"""A storage for each test, and a broker that takes messages without a worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import override_settings
from rest_framework.test import APIClient

from lowcode_async.backups.journal import Journal
from lowcode_async.backups.storage import destination
from tests.databases import Database
from tests.integration.api.conftest import host, server, with_token
from tests.integration.backups.conftest import instead

__all__ = ["host", "instead", "server"]

LIST = "/lowcode/api/backups/"
FULL = ["check", "safety_backup", "restore", "reload"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where backups and restorations are kept."""
    folder = tmp_path / "backups"
    storages = {key: value for key, value in settings.STORAGES.items() if key != "lowcode_backups"}
    with override_settings(
        STORAGES=storages, LOWCODE_BACKUP_DIR=str(folder), LOWCODE_EMBEDDED=False
    ):
        yield folder


@pytest.fixture
def superuser(database: Database) -> User:
    """A user who may do everything."""
    return User.objects.create_superuser("root", password="root-password")


@pytest.fixture
def root(superuser: User) -> APIClient:
    """That user's client."""
    return with_token(superuser)


@pytest.fixture
def rows(database: Database) -> None:
    """A table with a row."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE dynamic_product (id integer PRIMARY KEY, name text)")
        cursor.execute("INSERT INTO dynamic_product VALUES (1, 'before')")


@pytest.fixture
def journal(folder: Path) -> Journal:
    """The journal of the storage."""
    return Journal(place=destination())


def execute(*statements: str) -> None:
    """Execute SQL."""
    with connection.cursor() as cursor:
        for each in statements:
            cursor.execute(each)


def names() -> list[str]:
    """Return the names in the table of `rows`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM dynamic_product")
        return [str(name) for (name,) in cursor.fetchall()]
