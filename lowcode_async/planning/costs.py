"""What a plan costs whoever uses the table meanwhile: asked of the server, and measured on a sample."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.migrations.operations import DeleteModel

from lowcode_async.planning.backfills import (
    backfilled,
    indexes_of,
    is_beforehand,
    is_index,
    kept_ahead,
    prepared_on,
)
from lowcode_async.planning.moves import moves
from lowcode_async.planning.observers import Lock
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.plan import Phase, Plan, PlannedOperation
from lowcode_async.planning.rehearsal import Rehearsal, about_table, rehearsal
from lowcode_async.planning.rows import LARGE, PAGE, PAGE_OF_LARGE
from lowcode_async.planning.seen import REFUSED, Cost, at_least, seen_of
from lowcode_async.planning.state import APP_LABEL
from lowcode_async.sentences import JSON

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


_BATCH: Final = 0.1
"""Seconds that a write waits at the most, about, while rows move to a new table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How long writers would wait."""

    code: str
    """What it is based on: a key of `lowcode_async.sentences.SENTENCES`."""
    rows: int
    """Rows of the table."""
    sample: int = 0
    """Rows of the clone that was measured."""
    seconds: float | None = None
    """All waiting together; None if it could not be measured."""
    operations: tuple[float, ...] = ()
    """Seconds of each operation, whether anybody waits for it or not."""

    def to_json(self) -> dict[str, JSON]:
        """Return the form that is stored and told."""
        params = {"rows": self.rows, "sample": self.sample}
        return {"seconds": self.seconds, "code": self.code, "params": params}


def costs_of(plan: Plan, connection: BaseDatabaseWrapper) -> list[Cost]:
    """Return what each operation of a plan costs, as the server says on an empty clone."""
    if plan.before is None:
        return [Cost() for _ in plan.operations]
    chosen = backfilled(plan, connection)
    plan = prepared_on(plan, connection, chosen)
    seen = seen_of(plan, connection)
    if moves(plan, connection, seen):
        return [replace(each, lock=Lock.NONE) for each in seen]
    kept = kept_ahead(plan, connection)
    before = [is_beforehand(each, chosen) or each.operation in kept for each in plan.operations]
    free = [
        replace(cost, lock=Lock.NONE) if first else cost
        for cost, first in zip(seen, before, strict=True)
    ]
    held = _held_alone if connection.vendor == "mysql" else _held_together
    together = held(plan.operations, free)
    return [
        now if first else later for now, later, first in zip(free, together, before, strict=True)
    ]


def estimate_of(plan: Plan, connection: BaseDatabaseWrapper, costs: Sequence[Cost]) -> Estimate:
    """Return how long writers would wait: the operations are timed on a clone with a sample of rows.

    What they take on an empty clone is taken once, what the rows add to it is taken in proportion.
    """
    if plan.before is None:
        return Estimate(code="estimate_nobody_waits", rows=0, seconds=0.0)
    model: type[models.Model] = plan.from_state.apps.get_model(APP_LABEL, plan.name_before)
    rows = model._base_manager.using(connection.alias).count()
    if all(each.lock is Lock.NONE for each in costs):
        if moves(plan, connection, costs):
            return Estimate(code="estimate_moves", rows=rows, seconds=_BATCH)
        return Estimate(code="estimate_nobody_waits", rows=rows, seconds=0.0)
    if any(each.lock is None for each in costs):
        return Estimate(code="estimate_impossible", rows=rows)
    try:
        empty, _ = _timed(plan, connection, limit=0)
        full, sample = _timed(plan, connection, limit=_limit(model)) if rows else (empty, 0)
    except REFUSED:
        return Estimate(code="estimate_impossible", rows=rows)
    times = tuple(
        base + max(0.0, with_rows - base) * rows / max(1, sample)
        for base, with_rows in zip(empty, full, strict=True)
    )
    waited = sum(
        each for each, cost in zip(times, costs, strict=True) if cost.lock is not Lock.NONE
    )
    checked = any(_points(planned) for planned in plan.operations)
    return Estimate(
        code="estimate_without_keys" if checked else "estimate_measured",
        rows=rows,
        sample=sample,
        seconds=round(waited, 3),
        operations=tuple(round(each, 4) for each in times),
    )


def _held_together(operations: Sequence[PlannedOperation], costs: Sequence[Cost]) -> list[Cost]:
    """Tell the locks of a plan that is one transaction: what it has taken it keeps to its end."""
    held, found = Lock.NONE, []
    for cost in costs:
        if cost.lock is None:
            found.append(cost)
            continue
        held = at_least(held, cost.lock)
        found.append(replace(cost, lock=held))
    return found


def _held_alone(operations: Sequence[PlannedOperation], costs: Sequence[Cost]) -> list[Cost]:
    """Tell the locks of a plan whose statements stand alone.

    The table is held against everybody from the first step that fills a column until the new version
    is recorded, which is before anything is dropped.
    """
    filling, found = False, []
    for planned, cost in zip(operations, costs, strict=True):
        filling = filling or isinstance(planned.operation, Filling)
        held = filling and planned.phase is not Phase.CONTRACT and cost.lock is not None
        found.append(replace(cost, lock=Lock.EVERYBODY) if held else cost)
    return found


def _points(planned: PlannedOperation) -> bool:
    """Tell whether an operation may make the database look for the targets of all keys."""
    field = getattr(planned.operation, "field", None)
    return isinstance(field, models.ForeignKey) and getattr(field, "db_constraint", True)


def _limit(model: type[models.Model]) -> int:
    large = any(isinstance(each, LARGE) for each in model._meta.local_concrete_fields)
    return PAGE_OF_LARGE if large else PAGE


def _timed(plan: Plan, connection: BaseDatabaseWrapper, *, limit: int) -> tuple[list[float], int]:
    """Return the seconds that each operation takes on a clone, and how many rows it has.

    The better of two times counts: the first one pays for what is done but once in a process.
    """
    (first, _), (second, sample) = (_timed_once(plan, connection, limit=limit) for _ in range(2))
    return [min(pair) for pair in zip(first, second, strict=True)], sample


def _timed_once(
    plan: Plan, connection: BaseDatabaseWrapper, *, limit: int
) -> tuple[list[float], int]:
    times = []
    source = plan.from_state.apps.get_model(APP_LABEL, plan.name_before)._meta.db_table
    chosen = backfilled(plan, connection)
    plan = prepared_on(plan, connection, chosen)
    indexes = indexes_of(plan, connection, chosen)
    beforehand = bool(indexes.beforehand) and indexes.complete
    with rehearsal(plan, connection, apart=False) as clone, _indexes_left_out(clone, beforehand):
        sample = clone.fill(source, limit=limit)
        for planned, before, after in plan.steps():
            begin = time.perf_counter()
            skipped = planned.registered or isinstance(planned.operation, DeleteModel)
            if about_table(planned, before, after) and not skipped:
                clone.do(planned)
            times.append(time.perf_counter() - begin)
    return times, sample


@contextlib.contextmanager
def _indexes_left_out(clone: Rehearsal, beforehand: bool) -> Iterator[None]:  # noqa: FBT001
    """Leave indexes out that nobody has to wait for."""

    def execute(execute: Any, sql: str, *arguments: Any) -> Any:
        return None if is_index(sql) else execute(sql, *arguments)

    if not beforehand:
        yield
        return
    with clone.place.execute_wrapper(execute):
        yield
