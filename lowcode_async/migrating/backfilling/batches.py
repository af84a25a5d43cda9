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
from lowcode_async.migrating.locks import patiently
from lowcode_async.migrating.postgresql import PostgreSQLExecutor, begin, is_locked, is_lost
from lowcode_async.planning.progress import RowsDone
from lowcode_async.planning.tally import Tally

log = logging.getLogger(__name__)

R = TypeVar("R")

_SECONDS: Final = 0.05
"""What one batch should take: so long does a writer wait at the most for a row of it."""
_SMALLEST, _FIRST, _LARGEST = 50, 1000, 20_000
"""Rows of a batch."""
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
    size: int = _FIRST

    def fill(self) -> None:
        """Fill the shadows in all rows that are there; the triggers see to those that come.

        Raises:
            StageFailed: a value would be lost that may not be, or the database refused.
            LeaseLost: another worker has taken the stage over.
        """
        done, total = 0, self.parts[0].column.rows.count()
        for rows, size in self._portions():
            begun = time.perf_counter()
            self._in_transaction(partial(self._fill, rows))
            self._pace(time.perf_counter() - begun)
            done += size
            self.progress(done, total)
        for part in self.parts:
            for rows in part.with_originals():
                self._in_transaction(partial(part.fill, rows))

    def catch_up(self) -> None:
        """Look again at the rows that others have written, until only few are left."""
        for _ in range(_ROUNDS):
            if self._in_transaction(self._redo) < _FEW_STALE:
                return
        log.warning("rows change faster than they convert upgrade=%s", self.execution.upgrade.pk)

    def _portions(self) -> Iterator[tuple[QuerySet[Any], int]]:
        """Yield the rows in the order of their keys, up to the last that there is now."""
        rows = self.parts[0].column.rows
        keys = rows.values_list("pk", flat=True)
        end = keys.last()
        rest = rows.filter(pk__lte=end)
        while end is not None:
            last = list(rest.values_list("pk", flat=True)[self.size - 1 : self.size])
            if not last:
                yield rest, rest.count()
                return
            yield rest.filter(pk__lte=last[0]), self.size
            rest = rows.filter(pk__gt=last[0], pk__lte=end)

    def _fill(self, rows: QuerySet[Any], tally: Tally) -> None:
        self._by_database(rows)
        for part in self.parts:
            part.fill(part.left(rows), tally)

    def _by_database(self, rows: QuerySet[Any]) -> None:
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

    def _redo(self, tally: Tally) -> int:
        keys = self.watch.take(_STALE_AT_ONCE)
        for part in self.parts:
            part.redo(keys, tally)
        return len(keys)

    def _in_transaction(self, work: Callable[[Tally], int | None]) -> int:
        """Do something whole, or not at all; count what it loses when it is committed."""

        def attempt() -> tuple[int, Tally]:
            tally = Tally(self.tally.findings)
            connection = self.execution.connection
            with transaction.atomic(using=connection.alias), named("Fill shadows"):
                begin(connection)
                self.execution.fence()
                result = work(tally) or 0
                self.execution.prolong()
            return result, tally

        result, self.tally = briefly(attempt, self.execution)
        return result

    def _pace(self, seconds: float) -> None:
        """Make the next batch larger or smaller, at most twice."""
        factor = min(2.0, max(0.5, _SECONDS / max(seconds, 0.001)))
        self.size = min(_LARGEST, max(_SMALLEST, int(self.size * factor)))


def briefly(attempt: Callable[[], R], execution: Execution) -> R:
    """Try something short until the locks are granted; see `patiently`."""
    return patiently(
        attempt,
        execution,
        locked=is_locked,
        lost=is_lost,
        holders=lambda: PostgreSQLExecutor().holders(execution),
    )
