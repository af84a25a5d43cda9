"""SQLite: one writer at a time, and one transaction for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor

from lowcode_async.migrating.base import Execution
from lowcode_async.migrating.transactional import TransactionalExecutor
from lowcode_async.planning.drift import tables_of


class OwnTablesEditor(DatabaseSchemaEditor):
    """Looks for orphans in the tables that it has changed, and nowhere else.

    Django's looks through the whole database, where one may have been for years, and leaves its
    transaction open when it finds one.
    """

    def __init__(self, connection: Any, *, tables: Sequence[str]) -> None:
        super().__init__(connection, atomic=True)
        self._tables = tables

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        """End the transaction, well only if no key leads nowhere."""
        end = super(DatabaseSchemaEditor, self).__exit__
        try:
            if exc_type is None:
                self._check(end)
            end(exc_type, exc_value, traceback)
        finally:
            self.connection.enable_constraint_checking()

    def _check(self, end: Any) -> None:
        try:
            self.connection.check_constraints(table_names=self._tables)
        except DatabaseError as error:
            end(type(error), error, error.__traceback__)
            raise


class SQLiteExecutor(TransactionalExecutor):
    """Carries plans out on SQLite."""

    def editor(self, execution: Execution) -> BaseDatabaseSchemaEditor:
        """Return a schema editor with a transaction."""
        plan = execution.plan
        gone = plan.after.deleted
        changed = [] if gone else tables_of(plan.to_state, plan.after.name)
        tables = [each._meta.db_table for each in changed]
        return OwnTablesEditor(execution.connection, tables=tables)

    def locked(self, error: DatabaseError) -> bool:
        """Tell whether another connection is writing (``SQLITE_BUSY``, ``SQLITE_LOCKED``)."""
        return is_locked(error)

    def holders(self, execution: Execution) -> str:
        """SQLite does not know who holds its lock."""
        return "SQLite"


def is_locked(error: DatabaseError) -> bool:
    """Tell whether another connection is writing (``SQLITE_BUSY``, ``SQLITE_LOCKED``)."""
    return "locked" in str(error)
