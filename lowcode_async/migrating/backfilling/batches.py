"""Filling shadows batch by batch, each a short transaction of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from django.db.models import Q, QuerySet

from lowcode_async.migrating.backfilling.parts import Part
from lowcode_async.migrating.backfilling.watching import Watch
from lowcode_async.migrating.base import Execution
from lowcode_async.migrating.pace import Pace
from lowcode_async.planning.progress import RowsDone
from lowcode_async.planning.tally import Tally

log = logging.getLogger(__name__)

R = TypeVar("R")

SHARE: Final = 95.0
"""Percent of the work that is done beforehand."""
_STALE_AT_ONCE: Final = 250
_FEW_STALE: Final = 100
"""As many stale keys may be left for the transaction that holds the table."""
_ROUNDS: Final = 1000


class Briefly(Protocol):
    """Does something in a short transaction of its own, once its locks are granted."""

    def __call__(self, work: Callable[[], R]) -> R:
        """Return what it returns."""


@dataclass(slots=True, kw_only=True)
class Batches:
    """What is done to one table.

    Each shadow is empty in the rows of which the database is not sure.
    """

    execution: Execution
    watch: Watch
    parts: Sequence[Part]
    progress: RowsDone
    briefly: Briefly
    tally: Tally = field(default_factory=Tally)
    """What was lost in the batches that have been committed."""
    by_database: Pace = field(default_factory=lambda: Pace(1000, 20_000))
    by_function: Pace = field(default_factory=lambda: Pace(200, 2000))

    def fill(self) -> None:
        """Fill the shadows in all rows that are there; those that come are watched.

        Raises:
            StageFailed: a value would be lost that may not be, or the database refused.
            LeaseLost: another worker has taken the stage over.
        """
        done, total = 0, self.parts[0].column.rows.count()
        total += sum(each.originals for each in self.parts)
        portions = self.parts[0].column.portions(size=lambda: self.by_database.size, up_to_now=True)
        for rows, size in portions:
            self._in_transaction(partial(self._convert, rows), self.by_database)
            for seen in self._look_at(rows):
                self.progress(done + seen, total)
            done += size
            self.progress(done, total)
        for part in self.parts:
            for rows, size in part.with_originals(self.by_function):
                self._in_transaction(partial(self._give_back, part, rows), self.by_function)
                self.progress(done := done + size, total)

    def catch_up(self) -> None:
        """Look again at the rows that others have written, until only few are left."""
        self._redo_stale()
        if not self.watch.notes_deletions:
            for part in self.parts:
                for keys in part.gone():
                    self._in_transaction(partial(part.forget, keys))
            self._redo_stale()

    def _redo_stale(self) -> None:
        for _ in range(_ROUNDS):
            if self._in_transaction(self._redo) < _FEW_STALE:
                return
        log.warning("rows change faster than they convert upgrade=%s", self.execution.upgrade.pk)

    def _convert(self, rows: QuerySet[Any], tally: Tally) -> None:
        """Let the database convert what it is sure of, all columns at once."""
        condition, values = Q(), dict[str, Any]()
        for part in self.parts:
            if (done := part.by_database) is not None:
                condition |= done[0]
                values |= done[1]
        if values:
            rows.order_by().filter(condition).update(**values)

    def _look_at(self, rows: QuerySet[Any]) -> Iterator[int]:
        """Give the rows that are left of some to the function; yield how many that makes so far."""
        for part in self.parts:
            yield from self._look_at_one(part, part.left(rows))

    def _look_at_one(self, part: Part, rows: QuerySet[Any]) -> Iterator[int]:
        seen = 0
        while list(rows[:1].values_list("pk")):
            size = self.by_function.size
            keys = self._in_transaction(partial(part.fill_some, rows, size), self.by_function)
            seen += len(keys)
            yield seen
            if len(keys) < size:
                return
            rows = rows.filter(pk__gt=keys[-1])

    def _give_back(self, part: Part, rows: QuerySet[Any], tally: Tally) -> None:
        """Give rows to the function for which there are originals."""
        part.fill_some(rows, self.by_function.largest, tally)

    def _redo(self, tally: Tally) -> int:
        with self.watch.taken(_STALE_AT_ONCE) as keys:
            for part in self.parts:
                part.redo(keys, tally)
        return len(keys)

    def _in_transaction(self, work: Callable[[Tally], R], pace: Pace | None = None) -> R:
        """Do something whole, or not at all; count what it loses when it is committed."""

        def attempt() -> tuple[R, Tally]:
            tally = Tally(self.tally.findings)
            return work(tally), tally

        begun = time.perf_counter()
        result, self.tally = self.briefly(attempt)
        if pace is not None:
            pace.after(time.perf_counter() - begun)
        return result
