"""Waiting for the database's own migrations: processes may be started before they have been run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.migrations.executor import MigrationExecutor

_LOOK: Final = 0.5
"""Seconds between two looks."""


def wait_for_migrations(tell: Callable[[list[str]], None]) -> None:
    """Return when nothing is left to migrate, or when the database cannot be asked.

    Args:
        tell: called once with the labels of the apps that have something left, if any has.
    """
    told = False
    while missing := _unapplied():
        if not told:
            tell(missing)
            told = True
        time.sleep(_LOOK)


def _unapplied() -> list[str]:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError):
        return []
    finally:
        connections.close_all()
    return sorted({migration.app_label for migration, _ in plan})
