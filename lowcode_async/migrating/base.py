"""What it takes to carry a plan out, whatever the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from django.db import DatabaseError, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from lowcode_async.clock import database_now
from lowcode_async.errors import StageFailed
from lowcode_async.models import Upgrade
from lowcode_async.planning.keeping import Call, Keeping, here
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.plan import Plan, PlannedOperation
from lowcode_async.planning.progress import Report, of_rows
from lowcode_async.planning.state import APP_LABEL
from lowcode_async.planning.tally import Tally
from lowcode_async.sentences import JSON

Warnings = Sequence[Mapping[str, JSON]]
"""``{"code", "params"}`` each."""


AT_THE_END: Final = "Create indexes and constraints"
"""What a schema editor does when all operations are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One plan to carry out for one upgrade."""

    plan: Plan
    upgrade: Upgrade
    force: bool
    connection: BaseDatabaseWrapper
    fence: Callable[[], None]
    """Locks the upgrade's row for the transaction; raises when another worker has taken over."""
    record: Callable[[], None]
    """Writes the new version, as the last act of the transaction of the change."""
    progress: Report
    count: Callable[[], None] = lambda: None
    """Tells what was lost, as long as all can be taken back; raises if more was than is agreed to."""
    prolong: Callable[[], None] = lambda: None
    """Prolongs the lease, at the end of a transaction that is not the last."""
    tally: Tally = field(default_factory=Tally)
    """What is lost on the way."""
    call: Call = here
    """Calls functions that use the plugin's rows, where the connection cannot."""

    @property
    def keeping(self) -> Keeping:
        """Where the values go that the way back would not give again."""
        return replace(Keeping.of(self.upgrade, at=database_now()), call=self.call)

    def beginning_at(self, done: float) -> Execution:
        """Return what is left to carry out when so many percent have been done beforehand."""
        report = self.progress

        def told(percent: float, **detail: JSON) -> None:
            report(done + percent * (100 - done) / 100, **detail)

        return replace(self, progress=told)

    def models_in(self, state: ProjectState) -> list[type[models.Model]]:
        """Return the models whose tables the plan may change in a state: its own, and links."""
        if state is self.plan.from_state and self.plan.before is None:
            return []
        model: Any = self._model(state)
        links = [each.remote_field for each in model._meta.local_many_to_many]
        links += [each for each in model._meta.related_objects if each.many_to_many]
        return [model, *dict.fromkeys(each.through for each in links)]

    def tables_in(self, state: ProjectState) -> list[str]:
        """Return the tables of the model in a state, and of its links."""
        model = self._model(state)
        links: list[Any] = list(model._meta.local_many_to_many)
        through = (each.remote_field.through._meta.db_table for each in links)
        return [model._meta.db_table, *through]

    def tables(self) -> list[str]:
        """Return the tables whose locks the plan needs: the model's, and those it refers to."""
        names: set[str] = set()
        if self.plan.before is not None:
            names.update(_tables_of(self._model(self.plan.from_state)))
        if not self.plan.after.deleted:
            names.update(_tables_of(self._model(self.plan.to_state)))
        return sorted(names)

    def _model(self, state: ProjectState) -> type[models.Model]:
        plan = self.plan
        has_new_name = (APP_LABEL, plan.after.name.lower()) in state.models
        name = plan.after.name if has_new_name else plan.name_before
        return state.apps.get_model(APP_LABEL, name)


def _tables_of(model: type[models.Model]) -> Iterator[str]:
    yield model._meta.db_table
    for each in model._meta.get_fields():
        if isinstance(each, models.ForeignKey | models.ManyToManyField):
            yield each.related_model._meta.db_table


class Executor(Protocol):
    """Carries plans out on one kind of database."""

    def carry_out(self, execution: Execution) -> Warnings:
        """Change the tables and record the new version.

        Raises:
            StageFailed: nothing has changed.
            Retryable: nothing has changed, and it may be tried again.
        """

    def take_back(self, execution: Execution) -> None:
        """Undo what a killed worker has left half-done before the new version was recorded."""

    def finish(self, execution: Execution) -> Warnings:
        """Do what is left to do after the new version has been recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation of a plan, with the states before and behind it."""

    index: int
    planned: PlannedOperation
    before: ProjectState
    after: ProjectState

    @property
    def operation(self) -> Operation:
        """Django's operation."""
        return self.planned.operation


def steps_of(plan: Plan) -> list[Step]:
    """Return the operations of a plan with the states between them."""
    return [
        Step(index=index, planned=planned, before=before, after=after)
        for index, (planned, before, after) in enumerate(plan.steps())
    ]


def is_filling(step: Step) -> bool:
    """Tell whether a step fills a column, row by row."""
    return isinstance(step.operation, Filling)


@contextmanager
def told(step: Step, execution: Execution, *, of: int) -> Iterator[None]:
    """Publish the progress of one step, and name its operation when the database refuses it.

    Raises:
        DatabaseError: the database refused; its first note is the operation.
    """
    start, end = (100 * part / max(of, 1) for part in (step.index, step.index + 1))
    described = step.operation.describe()
    execution.progress(start, operation=described)
    if isinstance(step.operation, Filling):
        step.operation.force = execution.force
        step.operation.keeping = execution.keeping
        step.operation.tally = execution.tally
        step.operation.progress = of_rows(execution.progress, start, end, operation=described)
    with named(described):
        yield


@contextmanager
def named(described: str) -> Iterator[None]:
    """Put the name of an operation on what the database says when it refuses it."""
    try:
        yield
    except DatabaseError as error:
        error.add_note(described)
        raise


def refused(error: DatabaseError, described: str | None = None) -> StageFailed:
    """Return how a statement that the database refused is told."""
    operation = described or getattr(error, "__notes__", [AT_THE_END])[0]
    return StageFailed("database_refused", operation=operation, detail=str(error).strip())
