"""The SQL that an operation would execute, without executing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, NotSupportedError
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from lowcode_async.planning.operations import Filling
from lowcode_async.planning.state import APP_LABEL
from lowcode_async.sentences import JSON

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def collecting_editor(connection: BaseDatabaseWrapper) -> Any:
    """Return a schema editor that writes statements down instead of executing them.

    It is not entered as a context: SQLite's wants foreign keys switched off for that, which it
    cannot have inside a transaction, and needs not where nothing is executed.
    """
    editor = connection.schema_editor(collect_sql=True, atomic=False)
    editor.deferred_sql = []
    return editor


def sql_of(
    operation: Operation,
    connection: BaseDatabaseWrapper,
    before: ProjectState,
    after: ProjectState,
) -> dict[str, JSON]:
    """Return ``{"sql": […]}``, and ``"error"`` where the statements depend on what is not there yet."""
    if not operation.reduces_to_sql and not isinstance(operation, Filling):
        return {"sql": [f"-- {operation.describe()}: Python, no SQL"]}
    editor = collecting_editor(connection)
    try:
        operation.database_forwards(APP_LABEL, editor, before, after)
        for statement in editor.deferred_sql:
            editor.execute(statement, None)
    except (DatabaseError, NotSupportedError, ValueError) as error:
        return {"sql": [str(each) for each in editor.collected_sql], "error": str(error)}
    return {"sql": [str(each) for each in editor.collected_sql]}
