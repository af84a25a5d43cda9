"""The operations that make sure, with the table locked, that nothing is lost with what is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lowcode_async.errors import StageFailed
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.lost_values import Written
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.removals import (
    NO_VALUE,
    end_of,
    filled_in,
    holds_values,
    losses_in,
    losses_of,
    removal_in,
    removal_of,
    uncounted,
)
from lowcode_async.planning.rows import Column
from lowcode_async.planning.tally import Tally
from lowcode_async.planning.whole_rows import WHOLE, losses_of_rows


class EnsureEmpty(Filling):
    """Makes sure, with the table locked, that nothing is lost with what is about to be dropped.

    Rows may have got values since they were looked at. What they hold is kept aside.

    Raises:
        StageFailed: without `force`, there is a value or a link.
    """

    def __init__(self, model_name: str, name: str, *, field: str) -> None:
        self.model_name = model_name
        self.name = name
        self.field = field

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what makes this operation again."""
        return type(self).__name__, [self.model_name, self.name], {"field": self.field}

    def describe(self) -> str:
        """Say what it does."""
        return f"Make sure that nothing is lost with field {self.field} on {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration after it."""
        return f"{self.model_name.lower()}_{self.field.lower()}_empty"

    def comment(self, model: Any) -> str:
        """Return what a preview says."""
        return self.describe()

    def fill(self, model: Any, schema_editor: Any) -> None:
        """Look once more."""
        column, keeping = Column(model, self.name, schema_editor.connection), self.keeping
        _hold(schema_editor, column.tables)
        besides = self.besides(column)
        if not self.force and holds_values(column, besides=besides):
            raise StageFailed("field_removed_with_values", field=self.field)
        found = list(removal_of(column, self.field, besides=besides))
        if self.tally is not None:
            if self.anew:
                self.tally.forget(self.field, removed=True)
            for each in found:
                self.tally.add(each)
        if keeping is not None:
            if self.anew:
                keeping.forget(field=self.field, removed=True)
            total, done = sum(each.count for each in found), 0
            for losses in losses_of(column):
                keeping.keep(self.field, losses, removed=True)
                done += len(losses)
                self.progress(done, total)

    def keep(self, column: Column, page: Sequence[tuple[Any, Any]], tally: Tally) -> None:
        """Do so with some rows: their keys and values."""
        found = removal_in(column, page, self.field, besides=self.besides(column))
        if found is not None:
            if not self.force:
                raise StageFailed("field_removed_with_values", field=self.field)
            tally.add(found)
        if self.keeping is not None:
            self.keeping.keep(self.field, losses_in(column, page), removed=True)

    def uncounted(self, column: Column) -> set[Written]:
        """Return what is kept aside though nobody loses anything by it."""
        return uncounted(column, besides=self.besides(column))

    def besides(self, column: Column) -> Any:
        """Return the value that rows were given when the field was added, if that is taken back."""
        reverts = self.keeping is not None and self.keeping.reverts is not None
        return filled_in(column.field) if reverts else NO_VALUE


class EnsureNoRows(Filling):
    """Makes sure, with the tables locked, that a model that is about to be dropped has no rows.

    With `force` they go, and what they hold is kept aside: nothing else happens between this and the
    drop.

    Raises:
        StageFailed: without `force`, there is a row.
    """

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what makes this operation again."""
        return type(self).__name__, [self.model_name], {}

    def describe(self) -> str:
        """Say what it does."""
        return f"Make sure that nothing is lost with model {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration after it."""
        return f"{self.model_name.lower()}_empty"

    def comment(self, model: Any) -> str:
        """Return what a preview says."""
        return self.describe()

    def fill(self, model: Any, schema_editor: Any) -> None:
        """Look once more."""
        connection = schema_editor.connection
        _hold(schema_editor, [model._meta.db_table])
        found = end_of(model, connection, name=self.model_name)
        if found is None:
            return
        if not self.force:
            raise StageFailed(found.code, **found.params)
        if self.tally is not None:
            self.tally.forget(found.field, removed=True)
            self.tally.add(found)
        if self.keeping is not None:
            self._keep(model, connection, self.keeping, rows=found.count)

    def _keep(self, model: Any, connection: Any, keeping: Keeping, *, rows: int) -> None:
        keeping.forget(removed=True)
        done = 0
        for losses in losses_of_rows(model, connection):
            keeping.keep(WHOLE, losses, removed=True)
            done += len(losses)
            self.progress(done, rows)
        for each in model._meta.local_many_to_many:
            for losses in losses_of(Column(model, each.name, connection)):
                keeping.keep(each.name, losses, removed=True)


def _hold(schema_editor: Any, tables: Sequence[str]) -> None:
    """Lock tables, where what locks them comes later and other sessions could write until then."""
    connection = schema_editor.connection
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        names = ", ".join(map(schema_editor.quote_name, tables))
        schema_editor.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
