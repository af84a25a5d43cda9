"""The rows of a large table move to a new one, which then takes its name.

1. One short transaction makes the new table, as it will be, and triggers on the old one that list what
   others write.
2. Batches move, each a short transaction: some rows are put into a table of their own, the operations of
   the plan are carried out on that, and what they make of them goes into the new table. What is lost is
   kept aside in the same transaction.
3. The rows that were written meanwhile move once more, until only few are left.
4. The last transaction moves these, puts the new table in the place of the old one by their names, and
   records the version.
5. The old table is emptied batch by batch, and dropped.

A worker that is killed before the fourth leaves the old structure in force, with tables that nobody
reads. The next one drops them, forgets what was kept aside, and begins anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from django.db import DatabaseError, IntegrityError

from lowcode_async.errors import Retryable, StageFailed
from lowcode_async.migrating.base import Execution, Warnings
from lowcode_async.migrating.moving.rows import Rows
from lowcode_async.migrating.moving.tables import Tables
from lowcode_async.migrating.moving.transactions import briefly
from lowcode_async.migrating.pace import Pace
from lowcode_async.migrating.sqlite import SQLiteExecutor
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.moves import moves, others_know, statements_of
from lowcode_async.planning.progress import RowsDone, of_rows
from lowcode_async.planning.tally import Tally

log = logging.getLogger(__name__)

R = TypeVar("R")

_SHARE: Final = 95.0
"""Percent of the work that is done before the last transaction."""
_SECONDS: Final = 0.05
"""What one transaction should take: meanwhile nobody writes, to whichever table."""
_FEW: Final = 100
"""As many listed keys may be left for the last transaction."""
_AT_ONCE: Final = 1000
"""Listed keys that are taken at once, at the most."""
_ROUNDS: Final = 10_000
_ENDS: Final = 20
"""So often the last transaction is put off."""
_MOVE: Final = "Move rows to the new table"


@dataclass(frozen=True, slots=True)
class Moving:
    """Carries plans out on a SQLite that has the plugin's rows too."""

    executor: SQLiteExecutor
    """Carries out plans that move no rows."""

    def carry_out(self, execution: Execution) -> Warnings:
        """Move the rows of a large table; do all else in one transaction."""
        tables = Tables(execution.connection, execution.upgrade.pk)
        _clear(execution, tables)
        if not moves(execution.plan, execution.connection):
            return self.executor.carry_out(execution)
        move = _Move(
            execution=execution,
            tables=tables,
            rows=Rows.of(execution, tables),
            statements=statements_of(execution.plan, execution.connection),
            progress=of_rows(execution.progress, 0.0, _SHARE, operation=_MOVE),
        )
        try:
            move.begin()
            move.fill()
            move.catch_up()
            move.look_over()
            move.catch_up()
            move.end()
        except Retryable:
            raise
        except Exception:
            # What it believes of the schema is what was rolled back.
            execution.connection.close()
            _try_to_clear(execution, tables)
            raise
        return self.finish(execution)

    def take_back(self, execution: Execution) -> None:
        """Drop what a killed worker has left of a move."""
        _clear(execution, Tables(execution.connection, execution.upgrade.pk))

    def finish(self, execution: Execution) -> Warnings:
        """Drop the old table, a part at a time."""
        tables = Tables(execution.connection, execution.upgrade.pk)
        if not tables.stand():
            return ()
        execution.progress(_SHARE, operation="Drop the old table")
        try:
            _discard(execution, tables)
        except (DatabaseError, StageFailed) as error:
            log.warning("cleanup unfinished upgrade=%s error=%s", execution.upgrade.pk, error)
            return ({"code": "cleanup_unfinished", "params": {"detail": str(error)}},)
        return ()


