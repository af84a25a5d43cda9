"""What upgrades that are over have left of their backfilling, and could not drop then."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async.errors import Retryable
from lowcode_async.migrating.backfilling import touched, triggers
from lowcode_async.migrating.mysql_session import short_waits
from lowcode_async.migrating.postgresql import begin
from lowcode_async.models import Upgrade


def sweep(connection: BaseDatabaseWrapper) -> None:
    """Drop it: a restored backup may bring some back.

    Raises:
        Retryable: somebody holds the table.
    """
    try:
        for task_id in _over(triggers.standing(connection)):
            with transaction.atomic(using=connection.alias):
                begin(connection)
                triggers.Triggers(connection, task_id).end()
        tables = touched.standing(connection)
        for task_id in _over(tables):
            _execute(connection, touched.drop_statement(connection, tables[task_id], task_id))
    except DatabaseError as error:
        raise Retryable("try_again") from error


def _over(left: Collection[UUID]) -> set[UUID]:
    """Return those of some upgrades that are not under way."""
    if not left:
        return set()
    busy = Upgrade.objects.filter(pk__in=left, active_model__isnull=False)
    return set(left).difference(busy.values_list("pk", flat=True))


def _execute(connection: BaseDatabaseWrapper, statement: str) -> None:
    with short_waits(connection) as shortly, connection.cursor() as cursor:
        shortly(lambda: cursor.execute(statement, None))
