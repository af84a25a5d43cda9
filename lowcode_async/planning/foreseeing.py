"""The rows as a plan would leave them: those columns that a question is about, in a table that nobody finds."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Case, F, QuerySet, Value, When

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.changes import Change, effective_default, filling
from lowcode_async.planning.conversions import Misfit
from lowcode_async.planning.converting import NO_ORIGINALS, Converting, Page
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.leftovers import hidden_name
from lowcode_async.planning.places import hidden_place, reachable
from lowcode_async.planning.plan import FieldChange, Plan
from lowcode_async.planning.restoring import Restoring
from lowcode_async.planning.rows import Column
from lowcode_async.planning.shadows import unchecked
from lowcode_async.planning.state import APP_LABEL, build_field
from lowcode_async.planning.writing import write_column

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


@contextlib.contextmanager
def foreseen_rows(
    plan: Plan,
    connection: BaseDatabaseWrapper,
    names: Collection[str],
    *,
    keeping: Keeping | None,
) -> Iterator[QuerySet[Any]]:
    """Give the rows as a plan would leave them, forced.

    Args:
        plan: what would be done; the model exists before and after.
        connection: the database that holds the table.
        names: the fields, as the plan calls them, whose values are needed.
        keeping: the lost values of a revert, which come again.
    """
    with hidden_place(connection) as place, reachable(place, connection, attached=True):
        foreseen = _Foreseen(plan, connection, place, names, keeping=keeping)
        editor = place.SchemaEditorClass(place, atomic=False)
        editor.deferred_sql = []
        try:
            editor.create_model(foreseen.model)
            foreseen.fill()
            yield foreseen.model._base_manager.using(place.alias)
        finally:
            if not place.features.can_rollback_ddl:
                with place.cursor() as cursor:
                    table = place.ops.quote_name(foreseen.model._meta.db_table)
                    cursor.execute(f"DROP TABLE IF EXISTS {table}")


class _Foreseen:
    """The table, and what goes into it: by one statement, then by the functions that the plan would ask."""

    def __init__(
        self,
        plan: Plan,
        connection: BaseDatabaseWrapper,
        place: Any,
        names: Collection[str],
        *,
        keeping: Keeping | None,
    ) -> None:
        self.connection, self.place, self.keeping = connection, place, keeping
        self.before: Any = plan.from_state.apps.get_model(APP_LABEL, plan.name_before)
        self.after: Any = plan.to_state.apps.get_model(APP_LABEL, plan.after.name)
        self.changes = [each for each in plan.changes if each.new and each.new.name in names]
        self.model = _model(plan, hidden_name(place), self.changes)
        self.converting = {
            each.new.name: Converting(self._source(each), self._target(each), each.new)
            for each in self.changes
            if each.new and each.change is Change.CONVERSION
        }

    def fill(self) -> None:
        """Insert all rows, and write what takes more than the database."""
        self._copy()
        for each in self.changes:
            assert each.new is not None
            if (converting := self.converting.get(each.new.name)) is not None:
                self._convert(each, each.new.name, converting)
            elif each.old is None and self.keeping is not None:
                restoring = Restoring.of(
                    Column(self.model, each.new.name, self.place), self.keeping
                )
                for page in restoring.pages():
                    restoring.write(page)

    def _copy(self) -> None:
        """Insert all rows: what stays, what is new, and what the database converts by itself."""
        values = {self.model._meta.pk: F("pk")}
        for each in self.changes:
            assert each.new is not None
            values[self.model._meta.get_field(each.new.name)] = self._expression(each, each.new)
        selected = {f"_lowcode_{each.name}": value for each, value in values.items()}
        rows = self.before._base_manager.using(self.place.alias).order_by()
        query = rows.annotate(**selected).values_list(*selected).query
        sql, params = query.get_compiler(connection=self.place).as_sql()
        quote = self.place.ops.quote_name
        table = quote(self.model._meta.db_table)
        columns = ", ".join(quote(each.column) for each in values)
        with self.place.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({columns}) {sql}", params)

    def _expression(self, each: FieldChange, new: FieldDefinition) -> Any:
        """Return what a field holds in every row, as far as the database knows."""
        if each.old is None:
            return self._filled_in(new)
        converting = self.converting.get(new.name)
        if converting is None:
            return F(self.before._meta.get_field(each.old.name).attname)
        nothing = Value(None, output_field=self._target(each).plain_field)
        if (shortcut := converting.shortcut) is None:
            return nothing
        kept = When(shortcut.kept, then=shortcut.expression)
        return Case(kept, default=nothing, output_field=shortcut.output_field)

    def _filled_in(self, new: FieldDefinition) -> Value:
        """Return what a new field holds; nothing where that is another value in each row."""
        built: Any = build_field(filling(new))
        restored = self.keeping is not None and built.null
        generated = callable(getattr(built, "default", None))
        value = None if restored or generated else effective_default(built)
        return Value(value, output_field=Column(self.after, new.name, self.connection).plain_field)

    def _convert(self, each: FieldChange, name: str, converting: Converting) -> None:
        """Write what the database does not convert by itself."""
        assert each.old is not None
        source, left = self._source(each), None
        if converting.shortcut is not None:
            judged = source.rows.annotate(_lowcode_verdict=converting.shortcut.verdict)
            left = judged.exclude(_lowcode_verdict__in=converting.settled)
        reverts = self.keeping is not None and self.keeping.has_originals(each.old.name)
        reverting = self.keeping if reverts else None
        for page in source.pages(among=left):
            self._write(page, name, each.old.name, converting, reverting)
        if reverting is not None:
            kept = reverting.pages(each.old.name, removed=False)
            for rows in converting.settled_with_originals(source, kept):
                for page in source.pages(among=rows):
                    self._write(page, name, each.old.name, converting, reverting)

    def _write(
        self, page: Page, name: str, old: str, converting: Converting, reverting: Keeping | None
    ) -> None:
        keys = [key for key, _ in page]
        originals: Mapping[Any, Any] = (
            reverting.originals(old, keys) if reverting is not None else NO_ORIGINALS
        )
        instead = converting.replacement() if converting.replaceable else None
        pairs = [
            (key, instead if isinstance(outcome, Misfit) else outcome.value)
            for key, outcome in converting.outcomes(page, originals)
        ]
        write_column(self.place, self.model, name, pairs)

    def _source(self, each: FieldChange) -> Column:
        assert each.old is not None
        return Column(self.before, each.old.name, self.connection)

    def _target(self, each: FieldChange) -> Column:
        assert each.new is not None
        return Column(self.after, each.new.name, self.connection)


def _model(plan: Plan, table: str, changes: Collection[FieldChange]) -> Any:
    """Return the model of such a table: the key and the fields that are needed, without constraints."""
    state, own = ProjectState(), (APP_LABEL, plan.after.name.lower())
    for key, each in plan.to_state.models.items():
        if key != own:
            state.add_model(each.clone())
    whole = plan.to_state.models[own]
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        (name, field.clone()) for name, field in whole.fields.items() if field.primary_key
    ]
    keys = {name for name, _ in fields}
    fields += [
        (each.new.name, unchecked(each.new))
        for each in changes
        if each.new and each.new.name not in keys
    ]
    state.add_model(ModelState(APP_LABEL, whole.name, fields, {"db_table": table}))
    return state.apps.get_model(APP_LABEL, whole.name)
