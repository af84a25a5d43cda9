"""A mark in another database: what was to be changed there has been changed.

It is an empty table, named after the upgrade, which is made in the transaction of the change: so it
is there if the change is, whoever was killed when. It is dropped once the new version is recorded.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async.migrating.numbered import upgrade_in
from lowcode_async.models import Upgrade

PREFIX: Final = "lowcode_done_"
"""Tables of this name are marks."""

_NAMES: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'lowcode_done_*'",
    "postgresql": "SELECT relname FROM pg_class WHERE relname LIKE 'lowcode\\_done\\_%%'"
    " AND relkind = 'r' AND pg_table_is_visible(oid)",
}
"""One query of the catalog each: it is put with every change of a row."""


def make(connection: BaseDatabaseWrapper, task_id: UUID) -> None:
    """Make the mark of an upgrade, in the transaction of its change.

    Whoever else makes it has to wait until that transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {_quoted(connection, task_id)} (done INTEGER)")


def stands(connection: BaseDatabaseWrapper, task_id: UUID) -> bool:
    """Tell whether the change of an upgrade has been committed, and not recorded as far as we know."""
    return task_id in standing(connection)


def standing(connection: BaseDatabaseWrapper) -> set[UUID]:
    """Return the upgrades whose marks are there; none on a database that needs no marks."""
    if connection.vendor not in _NAMES:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_NAMES[connection.vendor], [])
        found = {upgrade_in(name, PREFIX) for (name,) in cursor.fetchall()}
    return {each for each in found if each is not None}


def drop(connection: BaseDatabaseWrapper, task_id: UUID) -> None:
    """Drop the mark of an upgrade whose new version has been recorded."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_quoted(connection, task_id)}")


def sweep(connection: BaseDatabaseWrapper) -> None:
    """Drop the marks of upgrades that are over, which could not be dropped then."""
    left = standing(connection)
    if left:
        busy = Upgrade.objects.filter(pk__in=left, active_model__isnull=False)
        for task_id in left.difference(busy.values_list("pk", flat=True)):
            with transaction.atomic(using=connection.alias):
                drop(connection, task_id)


def unrecorded(connection: BaseDatabaseWrapper, model: str) -> bool:
    """Tell whether a model's table has been changed by an upgrade that has not recorded it yet."""
    found = standing(connection)
    return bool(found) and (
        Upgrade.objects.filter(
            pk__in=found, active_model=model.lower(), schema_version__isnull=True
        ).exists()
    )


def _quoted(connection: BaseDatabaseWrapper, task_id: UUID) -> str:
    quoted: str = connection.ops.quote_name(f"{PREFIX}{task_id.hex}")
    return quoted
