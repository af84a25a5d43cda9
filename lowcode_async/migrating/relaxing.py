"""Columns that are to go must not keep anybody from inserting rows that know nothing of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

from lowcode_async.planning.stand_ins import stand_in


class RelaxColumn(Operation):
    """Lets rows be inserted without a value for a NOT NULL column that will be dropped.

    Between the record of the new version and the drop of the old column, rows are inserted that do
    not name it; MySQL would refuse them. A default is a matter of metadata. Where every row has to
    have another value (unique, foreign key) the column becomes nullable, which copies the table.
    That takes too long while the table is held: then these constraints go first, as nobody can do
    what they forbid.
    """

    reduces_to_sql = True
    reversible = True
    category = OperationCategory.ALTERATION

    def __init__(self, model_name: str, name: str, *, held: bool) -> None:
        self.model_name = model_name
        self.name = name
        self.held = held
        """Whether the table is held until the new version is recorded."""

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
        value = self._value_for(field)
        if value is None:
            schema_editor.execute(_modified(schema_editor, field, null=True))
            return
        for statement in _unconstrained(schema_editor, field):
            schema_editor.execute(statement)
        default = _default(schema_editor, field, value)
        schema_editor.execute(_altered(schema_editor, field, f"SET DEFAULT ({default})"))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make the column what it was."""
        model: Any = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        if self._value_for(field) is None:
            schema_editor.execute(_modified(schema_editor, field, null=False))
            return
        schema_editor.execute(_altered(schema_editor, field, "DROP DEFAULT"))
        for statement in _constrained(schema_editor, field):
            schema_editor.execute(statement)

    def _value_for(self, field: Any) -> Any:
        constrained = field.unique or field.remote_field
        return None if constrained and not self.held else stand_in(_plain(field))


def _plain(field: Any) -> Any:
    """Return the field whose type the column has: for a relation, the key it points at."""
    while field.remote_field is not None:
        field = field.target_field
    return field


def _default(editor: Any, field: Any, value: Any) -> str:
    """Return a value as a default is written."""
    connection = editor.connection
    # An automatic key would not take a zero from Django.
    is_ready = isinstance(value, int)
    prepared = value if is_ready else _plain(field).get_db_prep_save(value, connection)
    default = _text(editor.quote_value(prepared))
    if any(each in field.db_type(connection) for each in ("text", "blob", "json")):
        # To MySQL a value in parentheses is but a value, of which a TEXT can have none; a call is not.
        return f"CONCAT({default})"
    return default


def _unconstrained(editor: Any, field: Any) -> Iterator[Any]:
    """Yield what drops the constraints of a column by which rows would mind a default."""
    model, columns = field.model, [field.column]
    for name in editor._constraint_names(model, columns, foreign_key=True):  # noqa: SLF001
        yield editor._delete_fk_sql(model, name)  # noqa: SLF001
    for name in editor._constraint_names(model, columns, unique=True, primary_key=False):  # noqa: SLF001
        yield editor._delete_unique_sql(model, name)  # noqa: SLF001


def _constrained(editor: Any, field: Any) -> Iterator[Any]:
    """Yield what makes these constraints anew, of those that are not there."""
    model, columns = field.model, [field.column]
    if field.unique and not editor._constraint_names(model, columns, unique=True):  # noqa: SLF001
        yield editor._create_unique_sql(model, [field])  # noqa: SLF001
    refers = field.remote_field and field.db_constraint
    if refers and not editor._constraint_names(model, columns, foreign_key=True):  # noqa: SLF001
        yield editor._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s")  # noqa: SLF001


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
