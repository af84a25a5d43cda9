"""Carrying a plan out beside the real tables, on clones that are gone afterwards.

Empty clones are asked what an operation does to a table; clones with a few thousand rows, how long it
takes. Links (many-to-many) are left out: they are tables of their own, and their operations leave
the model's table alone.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from django.db import connections, models
from django.db.migrations.operations import (
    AddConstraint,
    AddIndex,
    AlterModelOptions,
    AlterModelTable,
    AlterModelTableComment,
    AlterOrderWithRespectTo,
    RemoveConstraint,
    RemoveIndex,
    RenameModel,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.operations.models import AlterTogetherOptionOperation, IndexOperation
from django.db.migrations.state import ModelState, ProjectState

from lowcode_async.planning.clones import hidden_hook, renamed_hook
from lowcode_async.planning.leftovers import hidden_name, neighbor_of
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.places import hidden_place, reachable
from lowcode_async.planning.plan import Plan, PlannedOperation
from lowcode_async.planning.state import APP_LABEL

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_KNOWN: Final = (
    FieldOperation,
    Filling,
    AlterModelOptions,
    AlterTogetherOptionOperation,
    AlterModelTable,
    AlterModelTableComment,
    AlterOrderWithRespectTo,
    RenameModel,
    IndexOperation,
    SeparateDatabaseAndState,
)
"""Operations that touch nothing but the table of the model they are given."""


class Rehearsal:
    """The clone of one table, and the steps of a plan upon it."""

    def __init__(self, plan: Plan, place: Any, *, apart: bool) -> None:
        """Prepare the clone of a plan's table.

        Args:
            plan: what is to be carried out; its model exists.
            place: a connection, from `hidden_place`.
            apart: whether the tables it refers to are clones too. Else they are the real ones, which are
                read only: nothing is made to point at them.
        """
        self.place = place
        self.apart = apart
        self.name = plan.name_before
        self.table = hidden_name(place)
        self.state = _cloned(plan, self.table, apart=apart)
        self._created: list[tuple[str, str]] = []

    def create(self) -> None:
        """Make the tables, empty."""
        for key in self._tables():
            editor = self._editor()
            self._created.append(key)
            editor.create_model(self.state.apps.get_model(*key))
            for statement in editor.deferred_sql:
                editor.execute(statement, None)

    def drop(self) -> None:
        """Drop the tables, those that point at others first."""
        with self.place.cursor() as cursor:
            for key in reversed(self._created):
                table = self.state.models[key].options["db_table"]
                cursor.execute(f"DROP TABLE IF EXISTS {self.place.ops.quote_name(table)}")

    def fill(self, source: str, *, limit: int) -> int:
        """Copy the first rows of the real table, and return how many they are."""
        quote = self.place.ops.quote_name
        model = self.state.apps.get_model(APP_LABEL, self.name)
        columns = ", ".join(quote(each.column) for each in model._meta.local_concrete_fields)
        with self.place.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {quote(self.table)} ({columns}) "
                f"SELECT {columns} FROM {quote(source)} LIMIT {int(limit)}"
            )
            cursor.execute(f"SELECT count(*) FROM {quote(self.table)}")
            (count,) = cursor.fetchone()
        return int(count)

    def do(self, planned: PlannedOperation) -> None:
        """Carry one operation out; on rows, as if it were forced."""
        operation = self._prepared(planned.operation)
        after = self.state.clone()
        operation.state_forwards(APP_LABEL, after)
        if isinstance(operation, RenameModel | AlterModelTable):
            self._follow(operation, after)
            return
        editor = self._editor()
        operation.database_forwards(APP_LABEL, editor, self.state, after)
        for statement in editor.deferred_sql:
            editor.execute(statement, None)
        self.state = after

    def _tables(self) -> list[tuple[str, str]]:
        own = (APP_LABEL, self.name.lower())
        others = [key for key in self.state.models if key != own] if self.apart else []
        return [*others, own]

    def _follow(self, operation: Operation, after: ProjectState) -> None:
        """Call the model by its new name; the clone keeps the table that nobody will find."""
        if isinstance(operation, RenameModel):
            self.name = operation.new_name
        after.alter_model_options(APP_LABEL, self.name.lower(), {"db_table": self.table})
        self.state = after

    def _prepared(self, operation: Operation) -> Operation:
        if isinstance(operation, SeparateDatabaseAndState):
            within = [self._prepared(each) for each in operation.state_operations]
            return SeparateDatabaseAndState(state_operations=within)
        prepared: Any = copy.copy(operation)
        if isinstance(prepared, AddIndex):
            prepared.index = renamed_hook(prepared.index, self.table)
        elif isinstance(prepared, AddConstraint):
            prepared.constraint = renamed_hook(prepared.constraint, self.table)
        elif isinstance(prepared, RemoveIndex | RemoveConstraint):
            prepared.name = hidden_hook(prepared.name, self.table)
        if not self.apart and isinstance(prepared, Filling):
            prepared.force = True
        if not self.apart and hasattr(prepared, "field"):
            prepared.field = _unchecked(prepared.field)
        return prepared  # type: ignore[no-any-return]

    def _editor(self) -> Any:
        # Not entered: SQLite's would check all foreign keys, those of the real tables too.
        editor = self.place.SchemaEditorClass(self.place, atomic=False)
        editor.deferred_sql = []
        return editor


@contextlib.contextmanager
def rehearsal(plan: Plan, connection: BaseDatabaseWrapper, *, apart: bool) -> Iterator[Rehearsal]:
    """Give an empty clone of the plan's table; see `Rehearsal`."""
    # Not Django's proxy, which would lead to the place as soon as that is reachable.
    connection = connections[connection.alias]
    # Of the same alias, by which operations ask the site's routers.
    hidden = hidden_place(connection, alias=connection.alias)
    with hidden as place, reachable(place, connection, attached=not apart):
        clone = Rehearsal(plan, place, apart=apart)
        try:
            clone.create()
            yield clone
        finally:
            if not place.features.can_rollback_ddl:
                clone.drop()


