"""The operations that Django does not have: filling a column row by row, and settling what no column knows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.migrations.operations import AlterField, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.changes import effective_default
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.progress import RowsDone, silent
from lowcode_async.planning.rows import Column
from lowcode_async.planning.state import build_field
from lowcode_async.planning.tally import Tally
from lowcode_async.planning.writing import write_column
from lowcode_async.sentences import JSON


class Filling(Operation):
    """Fills one column in batches. Taken back, it does nothing: its column goes with it.

    The migrate stage sets these attributes before it executes the operation.
    """

    model_name: str
    reduces_to_sql = False
    reversible = True
    category = OperationCategory.PYTHON
    force = False
    """Whether values may be lost."""
    progress: RowsDone = staticmethod(silent)
    keeping: Keeping | None = None
    """Where values go that the way back would not give again; None forgets them."""
    tally: Tally | None = None
    """Where it is counted what is lost."""
    anew = True
    """Whether what was noted before is forgotten: not if these are but some of the rows."""
    certain = True
    """Whether to look for originals of rows, too, of which the database is certain what they become."""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the state as it is."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Fill the column, where the router lets it; a preview gets a comment in the place of SQL."""
        model = from_state.apps.get_model(app_label, self.model_name)
        if schema_editor.collect_sql:
            schema_editor.collected_sql.append(f"-- {self.comment(model)}")
        elif self.allow_migrate_model(schema_editor.connection.alias, model):
            self.fill(model, schema_editor)

    def comment(self, model: Any) -> str:
        """Return what a preview says."""
        return f"{self.describe()}, in batches"

    def fill(self, model: Any, schema_editor: Any) -> None:
        """Do it; `model` is as it is before the operation."""
        raise NotImplementedError

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Leave the values where they are."""


class FillDefaults(Filling):
    """Gives each row that has no value one of its own, made by the field's default."""

    def __init__(
        self,
        model_name: str,
        name: str,
        *,
        definition: FieldDefinition | Mapping[str, JSON],
    ) -> None:
        self.model_name = model_name
        self.name = name
        self.definition = read_definition(definition)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what makes this operation again."""
        return (
            type(self).__name__,
            [self.model_name, self.name],
            {"definition": self.definition.to_json()},
        )

    def describe(self) -> str:
        """Say what it does."""
        return f"Fill field {self.name} on {self.model_name} row by row"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration after it."""
        return f"fill_{self.model_name.lower()}_{self.name.lower()}"

    def fill(self, model: Any, schema_editor: Any) -> None:
        """Fill the column where it is NULL."""
        connection = schema_editor.connection
        column = Column(model, self.name, connection)
        make = partial(effective_default, build_field(self.definition))
        total, done = column.rows.count(), 0
        for page in column.pages():
            filled = [(key, make()) for key, value in page if value is None]
            write_column(connection, model, self.name, filled)
            done += len(page)
            self.progress(done, total)


class SettleField(SeparateDatabaseAndState):
    """Gives a field the options that its column knows nothing of; for the database, nothing happens."""

    def __init__(self, altered: AlterField) -> None:
        super().__init__(state_operations=[altered])
        self.altered = altered

    def describe(self) -> str:
        """Say what it does."""
        return f"Settle field {self.altered.name} on {self.altered.model_name}"


def read_definition(given: FieldDefinition | Mapping[str, JSON]) -> FieldDefinition:
    """Return a definition that may be in its stored form, as migrations write it."""
    return given if isinstance(given, FieldDefinition) else FieldDefinition.from_json(given)
