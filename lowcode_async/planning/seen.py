"""What each operation of a plan does to the model's table: seen on an empty clone of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.db import DatabaseError, NotSupportedError, transaction
from django.db.migrations.operations import AlterModelTable, DeleteModel
from django.db.migrations.state import ProjectState

from lowcode_async.errors import StageFailed
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.observers import LOCKS, Lock, observer_of
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.rehearsal import Rehearsal, about_table, known, rehearsal
from lowcode_async.planning.state import APP_LABEL
from lowcode_async.sentences import JSON

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

REFUSED: Final = (DatabaseError, NotSupportedError, StageFailed, ValueError)
"""What a clone may answer an operation with that the real table would refuse too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one operation does to the model's table."""

    rewrites: bool | None = False
    """Whether all rows are written anew; None if that could not be asked."""
    scans: bool | None = False
    """Whether all rows are read."""
    lock: Lock | None = Lock.NONE
    """Who has to wait while it lasts."""

    def to_json(self) -> dict[str, JSON]:
        """Return the form that is stored and told."""
        lock = None if self.lock is None else self.lock.value
        return {"rewrites": self.rewrites, "scans": self.scans, "lock": lock}


UNKNOWN: Final = Cost(rewrites=None, scans=None, lock=None)


def seen_of(plan: Plan, connection: BaseDatabaseWrapper) -> list[Cost]:
    """Return what each operation costs by itself, as the server says on an empty clone."""
    with rehearsal(plan, connection, apart=True) as clone:
        return list(_seen(plan, clone))


def at_least(least: Lock, lock: Lock | None) -> Lock:
    """Return the stronger of two locks."""
    return max(least, lock or Lock.NONE, key=LOCKS.index)


def _seen(plan: Plan, clone: Rehearsal) -> Iterator[Cost]:
    """Yield what each operation does; behind one that the clone refuses, nothing is known."""
    observer = observer_of(clone.place, clone.table)
    lost = False
    for planned, before, after in plan.steps():
        if not about_table(planned, before, after):
            yield Cost()
            continue
        if planned.registered:
            lost = lost or before.models != after.models
            yield UNKNOWN
            continue
        if isinstance(planned.operation, DeleteModel | AlterModelTable):
            if not lost and isinstance(planned.operation, AlterModelTable):
                clone.do(planned)
            yield Cost(lock=_lock_of_table(planned.operation, before, after))
            continue
        lost = lost or not known(planned)
        if lost:
            yield UNKNOWN
            continue
        try:
            with _kept(clone.place), observer.watching() as seen:
                clone.do(planned)
        except REFUSED:
            lost = True
            yield UNKNOWN
            continue
        cost = Cost(rewrites=seen.rewrites, scans=seen.scans, lock=seen.lock)
        yield _of_filling(planned.operation, cost)


def _lock_of_table(operation: object, before: ProjectState, after: ProjectState) -> Lock:
    """Return who waits for a table that is moved or dropped: nobody, where it is called as before."""
    if isinstance(operation, AlterModelTable):
        name = operation.name
        tables = {each.apps.get_model(APP_LABEL, name)._meta.db_table for each in (before, after)}
        return Lock.NONE if len(tables) == 1 else Lock.EVERYBODY
    return Lock.EVERYBODY


def _of_filling(operation: object, cost: Cost) -> Cost:
    """Return what an operation of ours costs: what it does to rows is not seen where there are none."""
    if isinstance(operation, EnsureEmpty):
        return replace(cost, scans=True)
    if isinstance(operation, Filling):
        return replace(cost, rewrites=True, scans=True, lock=at_least(Lock.WRITERS, cost.lock))
    return cost


@contextlib.contextmanager
def _kept(place: Any) -> Iterator[None]:
    """Keep a transaction usable although a statement in it fails; others have none here."""
    if place.vendor != "postgresql":
        yield
        return
    with transaction.atomic(using=place.alias):
        yield
