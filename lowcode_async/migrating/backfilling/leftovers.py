"""Shadows of upgrades that are over, which could not be dropped then."""

from __future__ import annotations

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async.errors import Retryable
from lowcode_async.migrating.backfilling.triggers import Triggers, standing
from lowcode_async.migrating.postgresql import begin
from lowcode_async.models import Upgrade


def sweep(connection: BaseDatabaseWrapper) -> None:
    """Drop them, with their triggers: a restored backup may bring some back.

    Raises:
        Retryable: somebody holds the table.
    """
    left = standing(connection)
    if not left:
        return
    busy = Upgrade.objects.filter(pk__in=left, active_model__isnull=False)
    for task_id in left.difference(busy.values_list("pk", flat=True)):
        try:
            with transaction.atomic(using=connection.alias):
                begin(connection)
                Triggers(connection, task_id).end()
        except DatabaseError as error:
            raise Retryable("try_again") from error
