"""On MySQL and MariaDB shadows are filled before the table is held, so that it is held but shortly.

1. The shadows are there, and the table gets a column that says which rows were written (see `touched`).
2. Batches convert the rows, each a short transaction; what is lost is kept aside in the same one.
3. The rows that were written meanwhile are looked at again, until few are left.
4. The table is held. The last few are looked at, and the rest of the plan is done.

A worker that is killed before new columns take the place of old ones leaves the old structure in
force. The next one drops all that was added, forgets what was kept aside, and begins anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from django.db import transaction
from django.db.migrations.operations.base import Operation
from django.db.models import Q, QuerySet

from lowcode_async.migrating.backfilling.batches import SHARE, Batches
from lowcode_async.migrating.backfilling.catching_up import CatchUp, part_of
from lowcode_async.migrating.backfilling.parts import Part
from lowcode_async.migrating.backfilling.touched import Touched, drop_statement, standing
from lowcode_async.migrating.base import Execution, Step
from lowcode_async.migrating.mysql_session import is_not_online, short_waits
from lowcode_async.migrating.mysql_steps import Parts
from lowcode_async.migrating.mysql_table import Table
from lowcode_async.planning.backfills import indexes_of
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.keeping import here
from lowcode_async.planning.plan import Conversion
from lowcode_async.planning.progress import of_rows
from lowcode_async.planning.tally import Tally

log = logging.getLogger(__name__)

R = TypeVar("R")


@dataclass(slots=True, kw_only=True)
class TouchedBatches(Batches):
    """The shadows of one table, where a column says which rows are still to be converted."""

    watch: Touched

    def _convert(self, rows: QuerySet[Any], tally: Tally) -> None:
        """Let the database convert the rows of which it is sure in all columns."""
        sure, values = Q(), dict[str, Any](self.watch.nothing)
        for part in self.parts:
            if part.sure is None:
                return
            sure &= part.sure
            values |= part.by_database[1] if part.by_database else {}
        rows.order_by().filter(sure).update(**values)

    def _look_at(self, rows: QuerySet[Any]) -> Iterator[int]:
        left, seen = self.watch.among(rows), 0
        while list(left[:1].values_list("pk")):
            keys = self._in_transaction(partial(self._redo_some, left), self.by_function)
            if not keys:
                return
            yield (seen := seen + len(keys))
            # Those that are touched once more are left for later: each row but once.
            left = left.filter(pk__gt=keys[-1])

    def _give_back(self, part: Part, rows: QuerySet[Any], tally: Tally) -> None:
        with self.watch.taken(self.by_function.largest, among=rows) as keys:
            for each in self.parts:
                each.redo(keys, tally)

    def _redo_some(self, rows: QuerySet[Any], tally: Tally) -> list[Any]:
        """Give the first of some rows to the function; return their keys."""
        with self.watch.taken(self.by_function.size, among=rows) as keys:
            for part in self.parts:
                part.redo(keys, tally)
        return keys


@dataclass(frozen=True, slots=True)
class Ahead:
    """What has been done before the table is held, and what is left."""

    steps: Sequence[Step]
    """What is to be done while the table is held, as the plan has it."""
    built: Sequence[str] = ()
    """Indexes that are there already."""
    done: float = 0.0
    """Percent of the whole work that has been done."""
    batches: TouchedBatches | None = None

    def caught_up(self) -> Sequence[Step]:
        """Look again at the rows that were written since; return what is then to be done instead."""
        if self.batches is None:
            return self.steps
        self.batches.catch_up()
        watch, found = self.batches.watch, self.batches.tally.findings
        instead: dict[Operation, Operation] = {
            part.operation: CatchUp(part.operation, watch, found=found)
            for part in self.batches.parts
        }
        return [
            replace(each, planned=replace(each.planned, operation=instead[each.operation]))
            if each.operation in instead
            else each
            for each in self.steps
        ]


def fill_ahead(
    parts: Parts,
    chosen: tuple[Conversion, ...],
    removals: Sequence[EnsureEmpty],
    execution: Execution,
    table: Table,
) -> Ahead:
    """Fill the shadows of large tables, and index them; keep values aside that go.

    Args:
        parts: the whole; what writers need not be kept away from has been done.
        chosen: the conversions; see `planning.backfills.backfilled`.
        removals: of fields; see `planning.backfills.kept_ahead`.
        execution: the whole, which is not at work in any transaction.
        table: the same table, as statements are executed that wait for its locks.
    """
    steps = [each for each in parts.held if _fills(each, chosen) or each.operation in removals]
    if not steps:
        return Ahead(parts.held)
    # The connection can use other tables as long as it holds none: what is lost is kept by it.
    execution = replace(execution, call=here)
    first: Any = steps[0].operation
    watch = Touched.with_it(
        steps[0].before, first.model_name, execution.connection, execution.upgrade.pk
    )
    if not _begun(watch, table):
        return Ahead(parts.held)
    start = 100 * steps[0].index / len(parts.reversible)
    log.info("filling ahead upgrade=%s columns=%s", execution.upgrade.pk, len(steps))
    batches = TouchedBatches(
        execution=execution,
        watch=watch,
        parts=[_part(each.operation, watch, execution) for each in steps],
        progress=of_rows(execution.progress, start, SHARE, operation=first.describe()),
        briefly=_Briefly(table),
    )
    batches.fill()
    built = _indexed(watch, chosen, execution, table)
    return Ahead(parts.held, built, SHARE, batches)


def drop_touched(execution: Execution, table: Table) -> None:
    """Drop the column that says which rows were written, if it is there."""
    task_id = execution.upgrade.pk
    name = standing(execution.connection).get(task_id)
    if name is not None:
        with table.editing("Forget touched rows") as editor:
            editor.execute(drop_statement(execution.connection, name, task_id))


def _fills(step: Step, chosen: tuple[Conversion, ...]) -> bool:
    operation = step.operation
    shadows = {each.shadow for each in chosen}
    return isinstance(operation, ConvertValues) and operation.shadow in shadows


def _begun(watch: Touched, table: Table) -> bool:
    """Add the column; tell whether the server can do so while others write."""
    with table.editing("Watch over rows", allowed=is_not_online) as editor:
        watch.begin(editor)
    return table.execution.upgrade.pk in standing(watch.connection)


def _indexed(
    watch: Touched, chosen: tuple[Conversion, ...], execution: Execution, table: Table
) -> list[str]:
    """Build the indexes of the shadows, and that of the touched rows; return the names of the former."""
    wanted = indexes_of(execution.plan, execution.connection, chosen).beforehand
    for each in wanted:
        with table.editing(f"Create index {each.name}") as editor:
            editor.execute(each.statement, None)
    with table.editing("Index touched rows") as editor:
        watch.index(editor)
    return [each.name for each in wanted]


def _part(whole: Any, watch: Touched, execution: Execution) -> Part:
    """Return what is done with one column; the table is as it is now."""
    whole.force, whole.keeping = execution.force, execution.keeping
    return part_of(whole, watch.model, watch.connection)


@dataclass(frozen=True, slots=True)
class _Briefly:
    """Does something in a short transaction, whose statements wait but shortly, if the stage is still ours.

    What is kept aside refers to the upgrade, whose row is thus locked most of the time: nobody else
    could prolong the lease.
    """

    table: Table

    def __call__(self, work: Callable[[], R]) -> R:
        """Return what it returns."""
        execution = self.table.execution
        connection = execution.connection

        def attempt() -> R:
            # Where the plugin's rows are elsewhere, what is noted there is taken back with a batch that
            # is tried again. They are committed first: what is lost is written down before it goes.
            with transaction.atomic(using=connection.alias), transaction.atomic(savepoint=False):
                execution.fence()
                result = work()
                execution.prolong()
            return result

        with short_waits(connection, for_rows=True) as shortly:
            return self.table.patiently(partial(shortly, attempt), "Fill shadows")
