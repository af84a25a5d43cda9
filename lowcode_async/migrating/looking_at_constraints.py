"""Looking at indexes, constraints and link tables before a step: is it done already?"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import (
    AddConstraint,
    AddIndex,
    AlterUniqueTogether,
    RemoveConstraint,
    RemoveIndex,
    RenameModel,
)
from django.db.migrations.state import ProjectState

from lowcode_async.migrating.base import Step
from lowcode_async.planning.hooks import together_of
from lowcode_async.planning.state import APP_LABEL


def applied_to_constraints(step: Step, connection: BaseDatabaseWrapper) -> bool | None:
    """Tell whether the database holds what a step leads to; None if that cannot be told by looking."""
    match step.operation:
        case AddIndex(model_name=model, index=hook):
            return hook.name in _names(step.after, model, connection)
        case AddConstraint(model_name=model, constraint=hook):
            return hook.name in _names(step.after, model, connection)
        case RemoveIndex(model_name=model, name=name):
            return name not in _names(step.before, model, connection)
        case RemoveConstraint(model_name=model, name=name):
            return name not in _names(step.before, model, connection)
        case AlterUniqueTogether(name=model):
            return _together(step, model, connection)
        case RenameModel(old_name=old, new_name=new):
            return _links_renamed(step, old, new, connection)
    return None


def _together(step: Step, name: str, connection: BaseDatabaseWrapper) -> bool | None:
    """Tell it of a step that adds or takes off one set."""
    key = (APP_LABEL, name.lower())
    before, after = (together_of(each.models[key]) for each in (step.before, step.after))
    fields = next(iter(before ^ after), None)
    if fields is None:
        return None
    state = step.after if fields in after else step.before
    model = _model(state, name)
    columns = [model._meta.get_field(each).column for each in fields]
    found = _constraints(model._meta.db_table, connection).values()
    there = any(each["unique"] and each["columns"] == columns for each in found)
    return there is (fields in after)


def _links_renamed(step: Step, old: str, new: str, connection: BaseDatabaseWrapper) -> bool | None:
    """Tell whether the columns of all link tables have their new names; None if some have."""
    found = set()
    for former, later in zip(
        _links(_model(step.before, old)), _links(_model(step.after, new)), strict=True
    ):
        wanted, present = _columns(later), _columns(former)
        if wanted == present:
            continue
        with connection.cursor() as cursor:
            rows = connection.introspection.get_table_description(
                cursor, later.remote_field.through._meta.db_table
            )
        found.add(wanted <= {row.name for row in rows})
    return found.pop() if len(found) == 1 else None


def _links(model: Any) -> list[Any]:
    own = list(model._meta.local_many_to_many)
    own += [each.field for each in model._meta.related_objects if each.many_to_many]
    return sorted(own, key=lambda each: str(each.remote_field.through._meta.db_table))


def _columns(link: Any) -> set[str]:
    fields = link.remote_field.through._meta.local_concrete_fields
    return {each.column for each in fields}


def _names(state: ProjectState, name: str, connection: BaseDatabaseWrapper) -> set[str]:
    return set(_constraints(_model(state, name)._meta.db_table, connection))


def _constraints(table: str, connection: BaseDatabaseWrapper) -> dict[str, Any]:
    with connection.cursor() as cursor:
        found: dict[str, Any] = connection.introspection.get_constraints(cursor, table)
    return found


def _model(state: ProjectState, name: str) -> Any:
    return state.apps.get_model(APP_LABEL, name)
