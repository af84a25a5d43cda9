"""Which engine knows which database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async.backups.base import Engine
from lowcode_async.backups.mysql import MySQL
from lowcode_async.backups.postgresql import PostgreSQL
from lowcode_async.backups.sqlite import SQLite
from lowcode_async.errors import BackupError

ENGINES: Final[Mapping[str, Callable[[BaseDatabaseWrapper], Engine]]] = {
    SQLite.vendor: SQLite,
    PostgreSQL.vendor: PostgreSQL,
    MySQL.vendor: MySQL,
}


def engine_for(using: str) -> Engine:
    """Return the engine of a database.

    Args:
        using: its alias in ``DATABASES``.

    Raises:
        BackupError: no engine knows it.
    """
    connection = connections[using]
    try:
        return ENGINES[connection.vendor](connection)
    except KeyError:
        raise BackupError("backup_engine_unknown", engine=connection.vendor) from None