@dataclass(slots=True, kw_only=True)
class _Move:
    """One move."""

    execution: Execution
    tables: Tables
    rows: Rows
    statements: Sequence[str]
    """See `planning.moves.statements_of`."""
    progress: RowsDone
    tally: Tally = field(default_factory=Tally)
    """What was lost in the transactions that have been committed."""
    pace: Pace = field(default_factory=lambda: Pace(50, 50_000, _SECONDS, 0.0))

    @property
    def table(self) -> str:
        """The name of the old table, and of the new one in the end."""
        return str(self.rows.source._meta.db_table)

    def begin(self) -> None:
        """Make the new table, and what watches over the old one."""
        key = self.rows.source._meta.pk.column
        self.execution.progress(0.0, operation=_MOVE)
        briefly(
            lambda _: self.tables.begin(self.table, key, self.statements),
            self.execution,
            "Make the new table",
        )
        log.info("moving rows upgrade=%s table=%s", self.execution.upgrade.pk, self.table)

    def fill(self) -> None:
        """Move all rows that are there; the triggers see to those that come."""
        first, last = self.rows.ends()
        done, total = 0, self.rows.count()
        while first is not None:
            some = partial(self.rows.move_from, start=first, last=last, size=self.pace.size)
            moved, first = self._counted(some)
            self.progress(done := done + moved, total)
        for page in self.rows.with_originals():
            self._again(page)

    def catch_up(self) -> None:
        """Move the rows again that others have written, until only few are left."""
        for _ in range(_ROUNDS):
            if self._counted(self._redo):
                return
        log.warning("rows change faster than they move upgrade=%s", self.execution.upgrade.pk)

    def look_over(self) -> None:
        """Take rows away that went without the triggers; see `Rows.gone`."""
        self._again(self.rows.gone())

    def _again(self, keys: Sequence[Any]) -> None:
        while keys:
            size = min(self.pace.size, _AT_ONCE)
            some, keys = keys[:size], keys[size:]
            self._counted(partial(self.rows.move_again, keys=some))

    def end(self) -> None:
        """Move the last rows, swap the tables, and record the version.

        That must not take long: if somebody has written many at once, they are caught up with before.
        """
        for _ in range(_ENDS):
            if briefly(self._swap_if_few, self.execution, "Swap tables"):
                return
            self.catch_up()
        briefly(self._swap, self.execution, "Swap tables")

    def _swap_if_few(self, editor: Any) -> bool:
        if self.tables.listed(_FEW) == _FEW:
            return False
        self._swap(editor)
        return True

    def _swap(self, editor: Any) -> None:
        execution, tally = self.execution, Tally(self.tally.findings)
        if others_know(execution.plan, execution.connection):
            # Since it was planned: the next attempt goes the former way.
            raise Retryable("try_again")
        while keys := self.tables.take(_AT_ONCE):
            self.rows.move_again(editor, tally, keys)
        for each in execution.tally.findings:
            execution.tally.forget(each.field, removed=each.kind is FindingKind.REMOVED)
        for each in tally.findings:
            execution.tally.add(each)
        self.tables.swap(self.table, self.statements)
        execution.count()
        execution.record()

    def _redo(self, editor: Any, tally: Tally) -> bool:
        """Move some of these rows; tell whether they were but few, though more could have been taken."""
        size = min(self.pace.size, _AT_ONCE)
        # A row that was changed is listed twice, so its keys do not say how many were taken.
        listed = self.tables.listed(size)
        self.rows.move_again(editor, tally, self.tables.take(size))
        return listed < min(size, _FEW)

    def _counted(self, work: Callable[[Any, Tally], R]) -> R:
        """Do something whole, or not at all; count what it loses when it is committed."""

        def counted(editor: Any) -> tuple[R, Tally]:
            tally = Tally(self.tally.findings)
            return work(editor, tally), tally

        def attempt() -> R:
            result, self.tally = briefly(counted, self.execution, _MOVE, pace=self.pace)
            return result

        try:
            return attempt()
        except StageFailed as error:
            if not isinstance(error.__cause__, IntegrityError) or not (gone := self.rows.gone()):
                raise
        # What is in the way has gone from the old table.
        self._again(gone)
        return attempt()


def _clear(execution: Execution, tables: Tables) -> None:
    """Drop what there is of a move that did not come to its end, and forget what was kept aside."""
    if not tables.stand():
        return

    def give_up(_: object) -> None:
        tables.give_up()
        execution.keeping.forget()

    briefly(give_up, execution, "Drop the new table")
    _discard(execution, tables)
    log.info("move given up upgrade=%s", execution.upgrade.pk)


def _try_to_clear(execution: Execution, tables: Tables) -> None:
    """Do so, or leave it to the next upgrade that is validated: why this one failed is told first."""
    try:
        _clear(execution, tables)
    except Exception as error:  # noqa: BLE001 - a lost lease among them
        log.warning("new table left upgrade=%s error=%s", execution.upgrade.pk, error)


def _discard(execution: Execution, tables: Tables) -> None:
    pace = Pace(500, 1_000_000, _SECONDS)
    while (
        briefly(
            lambda _: tables.discard_some(pace.size), execution, "Drop the old table", pace=pace
        )
        is not None
    ):
        pass
