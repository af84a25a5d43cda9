"""Databases whose DDL is transactional: the whole plan is one transaction."""

from __future__ import annotations

from django.db import DatabaseError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from lowcode_async.migrating.base import (
    AT_THE_END,
    Execution,
    Warnings,
    named,
    steps_of,
    told,
)
from lowcode_async.migrating.locks import patiently
from lowcode_async.planning.state import APP_LABEL


class TransactionalExecutor:
    """Carries a plan out in one transaction, which the database takes back if anything fails."""

    def carry_out(self, execution: Execution) -> Warnings:
        """Change the tables and record the new version in one transaction."""
        patiently(
            lambda: self._try(execution),
            execution,
            locked=self.locked,
            lost=self.lost,
            holders=lambda: self.holders(execution),
        )
        return ()

    def take_back(self, execution: Execution) -> None:
        """Do nothing: the database has taken back what was not committed."""

    def finish(self, execution: Execution) -> Warnings:
        """Do nothing: the whole plan was in the transaction that recorded the version."""
        return ()

    def locked(self, error: DatabaseError) -> bool:
        """Tell whether an error means that a lock was not granted."""
        raise NotImplementedError

    def lost(self, error: DatabaseError) -> bool:
        """Tell whether an error means that the connection was lost."""
        return False

    def holders(self, execution: Execution) -> str:
        """Name who holds the locks."""
        raise NotImplementedError

    def prepare(self, editor: BaseDatabaseSchemaEditor) -> None:
        """Do what this database needs at the start of the transaction."""

    def editor(self, execution: Execution) -> BaseDatabaseSchemaEditor:
        """Return a schema editor with a transaction."""
        return execution.connection.schema_editor(atomic=True)

    def settle(self, editor: BaseDatabaseSchemaEditor) -> None:
        """Do what this database needs after each operation."""

    def _try(self, execution: Execution) -> None:
        steps = steps_of(execution.plan)
        with self.editor(execution) as editor:
            self.prepare(editor)
            execution.fence()
            for step in steps:
                with told(step, execution, of=len(steps)):
                    step.operation.database_forwards(APP_LABEL, editor, step.before, step.after)
                    self.settle(editor)
            with named(AT_THE_END):
                _finish(editor)
            execution.count()
            execution.record()


def _finish(editor: BaseDatabaseSchemaEditor) -> None:
    """Make the indexes and constraints that the editor has put off.

    It would do so at its end, where an error makes it leave its transaction open.
    """
    while editor.deferred_sql:
        editor.execute(editor.deferred_sql.pop(0), None)