def about_table(planned: PlannedOperation, before: ProjectState, after: ProjectState) -> bool:
    """Tell whether an operation is about the model's own table; not so those about links."""
    names = {getattr(planned.operation, key, None) for key in ("name", "old_name", "new_name")}
    model = getattr(planned.operation, "model_name", "").lower()
    return not any(
        (APP_LABEL, model) in state.models
        and (found := state.models[APP_LABEL, model].fields.get(str(name))) is not None
        and found.many_to_many
        for name in names
        for state in (before, after)
    )


def known(planned: PlannedOperation) -> bool:
    """Tell whether an operation can be carried out on a clone and will touch nothing else."""
    return isinstance(planned.operation, _KNOWN) and not planned.registered


def _cloned(plan: Plan, table: str, *, apart: bool) -> ProjectState:
    """Return the state that the plan starts from, of tables that nobody will find."""
    state = ProjectState()
    own = (APP_LABEL, plan.name_before.lower())
    for key, each in plan.from_state.models.items():
        if key == own:
            state.add_model(_own(each, table, apart=apart))
        else:
            state.add_model(_stub(each, neighbor_of(table)) if apart else each.clone())
    return state


def _own(each: ModelState, table: str, *, apart: bool) -> ModelState:
    fields = {
        name: field if apart else _unchecked(field)
        for name, field in each.fields.items()
        if not field.many_to_many
    }
    options = {**each.options, "db_table": table}
    for hooks in ("indexes", "constraints"):
        options[hooks] = [renamed_hook(hook, table) for hook in each.options[hooks]]
    return ModelState(each.app_label, each.name, list(fields.items()), options, each.bases)


def _stub(each: ModelState, table: str) -> ModelState:
    """Return a model that can be pointed at, and nothing more."""
    fields: list[tuple[str, Any]] = [
        (name, field) for name, field in each.fields.items() if field.primary_key
    ]
    return ModelState(each.app_label, each.name, fields, {"db_table": table}, each.bases)


def _unchecked(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    """Return a field without its foreign key, which would lock the table it points at."""
    if not isinstance(field, models.ForeignKey):
        return field
    free: Any = field.clone()
    free.db_constraint = False
    return free  # type: ignore[no-any-return]
