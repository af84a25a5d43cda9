"""The operations by which a field comes back whose removal is reverted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.planning.additions import risks_of
from lowcode_async.planning.changes import effective_default
from lowcode_async.planning.operations import FillDefaults, Filling, SettleField
from lowcode_async.planning.plan import Phase, PlannedOperation, Risk
from lowcode_async.planning.restoring import Restoring
from lowcode_async.planning.rows import Column
from lowcode_async.planning.shadows import unchecked, with_constraints
from lowcode_async.planning.state import build_field, is_many_to_many
from lowcode_async.planning.whole_rows import WHOLE, Inserting, set_sequences
from lowcode_async.sentences import JSON


class RestoreValues(Filling):
    """Gives a field that comes back the values, or the links, that went with it."""

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def deconstruct(self) -> tuple[str, list[Any], Mapping[str, JSON]]:  # type: ignore[override]
        """Return what makes this operation again."""
        return type(self).__name__, [self.model_name, self.name], {}

    def describe(self) -> str:
        """Say what it does."""
        return f"Restore values of field {self.name} on {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration after it."""
        return f"restore_{self.model_name.lower()}_{self.name.lower()}"

    def fill(self, model: Any, schema_editor: Any) -> None:
        """Write what was kept aside."""
        if self.keeping is None:
            return
        restoring = Restoring.of(Column(model, self.name, schema_editor.connection), self.keeping)
        total, done = self.keeping.count(self.name, removed=True), 0
        for found in self.keeping.pages(self.name, removed=True):
            page = restoring.placed(found)
            restoring.write(page)
            self.keeping.put_back([each.id for each in page])
            done += len(found)
            self.progress(done, total)


class RestoreRows(Filling):
    """Inserts the rows that went with a model that comes back."""

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what makes this operation again."""
        return type(self).__name__, [self.model_name], {}

    def describe(self) -> str:
        """Say what it does."""
        return f"Restore rows of {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration after it."""
        return f"restore_{self.model_name.lower()}"

    def fill(self, model: Any, schema_editor: Any) -> None:
        """Insert what was kept aside."""
        if self.keeping is None:
            return
        connection = schema_editor.connection
        inserting = Inserting(model, connection)
        total, done = self.keeping.count(WHOLE, removed=True), 0
        for page in self.keeping.pages(WHOLE, removed=True):
            self.keeping.put_back([each.pk for each in inserting.insert(page)])
            done += len(page)
            self.progress(done, total)
        set_sequences(model, connection)


def return_steps(after: ModelDefinition) -> list[PlannedOperation]:
    """Return the steps that give a model that comes back its rows and links."""
    links = [each.name for each in after.fields if is_many_to_many(each)]
    return [
        _expand(RestoreRows(after.name)),
        *(_expand(RestoreValues(after.name, each)) for each in links),
    ]


def restoration_steps(
    model: str, definition: FieldDefinition, operation: operations.AddField
) -> list[PlannedOperation]:
    """Return the steps that bring a field back: empty, then with its values, then closed.

    Rows that were inserted since get the default where there may be no NULL.
    """
    restored = RestoreValues(model, definition.name)
    if is_many_to_many(definition):
        return [_expand(operation), _expand(restored)]
    built, bare = build_field(definition), unchecked(definition)
    steps: list[Operation] = [
        operations.AddField(model, definition.name, bare),
        restored,
    ]
    if not built.null and effective_default(built) is not None:
        steps.append(FillDefaults(model, definition.name, definition=definition))
    planned = [_expand(each) for each in steps]
    closed = with_constraints(definition)
    if bare.deconstruct()[1:] != closed.deconstruct()[1:]:
        needed = () if built.null else (Risk.NEEDS_VALUES,)
        altered = operations.AlterField(model, definition.name, closed)
        planned.append(_expand(altered, *needed, *risks_of(definition, None)))
    final = operations.AlterField(model, definition.name, built)
    return [*planned, _expand(SettleField(final))]


def _expand(operation: Operation, *risks: Risk) -> PlannedOperation:
    return PlannedOperation(operation=operation, phase=Phase.EXPAND, risks=risks)
