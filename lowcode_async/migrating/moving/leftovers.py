"""Tables of moves that are over, which could not be dropped then."""

from __future__ import annotations

import time
from typing import Final

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async.errors import Retryable
from lowcode_async.migrating.moving.tables import Tables, standing
from lowcode_async.migrating.moving.transactions import pause
from lowcode_async.models import Upgrade

_ROWS: Final = 10_000
"""So many are swept away at once."""


def sweep(connection: BaseDatabaseWrapper) -> None:
    """Drop them, with their triggers: a restored backup may bring some back.

    Raises:
        Retryable: somebody else is writing all the time.
    """
    left = standing(connection)
    if not left:
        return
    busy = Upgrade.objects.filter(pk__in=left, active_model__isnull=False)
    for task_id in left.difference(busy.values_list("pk", flat=True)):
        try:
            _drop(Tables(connection, task_id))
        except DatabaseError as error:
            raise Retryable("try_again") from error


def _drop(tables: Tables) -> None:
    with transaction.atomic(using=tables.connection.alias):
        tables.give_up()
    gone: int | None = 0
    while gone is not None:
        begun = time.perf_counter()
        with transaction.atomic(using=tables.connection.alias):
            gone = tables.discard_some(_ROWS)
        pause(time.perf_counter() - begun)
