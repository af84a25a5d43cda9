"""MySQL and MariaDB: each DDL statement commits by itself, so every step is recorded.

Before the new version is recorded a failure takes all steps back in reverse order; after it, only
what the new version no longer needs is left to drop, and that only goes forward. A step that was
begun by a worker that died is looked at before anything is done about it.

From the first step that fills a column until the new version is recorded the table is held with LOCK
TABLES: a value that is written after its row was converted would be lost with the old column. A
worker that dies lets go of the table. If it had not begun to put new columns in place, what is
written from then on goes to the old ones, and all is taken back; if it had, it goes to the new
ones, and the next worker goes on (see `mysql_steps.Parts.in_place`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from lowcode_async.migrating.base import Execution, Warnings
from lowcode_async.migrating.journal import Journal
from lowcode_async.migrating.mysql_change import Change
from lowcode_async.migrating.mysql_session import Beside, alone
from lowcode_async.migrating.mysql_steps import parts_of
from lowcode_async.migrating.mysql_table import Table


class MySQLExecutor:
    """Carries plans out on MySQL and MariaDB."""

    def carry_out(self, execution: Execution) -> Warnings:
        """Do the reversible steps, record the new version, drop what it no longer needs."""
        with _at_work(execution) as change:
            if change.cannot_go_back():
                change.go_on()
            else:
                change.take_back()
                change.forwards()
            return change.drop()

    def take_back(self, execution: Execution) -> None:
        """Undo what a worker left that died before the new version was recorded.

        Where that would lose values, go on to the new version instead.
        """
        with _at_work(execution) as change:
            if change.cannot_go_back():
                change.go_on()
                change.drop()
            else:
                change.take_back()

    def finish(self, execution: Execution) -> Warnings:
        """Drop what the recorded version no longer needs."""
        with _at_work(execution) as change:
            return change.drop()


@contextmanager
def _at_work(execution: Execution) -> Iterator[Change]:
    with alone(execution.upgrade.pk, execution.connection), Beside() as beside:
        change = Change(
            execution=replace(execution, call=beside),
            beside=beside,
            table=Table(execution),
            parts=parts_of(execution.plan),
            journal=Journal(execution.upgrade.pk),
        )
        change.fence()
        yield change
