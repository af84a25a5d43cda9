"""Looking at the database before a step: is it done already?"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import (
    AddField,
    AlterField,
    AlterModelTable,
    AlterOrderWithRespectTo,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
)
from django.db.migrations.state import ProjectState
from django.db.models import Field

from lowcode_async.migrating.base import Step
from lowcode_async.migrating.looking_at_constraints import applied_to_constraints
from lowcode_async.planning.state import APP_LABEL


def applied(step: Step, connection: BaseDatabaseWrapper) -> bool | None:
    """Tell whether the database holds what a step leads to; None if that cannot be told by looking."""
    match step.operation:
        case CreateModel(name=name):
            return _has_table(_table(step.after, name), connection)
        case DeleteModel(name=name):
            return not _has_table(_table(step.before, name), connection)
        case AddField(model_name=model, name=name):
            return _has_field(step.after, model, name, connection)
        case RemoveField(model_name=model, name=name):
            return not _has_field(step.before, model, name, connection)
        case RenameField(model_name=model, old_name=old, new_name=new):
            return _renamed(step, model, old, new, connection)
        case AlterField(model_name=model, name=name):
            return _renamed(step, model, name, name, connection)
        case AlterOrderWithRespectTo(name=model):
            ordered = step.after.models[APP_LABEL, model.lower()].options
            state = step.after if ordered.get("order_with_respect_to") else step.before
            return (state is step.after) is _has_field(state, model, "_order", connection)
        case AlterModelTable(name=name):
            return _moved(_table(step.before, name), _table(step.after, name), connection)
    return applied_to_constraints(step, connection)


def _moved(old: str, new: str, connection: BaseDatabaseWrapper) -> bool | None:
    return None if old == new else _has_table(new, connection)


def _renamed(
    step: Step, model: str, old: str, new: str, connection: BaseDatabaseWrapper
) -> bool | None:
    former, column = _field(step.before, model, old).column, _field(step.after, model, new).column
    if former == column:
        return None
    return column in _columns(_table(step.after, model), connection)


def _has_field(state: ProjectState, model: str, name: str, connection: BaseDatabaseWrapper) -> bool:
    field = _field(state, model, name)
    if field.many_to_many:
        through: Any = field.remote_field
        return _has_table(through.through._meta.db_table, connection)
    return field.column in _columns(_table(state, model), connection)


def _field(state: ProjectState, model: str, name: str) -> Field[Any, Any]:
    field: Field[Any, Any] = state.apps.get_model(APP_LABEL, model)._meta.get_field(name)
    return field


def _table(state: ProjectState, model: str) -> str:
    table: str = state.apps.get_model(APP_LABEL, model)._meta.db_table
    return table


def _has_table(table: str, connection: BaseDatabaseWrapper) -> bool:
    return table in connection.introspection.table_names()


def _columns(table: str, connection: BaseDatabaseWrapper) -> set[str]:
    if not _has_table(table, connection):
        return set()
    with connection.cursor() as cursor:
        rows = connection.introspection.get_table_description(cursor, table)
    return {row.name for row in rows}
