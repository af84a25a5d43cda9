"""Columns that are to go must not keep anybody from inserting rows that know nothing of them."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

from lowcode_async.planning.stand_ins import stand_in


class RelaxColumn(Operation):
    """Lets rows be inserted without a value for a NOT NULL column that will be dropped.

    Between the record of the new version and the drop of the old column, rows are inserted that do
    not name it; MySQL would refuse them. A default is a matter of metadata. Where every row has to
    have another value (unique, foreign key) the column becomes nullable, which copies the table.
    """

    reduces_to_sql = True
    reversible = True
    category = OperationCategory.ALTERATION

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def describe(self) -> str:
        """Say what it does."""
        return f"Let rows of {self.model_name} do without field {self.name}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the state as it is: the field is about to go."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Give the column a default, or let it be NULL."""
        field: Any = from_state.apps.get_model(app_label, self.model_name)._meta.get_field(
            self.name
        )
        value = _value_for(field)
        if value is None:
            schema_editor.execute(_modified(schema_editor, field, null=True))
            return
        prepared = field.get_db_prep_save(value, schema_editor.connection)
        default = _text(schema_editor.quote_value(prepared))
        if any(
            each in field.db_type(schema_editor.connection) for each in ("text", "blob", "json")
        ):
            # To MySQL a value in parentheses is but a value, of which a TEXT can have none; a call is not.
            default = f"CONCAT({default})"
        schema_editor.execute(_altered(schema_editor, field, f"SET DEFAULT ({default})"))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make the column what it was."""
        field: Any = to_state.apps.get_model(app_label, self.model_name)._meta.get_field(self.name)
        if _value_for(field) is None:
            schema_editor.execute(_modified(schema_editor, field, null=False))
        else:
            schema_editor.execute(_altered(schema_editor, field, "DROP DEFAULT"))


def _value_for(field: Any) -> Any:
    return None if field.unique or field.remote_field else stand_in(field)


def _altered(editor: Any, field: Any, change: str) -> str:
    quote = editor.quote_name
    table = quote(field.model._meta.db_table)
    return f"ALTER TABLE {table} ALTER COLUMN {quote(field.column)} {change}"


def _modified(editor: Any, field: Any, *, null: bool) -> str:
    """Return the change of a column; its keys stay, but its check has to be told anew."""
    quote = editor.quote_name
    parameters = field.db_parameters(editor.connection)
    sql = f"MODIFY {quote(field.column)} {parameters['type']}"
    if parameters.get("collation"):
        sql += f" COLLATE {quote(parameters['collation'])}"
    sql += " NULL" if null else " NOT NULL"
    if parameters["check"]:
        sql += f" CHECK ({parameters['check']})"
    return f"ALTER TABLE {quote(field.model._meta.db_table)} {sql}"


def _text(quoted: Any) -> str:
    return quoted.decode() if isinstance(quoted, bytes) else str(quoted)
