"""The operations that Django does not have: filling a column from another one, or row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db.migrations.operations import AlterField, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.errors import StageFailed
from lowcode_async.planning.changes import effective_default
from lowcode_async.planning.conversions import Changed, Kept, Misfit
from lowcode_async.planning.converting import (
    NO_ORIGINALS,
    Converting,
    Fate,
    GivenBack,
    Page,
    Restored,
)
from lowcode_async.planning.findings import HARMLESS, FindingKind
from lowcode_async.planning.keeping import Keeping, Original
from lowcode_async.planning.losses import loss_code, loss_params
from lowcode_async.planning.removals import NO_VALUE, filled_in, holds_values, losses_of
from lowcode_async.planning.rows import Column
from lowcode_async.planning.state import build_field
from lowcode_async.planning.whole_rows import WHOLE, losses_of_rows
from lowcode_async.planning.writing import copy_column, fill_by_database, write_column
from lowcode_async.sentences import JSON


def silent(percent: int) -> None:
    """Tell nobody."""


class Filling(Operation):
    """Fills one column in batches. Taken back, it does nothing: its column goes with it.

    The migrate stage sets `force`, `progress` and `keeping` before it executes the operation.
    """

    reduces_to_sql = False
    reversible = True
    category = OperationCategory.PYTHON
    force = False
    """Whether values may be lost."""
    progress: Callable[[int], None] = staticmethod(silent)
    """Is called with percents."""
    keeping: Keeping | None = None
    """Where values go that the way back would not give again; None forgets them."""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the state as it is."""

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Leave the values where they are."""


class ConvertValues(Filling):
    """Fills the shadow of a field with its values, each in its new form.

    It may be done again after it was interrupted, and gives the same result.

    Raises:
        StageFailed: without `force`, a value would be lost; with it, one has no form and nothing can
            stand in its place.
    """

    def __init__(
        self,
        model_name: str,
        name: str,
        shadow: str,
        *,
        old: FieldDefinition | Mapping[str, JSON],
        new: FieldDefinition | Mapping[str, JSON],
    ) -> None:
        self.model_name = model_name
        self.name = name
        self.shadow = shadow
        self.old = _definition(old)
        self.new = _definition(new)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what makes this operation again."""
        arguments = [self.model_name, self.name, self.shadow]
        return (
            type(self).__name__,
            arguments,
            {"old": self.old.to_json(), "new": self.new.to_json()},
        )

    def describe(self) -> str:
        """Say what it does."""
        return f"Convert values of field {self.name} on {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration after it."""
        return f"convert_{self.model_name.lower()}_{self.name.lower()}"

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Fill the shadow."""
        connection = schema_editor.connection
        model = from_state.apps.get_model(app_label, self.model_name)
        column = Column(model, self.name, connection)
        if schema_editor.collect_sql:
            schema_editor.collected_sql.append(
                f"-- {self.describe()}: {column.field.column}"
                f" -> {model._meta.get_field(self.shadow).column}, in batches"
            )
            return
        if not self.allow_migrate_model(connection.alias, model):
            return
        target = Column(model, self.shadow, connection)
        converting = Converting(column, target, self.new)
        keeping = self.keeping
        if keeping is not None:
            keeping.forget(field=self.new.name, removed=False)
        reverting = keeping if keeping and keeping.has_originals(self.old.name) else None
        total, done = column.rows.count(), 0
        for rows, size in fill_by_database(column, target, converting, total=total):
            seen = 0
            for page in column.pages(among=rows):
                self._fill_by_function(column, page, converting, reverting)
                seen += len(page)
                self.progress(min(100, 100 * (done + seen) // max(1, total)))
            done += size
            self.progress(min(100, 100 * done // max(1, total)))
        if reverting is not None:
            kept = reverting.pages(self.old.name, removed=False)
            for rows in converting.settled_with_originals(column, kept):
                for page in column.pages(among=rows):
                    self._fill_by_function(column, page, converting, reverting)

    def _fill_by_function(
        self, column: Column, page: Page, converting: Converting, reverting: Keeping | None
    ) -> None:
        """Convert rows that the database is not sure of, or that lose something."""
        keys = [key for key, _ in page]
        originals = reverting.originals(self.old.name, keys) if reverting else NO_ORIGINALS
        fates = self._fates(page, converting, originals)
        written = [(key, fate.value) for key, fate in zip(keys, fates, strict=True)]
        if converting.same_kind and written == page:
            copy_column(column, self.shadow, keys=keys)
        else:
            write_column(column.connection, column.model, self.shadow, written)
            if self.keeping is not None:
                self.keeping.keep(self.new.name, converting.losses(page, fates))
        if reverting is not None:
            reverting.put_back([each.id for each in fates if isinstance(each, GivenBack)])

    def _fates(
        self, page: Page, converting: Converting, originals: Mapping[Any, Original]
    ) -> list[Fate]:
        if converting.retargets and not self.force and any(value is not None for _, value in page):
            raise self._loss(FindingKind.RETARGETED)
        return [self._fate(each, converting) for _, each in converting.outcomes(page, originals)]

    def _fate(self, outcome: Kept | Changed | Misfit, converting: Converting) -> Fate:
        match outcome:
            case Restored(value, id):
                return GivenBack(value, FindingKind.RESTORED, id)
            case Kept(value):
                return Fate(value, None)
            case Changed(kind, value):
                if kind not in HARMLESS and not self.force:
                    raise self._loss(kind)
                return Fate(value, kind)
            case Misfit(kind):
                if not self.force and converting.policy is None:
                    raise self._loss(kind)
                if not converting.replaceable:
                    raise StageFailed(f"unforceable_{kind}", field=self.new.name, count=1)
                return Fate(converting.replacement(), kind)

    def _loss(self, kind: FindingKind) -> StageFailed:
        return StageFailed(
            loss_code(kind, self.old, self.new),
            **loss_params(kind, self.old, self.new, owner=self.model_name),
        )


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
        self.definition = _definition(definition)

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

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Fill the column where it is NULL."""
        connection = schema_editor.connection
        model = from_state.apps.get_model(app_label, self.model_name)
        column = Column(model, self.name, connection)
        if schema_editor.collect_sql:
            schema_editor.collected_sql.append(f"-- {self.describe()}, in batches")
            return
        if not self.allow_migrate_model(connection.alias, model):
            return
        make = partial(effective_default, build_field(self.definition))
        total, done = column.rows.count(), 0
        for page in column.pages():
            filled = [(key, make()) for key, value in page if value is None]
            write_column(connection, model, self.name, filled)
            done += len(page)
            self.progress(min(100, 100 * done // max(1, total)))


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

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Look once more."""
        connection = schema_editor.connection
        model = from_state.apps.get_model(app_label, self.model_name)
        if schema_editor.collect_sql:
            schema_editor.collected_sql.append(f"-- {self.describe()}")
            return
        if not self.allow_migrate_model(connection.alias, model):
            return
        column, keeping = Column(model, self.name, connection), self.keeping
        if connection.vendor == "postgresql" and connection.in_atomic_block:
            tables = ", ".join(map(schema_editor.quote_name, column.tables))
            schema_editor.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        besides = filled_in(column.field) if keeping and keeping.reverts else NO_VALUE
        if not self.force and holds_values(column, besides=besides):
            raise StageFailed("field_removed_with_values", field=self.field)
        if keeping is not None:
            keeping.forget(field=self.field, removed=True)
            for losses in losses_of(column):
                keeping.keep(self.field, losses, removed=True)


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

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Look once more."""
        connection = schema_editor.connection
        model = from_state.apps.get_model(app_label, self.model_name)
        if schema_editor.collect_sql:
            schema_editor.collected_sql.append(f"-- {self.describe()}")
            return
        if not self.allow_migrate_model(connection.alias, model):
            return
        if connection.vendor == "postgresql" and connection.in_atomic_block:
            table = schema_editor.quote_name(model._meta.db_table)
            schema_editor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        count = model._base_manager.using(connection.alias).count()
        if count and not self.force:
            raise StageFailed("model_removed_with_rows", model=self.model_name, count=count)
        if count and self.keeping is not None:
            self._keep(model, connection, self.keeping)

    def _keep(self, model: Any, connection: Any, keeping: Keeping) -> None:
        keeping.forget(removed=True)
        for losses in losses_of_rows(model, connection):
            keeping.keep(WHOLE, losses, removed=True)
        for each in model._meta.local_many_to_many:
            for losses in losses_of(Column(model, each.name, connection)):
                keeping.keep(each.name, losses, removed=True)


class SettleField(SeparateDatabaseAndState):
    """Gives a field the options that its column knows nothing of; for the database, nothing happens."""

    def __init__(self, altered: AlterField) -> None:
        super().__init__(state_operations=[altered])
        self.altered = altered

    def describe(self) -> str:
        """Say what it does."""
        return f"Settle field {self.altered.name} on {self.altered.model_name}"


def _definition(given: FieldDefinition | Mapping[str, JSON]) -> FieldDefinition:
    return given if isinstance(given, FieldDefinition) else FieldDefinition.from_json(given)
