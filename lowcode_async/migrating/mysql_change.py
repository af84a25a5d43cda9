"""One plan on MySQL and MariaDB, step by step, forwards or back; see `mysql`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from django.db import DatabaseError, InterfaceError, connections, transaction
from django.db.migrations.operations import RunPython
from django.db.migrations.state import ProjectState

from lowcode_async.errors import Retryable, StageFailed
from lowcode_async.migrating.backfilling.ahead import drop_touched, fill_ahead
from lowcode_async.migrating.backfilling.indexes import skipped
from lowcode_async.migrating.backfilling.touched import standing
from lowcode_async.migrating.base import Execution, Step, Warnings, is_filling, told
from lowcode_async.migrating.journal import MENDING, Journal, StepState
from lowcode_async.migrating.looking import applied
from lowcode_async.migrating.mending import mend
from lowcode_async.migrating.mysql_session import Beside, executed_before, is_full
from lowcode_async.migrating.mysql_steps import Parts, parts_of
from lowcode_async.migrating.mysql_table import Table
from lowcode_async.models import SchemaVersion
from lowcode_async.planning.backfills import backfilled, kept_ahead, prepared_on
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.plan import Conversion
from lowcode_async.planning.state import APP_LABEL

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One plan, step by step."""

    execution: Execution
    beside: Beside
    """For the rows of the plugin; the connection of the execution is for the table alone."""
    table: Table
    parts: Parts
    journal: Journal
    chosen: tuple[Conversion, ...] = ()
    """The conversions that are done before the table is held."""
    kept: tuple[EnsureEmpty, ...] = ()
    """The removals of fields whose values are kept aside before that."""

    def fence(self) -> None:
        """Make sure that the stage is still ours."""

        def look() -> None:
            with transaction.atomic():
                self.execution.fence()

        self.beside(look)

    def prepared(self) -> Change:
        """Return the same change, with what of it is done before the table is held."""
        plan, connection = self.execution.plan, self.execution.connection
        chosen = backfilled(plan, connection)
        parts = parts_of(prepared_on(plan, connection, chosen))
        return replace(self, chosen=chosen, kept=kept_ahead(plan, connection), parts=parts)

    # -- forwards --------------------------------------------------------------------------------

    def forwards(self) -> None:
        """Do what can be taken back, and record the new version.

        Raises:
            StageFailed: it could not be done, and everything is as it was.
        """
        prepared = self.prepared()
        try:
            prepared.forwards_so()
        except StageFailed as error:
            if not (prepared.chosen or prepared.kept) or not is_full(error.__cause__):
                raise
            log.info("no batches upgrade=%s error=%s", self.journal.task_id, error)
            self.forwards_so()

    def forwards_so(self) -> None:
        """Do so, what is `chosen`, or `kept`, before the table is held."""
        with self._else(self.take_back):
            before, after = self.parts.free_around([each.shadow for each in self.chosen])
            for step in before:
                self._forward(step)
            ahead = fill_ahead(self.parts, self.chosen, self.kept, self.execution, self.table)
            execution = self.execution.beginning_at(ahead.done)
            for step in after:
                self._forward(step, execution)
            steps = ahead.caught_up()
            with self.table.held(self.parts), self._else(self._undo_held):
                with skipped(ahead.built, execution):
                    for step in steps:
                        self._forward(step, execution)
                self._record()

    def cannot_go_back(self) -> bool:
        """Tell whether a worker has died that had begun to put new columns in place."""
        noted = self.beside(self.journal.read)
        return MENDING not in noted and not self.parts.in_place.isdisjoint(noted)

    def go_on(self) -> None:
        """Do what such a worker has left to do, and record the new version."""
        log.info("going on upgrade=%s", self.journal.task_id)
        noted = self.beside(self.journal.read)
        with self._else(self.take_back):
            for step in self.parts.held:
                if noted.get(step.index) is not StepState.DONE and not applied(
                    step, self.execution.connection
                ):
                    self._forward(step)
            self._mend(self.execution.plan.to_state)
            self._record()

    def drop(self) -> Warnings:
        """Drop; what cannot be dropped does no harm, so it is a warning and not a failure."""
        try:
            drop_touched(self.execution, self.table)
            for step in self.parts.dropping:
                if not applied(step, self.execution.connection):
                    self._do(step, allowed=executed_before)
        except StageFailed as error:
            log.warning("cleanup unfinished upgrade=%s error=%s", self.journal.task_id, error)
            return ({"code": "cleanup_unfinished", "params": {"detail": str(error)}},)
        return ()

    def _forward(self, step: Step, execution: Execution | None = None) -> None:
        self.beside(partial(self.journal.begin, step.index))
        with told(step, execution or self.execution, of=len(self.parts.reversible)):
            if isinstance(step.operation, RunPython):
                self._run(step.operation.database_forwards, step, self.journal.done)
                return
            self._do(step)
        self.beside(partial(self.journal.done, step.index))

    def _run(self, function: Callable[..., None], step: Step, note: Callable[[int], None]) -> None:
        """Run a function of the site's in one transaction with the note that it was run.

        So a note that it was begun says that it has done nothing.
        """
        connection = self.execution.connection
        states = (
            (step.before, step.after) if note == self.journal.done else (step.after, step.before)
        )
        with transaction.atomic(using=connection.alias):
            function(APP_LABEL, connection.SchemaEditorClass(connection, atomic=False), *states)
            note(step.index)

    def _do(
        self,
        step: Step,
        *,
        allowed: Callable[[BaseException | None], bool] = lambda _: False,
    ) -> None:
        described = step.operation.describe()
        with self.table.editing(described, allowed=allowed) as editor:
            do = partial(
                step.operation.database_forwards, APP_LABEL, editor, step.before, step.after
            )
            if is_filling(step):
                self.table.patiently(do, described)
            else:
                do()

    def _record(self) -> None:
        """Write the new version.

        Raises:
            Retryable: the connection was lost, and nobody can say whether it was written.
        """

        def record() -> None:
            with transaction.atomic():
                self.execution.fence()
                self.execution.count()
                self.execution.record()

        try:
            self.beside(record)
        except (DatabaseError, InterfaceError):
            if not self.beside(self._is_recorded):
                raise

    def _is_recorded(self) -> bool:
        connections.close_all()
        try:
            return SchemaVersion.objects.filter(upgrade_id=self.journal.task_id).exists()
        except (DatabaseError, InterfaceError) as error:
            raise Retryable("try_again") from error

    # -- back ------------------------------------------------------------------------------------

    def take_back(self) -> None:
        """Undo every step that was begun, the last first, and see that no constraint is missing.

        Raises:
            StageFailed: ``not_taken_back``: the database refused to.
        """
        is_watched = self.journal.task_id in standing(self.execution.connection)
        if not is_watched and not self.beside(self.journal.read):
            return
        self.beside(partial(self.journal.begin, MENDING))
        with self._not_taken_back():
            drop_touched(self.execution, self.table)
        self._undo_all(self.parts.reversible)
        self.execution.keeping.forget()
        with self._not_taken_back():
            self._mend(self.execution.plan.from_state)
        self.beside(partial(self.journal.forget, MENDING))

    @contextmanager
    def _else(self, way_back: Callable[[], None]) -> Iterator[None]:
        """Go back if the block fails, where we can and need not leave it to the next worker."""
        try:
            yield
        except Retryable:
            raise
        except (StageFailed, DatabaseError):
            if self.execution.connection.is_usable():
                way_back()
            raise

    def _undo_held(self) -> None:
        self._undo_all(self.parts.held)
        self.execution.keeping.forget()

    def _undo_all(self, steps: Sequence[Step]) -> None:
        self.beside(partial(self.journal.begin, MENDING))
        begun = self.beside(self.journal.read)
        for step in reversed(steps):
            if step.index not in begun:
                continue
            if isinstance(step.operation, RunPython):
                self._undo_run(step.operation, step, begun[step.index])
            elif applied(step, self.execution.connection) is not False:
                self._undo(step)
            self.beside(partial(self.journal.forget, step.index))
            log.info("step taken back upgrade=%s step=%s", self.journal.task_id, step.index)

    def _undo_run(self, operation: RunPython, step: Step, state: StepState) -> None:
        if state is StepState.DONE:
            with self._not_taken_back():
                self._run(operation.database_backwards, step, self.journal.forget)

    def _undo(self, step: Step) -> None:
        described = step.operation.describe()
        with (
            self._not_taken_back(),
            self.table.editing(described, allowed=executed_before) as editor,
        ):
            step.operation.database_backwards(APP_LABEL, editor, step.after, step.before)

    @contextmanager
    def _not_taken_back(self) -> Iterator[None]:
        try:
            yield
        except StageFailed as error:
            raise StageFailed("not_taken_back", detail=str(error)) from error

    def _mend(self, state: ProjectState) -> None:
        with self.table.editing("Mend constraints") as editor:
            for each in mend(editor, self.execution.models_in(state)):
                log.info("mended upgrade=%s constraint=%s", self.journal.task_id, each)
