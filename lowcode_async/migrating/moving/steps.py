"""The operations of a plan as they are carried out on some rows: on a bare table that holds but these."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.migrations.operations import AddField, RemoveField, RenameField
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from lowcode_async.migrating.base import Execution
from lowcode_async.planning.moves import does_nothing_to_rows
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.state import APP_LABEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation on some rows, with the states before and behind it."""

    operation: Operation
    before: ProjectState
    after: ProjectState


def steps_on(execution: Execution, table: str) -> tuple[list[Step], ProjectState]:
    """Return what is done to some rows, and the state behind it.

    No indexes or constraints: the new table has them. And no column is renamed or dropped, for which SQLite
    would parse the whole schema: the fields know what their columns are called.
    """
    plan, steps = execution.plan, list[Step]()
    state = _bare(plan, table)
    before = plan.from_state.apps.get_model(APP_LABEL, plan.name_before)
    columns = {each.name: each.column for each in before._meta.local_concrete_fields}
    for planned in plan.operations:
        operation = copy.copy(planned.operation)
        if does_nothing_to_rows(operation):
            continue
        if isinstance(operation, Filling):
            operation.anew = False
            operation.force, operation.keeping = execution.force, execution.keeping
        after = state.clone()
        operation.state_forwards(APP_LABEL, after)
        _follow(operation, columns)
        _pin(after.models[APP_LABEL, plan.name_before.lower()], columns)
        if not isinstance(operation, RenameField | RemoveField):
            steps.append(Step(operation=operation, before=state, after=after))
        state = after
    return steps, state


def _follow(operation: Operation, columns: dict[str, str]) -> None:
    """Note what becomes of the columns of fields."""
    match operation:
        case AddField(name=name):
            columns[name] = f"lowcode_{len(columns)}_{name}"
        case RenameField(old_name=name, new_name=to):
            columns[to] = columns.pop(name)
        case RemoveField(name=name):
            del columns[name]


def _pin(own: ModelState, columns: Mapping[str, str]) -> None:
    """Let the fields of a state that is not rendered yet have these columns."""
    for name, column in columns.items():
        field: Any = own.fields[name].clone()
        field.db_column = column
        own.fields[name] = field


def _bare(plan: Plan, table: str) -> ProjectState:
    """Return the state before a plan, with a bare table in the place of the model's."""
    state = ProjectState()
    for key, each in plan.from_state.models.items():
        own = key == (APP_LABEL, plan.name_before.lower())
        state.add_model(_as_bare(each, table) if own else each.clone())
    return state


def _as_bare(own: ModelState, table: str) -> ModelState:
    fields = [(name, field) for name, field in own.fields.items() if not field.many_to_many]
    options = {"db_table": table, "indexes": [], "constraints": []}
    return ModelState(own.app_label, own.name, fields, options, own.bases)
