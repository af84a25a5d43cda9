"""A table in another database than the plugin's rows, where its whole change is one transaction.

There is no transaction over both, so the two follow each other, with a mark between them:

1. In the other database, one transaction makes the mark (see `marks`) and the change. Meanwhile lost
   values are written down in ours, for good: before the values are changed, as far as anybody sees.
2. In ours, one transaction records the new version.
3. The mark is dropped.

Whoever takes up the work of a dead worker looks for the mark: without it nothing has happened, and
what was written down is forgotten; with it the change is done, and there is only one way on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Final

from django.db import DatabaseError, transaction

from lowcode_async.errors import Retryable, StageFailed
from lowcode_async.migrating import marks
from lowcode_async.migrating.base import Execution, Warnings
from lowcode_async.migrating.journal import Journal
from lowcode_async.migrating.transactional import TransactionalExecutor

log = logging.getLogger(__name__)

_WHOLE: Final = 0
"""Stands in the journal for the one transaction."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Carries plans out on a database that has none of the plugin's rows."""

    executor: TransactionalExecutor
    """What would do it beside them."""

    def carry_out(self, execution: Execution) -> Warnings:
        """Change the tables, then record the new version."""
        if not self._is_done(execution):
            self._change(execution)
        return self._settle(execution)

    def take_back(self, execution: Execution) -> None:
        """Forget what a killed worker has written down; go on if it has changed the tables.

        Raises:
            Retryable: it may be at it still.
        """
        if not self._is_done(execution):
            try:
                with transaction.atomic(using=execution.connection.alias):
                    self._begin(execution)
                    transaction.set_rollback(True, using=execution.connection.alias)
            except DatabaseError as error:
                raise Retryable("try_again") from error
            Journal(execution.upgrade.pk).forget(_WHOLE)
            return
        self._settle(execution)

    def finish(self, execution: Execution) -> Warnings:
        """Drop the mark."""
        try:
            marks.drop(execution.connection, execution.upgrade.pk)
        except DatabaseError as error:
            log.warning("mark left upgrade=%s error=%s", execution.upgrade.pk, error)
            return ({"code": "cleanup_unfinished", "params": {"detail": str(error).strip()}},)
        return ()

    def _change(self, execution: Execution) -> None:
        journal, begun = Journal(execution.upgrade.pk), False

        def begin() -> None:
            nonlocal begun
            self._begin(execution)
            begun = True

        journal.begin(_WHOLE)
        try:
            self.executor.carry_out(
                replace(execution, fence=begin, record=lambda: _in_time(execution))
            )
        except Retryable:
            raise
        except StageFailed as error:
            if not begun:
                # Whoever holds the lock may be a worker that was taken for dead, and still be at it.
                raise Retryable("try_again") from error
            if not self._is_done(execution):
                execution.keeping.forget()
                journal.forget(_WHOLE)
                raise
        journal.done(_WHOLE)

    def _begin(self, execution: Execution) -> None:
        """Begin the transaction: from here on nobody else can be at it.

        Raises:
            Retryable: somebody is.
        """
        try:
            marks.make(execution.connection, execution.upgrade.pk)
        except DatabaseError as error:
            raise Retryable("try_again") from error
        _in_time(execution)
        execution.keeping.forget()

    def _settle(self, execution: Execution) -> Warnings:
        """Record the new version."""
        with transaction.atomic():
            execution.fence()
            execution.record()
        return self.finish(execution)

    def _is_done(self, execution: Execution) -> bool:
        return marks.stands(execution.connection, execution.upgrade.pk)


def _in_time(execution: Execution) -> None:
    """Make sure that the stage is still ours."""
    with transaction.atomic():
        execution.fence()
