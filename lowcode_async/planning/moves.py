"""Which plans move the rows of a large table to a new one, batch by batch: some on SQLite.

Nearly each change of a column makes Django copy the whole table there, while nobody else can write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.migrations.operations import (
    AddField,
    AlterField,
    AlterModelOptions,
    RemoveField,
    RenameField,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import AlterTogetherOptionOperation, IndexOperation

from lowcode_async import conf
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.databases import HOME
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.operations import FillDefaults, SettleField
from lowcode_async.planning.plan import Plan, PlannedOperation
from lowcode_async.planning.rehearsal import about_table
from lowcode_async.planning.seen import Cost, seen_of
from lowcode_async.planning.sql import collecting_editor
from lowcode_async.planning.state import APP_LABEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.migrations.state import ProjectState

_OF_WHOLE_TABLE: Final = (AlterModelOptions, AlterTogetherOptionOperation, IndexOperation)
"""Operations that do nothing to a row."""
_OF_ROWS: Final = (
    AddField,
    AlterField,
    RemoveField,
    RenameField,
    SettleField,
    ConvertValues,
    FillDefaults,
    EnsureEmpty,
)
"""Operations that do to each row the same, whichever others there are."""

_OF_OTHERS: Final = """
    SELECT 1 FROM sqlite_master
    WHERE type IN ('trigger', 'view')
      AND instr(lower(sql), lower(%s)) AND name NOT GLOB 'lowcode_move_*'
    UNION ALL
    SELECT 1 WHERE (
        SELECT count(*) FROM sqlite_master
        WHERE type = 'index' AND lower(tbl_name) = lower(%s) AND sql NOT NULL
    ) > %s
"""


def moves(plan: Plan, connection: BaseDatabaseWrapper, seen: Sequence[Cost] | None = None) -> bool:
    """Tell whether the rows of a plan's table move to a new one while everybody goes on writing.

    Not those of a small table: to do all of it at once takes less time then than anybody notices. Nor
    those of one that the site's own triggers, views or indexes know.

    Args:
        plan: what is to be carried out.
        connection: the database that holds the table.
        seen: what each operation does to the table, if that was asked already.
    """
    if connection.vendor != "sqlite" or connection.alias != HOME or not _fits(plan):
        return False
    before = model_in(plan.from_state, plan)
    return (
        _is_large(before, connection)
        and not others_know(plan, connection)
        and _schema_can_be_written(connection)
        and any(each.rewrites or each.scans for each in seen or seen_of(plan, connection))
    )


def model_in(state: ProjectState, plan: Plan) -> Any:
    """Return the model of a plan that does not rename it."""
    return state.apps.get_model(APP_LABEL, plan.after.name)


def _fits(plan: Plan) -> bool:
    """Tell whether a plan does to each row what it does, and to other tables nothing."""
    if plan.before is None or plan.after.deleted or plan.name_before != plan.after.name:
        return False
    before, after = (model_in(each, plan) for each in (plan.from_state, plan.to_state))
    ends = before._meta, after._meta
    return (
        ends[0].db_table == ends[1].db_table
        and not any(each.order_with_respect_to for each in ends)
        and _look(ends[0].pk) == _look(ends[1].pk)
        and ends[0].pk.remote_field is None
        and _relations(after) <= _relations(before)
        and not _is_pointed_at(before)
        and all(_is_of_rows(*step) for step in plan.steps())
    )


def _is_of_rows(planned: PlannedOperation, before: ProjectState, after: ProjectState) -> bool:
    operation = planned.operation
    if planned.registered or not about_table(planned, before, after):
        return False
    if isinstance(operation, AddField | AlterField) and _is_made_once(operation, before):
        return False
    return isinstance(operation, _OF_ROWS) or does_nothing_to_rows(operation)


def does_nothing_to_rows(operation: Operation) -> bool:
    """Tell whether an operation is about indexes, constraints and the like."""
    if isinstance(operation, SeparateDatabaseAndState):
        within = [*operation.database_operations, *operation.state_operations]
        return all(does_nothing_to_rows(each) for each in within)
    return isinstance(operation, _OF_WHOLE_TABLE)


def _is_made_once(operation: AddField | AlterField, before: ProjectState) -> bool:
    """Tell whether all rows would get one value that is made when they get it, such as the time."""
    new: Any = operation.field
    if isinstance(operation, AlterField):
        old = before.models[APP_LABEL, operation.model_name_lower].fields[operation.name]
        if new.null or not old.null:
            return False
    default = new.default if new.has_default() else None
    made = callable(default) and not isinstance(default, type)
    return made or getattr(new, "auto_now", False) or getattr(new, "auto_now_add", False)


def _look(field: Any) -> tuple[Any, ...]:
    return (field.column, *field.deconstruct())


def _relations(model: Any) -> set[tuple[str, str, str]]:
    """Return the foreign keys that the database knows of: column, table and column."""
    return {
        (each.column, each.remote_field.model._meta.db_table, each.target_field.column)
        for each in model._meta.local_concrete_fields
        if each.remote_field is not None and each.db_constraint
    }


def _is_pointed_at(model: Any) -> bool:
    """Tell whether another table's key leads to what is not the primary key."""
    return any(
        isinstance(each.field, models.ForeignKey) and not each.field.target_field.primary_key
        for each in model._meta.related_objects
    )


def _is_large(model: Any, connection: BaseDatabaseWrapper) -> bool:
    limit = conf.current().backfill_rows
    rows = model._base_manager.using(connection.alias).order_by()
    return bool(rows[:limit].count() == limit)


def others_know(plan: Plan, connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the site has triggers or views that know a plan's table, or indexes of its own on it.

    They would go with the old table.
    """
    table = model_in(plan.from_state, plan)._meta.db_table
    _, *indexes = _statements(plan.from_state, plan, connection)
    with connection.cursor() as cursor:
        cursor.execute(_OF_OTHERS, [table, table, len(indexes)])
        return cursor.fetchone() is not None


def _schema_can_be_written(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the library lets the text of a table's definition be changed: some builds do not."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA writable_schema = ON")
        cursor.execute("PRAGMA writable_schema")
        (writable,) = cursor.fetchone()
        cursor.execute("PRAGMA writable_schema = OFF")
    return bool(writable)


def statements_of(plan: Plan, connection: BaseDatabaseWrapper) -> list[str]:
    """Return the statements that make the table as it is after a plan, and then its indexes."""
    return _statements(plan.to_state, plan, connection)


def _statements(state: ProjectState, plan: Plan, connection: BaseDatabaseWrapper) -> list[str]:
    editor, model = collecting_editor(connection), model_in(state, plan)
    editor.create_model(model)
    for statement in editor.deferred_sql:
        editor.execute(statement, None)
    table = connection.ops.quote_name(model._meta.db_table)
    ours = (f"CREATE TABLE {table} ", f" ON {table} ")
    # The tables of links are made along with it.
    statements = (str(each).rstrip(";") for each in editor.collected_sql)
    return [each for each in statements if each.startswith(ours[0]) or ours[1] in each]
