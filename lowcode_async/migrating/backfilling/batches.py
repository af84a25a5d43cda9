"""Filling shadows batch by batch, each a short transaction of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value, When

from lowcode_async.migrating.backfilling.parts import Part
from lowcode_async.migrating.backfilling.watch import Watch
from lowcode_async.migrating.base import Execution, named
from lowcode_async.migrating.pace import Pace
from lowcode_async.migrating.postgresql import begin, briefly
from lowcode_async.planning.progress import RowsDone
from lowcode_async.planning.tally import Tally

log = logging.getLogger(__name__)

R = TypeVar("R")

_STALE_AT_ONCE: Final = 250
_FEW_STALE: Final = 100
"""As many stale keys may be left for the transaction that holds the table."""
_ROUNDS: Final = 1000


@dataclass(slots=True, kw_only=True)
class Batches:
    """The shadows of one table."""

    execution: Execution
    watch: Watch
    parts: Sequence[Part]
    progress: RowsDone
    tally: Tally = field(default_factory=Tally)
    """What was lost in the batches that have been committed."""
    by_database: Pace = field(default_factory=lambda: Pace(1000, 20_000))
    by_function: Pace = field(default_factory=lambda: Pace(200, 2000))

    def fill(self) -> None:
        """Fill the shadows in all rows that are there; the triggers see to those that come.

        Raises:
            StageFailed: a value would be lost that may not be, or the database refused.
            LeaseLost: another worker has taken the stage over.
        """
        done, total = 0, self.parts[0].column.rows.count()
        total += sum(each.originals for each in self.parts)
        portions = self.parts[0].column.portions(size=lambda: self.by_database.size, up_to_now=True)
        for rows, size in portions:
            self._in_transaction(partial(self._convert, rows), self.by_database)
            for part in self.parts:
                for seen in self._look_at(part, part.left(rows)):
                    self.progress(done + seen, total)
            done += size
            self.progress(done, total)
        for part in self.parts:
            for rows, size in part.with_originals(self.by_function):
                self._in_transaction(partial(part.fill_some, rows, size), self.by_function)
                self.progress(done := done + size, total)

    def catch_up(self) -> None:
        """Look again at the rows that others have written, until only few are left."""
        for _ in range(_ROUNDS):
            if self._in_transaction(self._redo) < _FEW_STALE:
                return
        log.warning("rows change faster than they convert upgrade=%s", self.execution.upgrade.pk)

    def _convert(self, rows: QuerySet[Any], tally: Tally) -> None:
        """Let the database convert what it is sure of, all columns at once."""
        condition, values = Q(), dict[str, Any]()
        for part in self.parts:
            if (shortcut := part.converting.shortcut) is not None:
                condition |= Q(shortcut.kept)
                values[part.target.field.attname] = Case(
                    When(shortcut.kept, then=shortcut.expression),
                    default=Value(None),
                    output_field=part.target.plain_field,
                )
        if values:
            rows.order_by().filter(condition).update(**values)

    def _look_at(self, part: Part, rows: QuerySet[Any]) -> Iterator[int]:
        """Give rows to the function, some at a time; yield how many that makes in all."""
        seen = 0
        while list(rows[:1].values_list("pk")):
            size = self.by_function.size
            keys = self._in_transaction(partial(part.fill_some, rows, size), self.by_function)
            seen += len(keys)
            yield seen
            if len(keys) < size:
                return
            rows = rows.filter(pk__gt=keys[-1])

    def _redo(self, tally: Tally) -> int:
        keys = self.watch.take(_STALE_AT_ONCE)
        for part in self.parts:
            part.redo(keys, tally)
        return len(keys)

    def _in_transaction(self, work: Callable[[Tally], R], pace: Pace | None = None) -> R:
        """Do something whole, or not at all; count what it loses when it is committed."""

        def attempt() -> tuple[R, Tally]:
            tally = Tally(self.tally.findings)
            connection = self.execution.connection
            with transaction.atomic(using=connection.alias), named("Fill shadows"):
                begin(connection)
                self.execution.fence()
                result = work(tally)
                self.execution.prolong()
            return result, tally

        begun = time.perf_counter()
        result, self.tally = briefly(attempt, self.execution)
        if pace is not None:
            pace.after(time.perf_counter() - begun)
        return result
