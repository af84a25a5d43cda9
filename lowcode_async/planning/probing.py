"""What a plan would do to the rows there are: asked of the database, before anything happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import models

from lowcode_async.definitions import generators
from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.changes import Change, effective_default, filling
from lowcode_async.planning.duplicates import duplicates_of
from lowcode_async.planning.findings import Finding, FindingKind, Sample, blocked
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.losses import target_name
from lowcode_async.planning.orphans import Targets
from lowcode_async.planning.plan import FieldChange, Plan
from lowcode_async.planning.probing_conversions import ConversionProbe
from lowcode_async.planning.probing_sets import violations
from lowcode_async.planning.progress import Report, RowsDone, of_rows
from lowcode_async.planning.removals import NO_VALUE, end_of, filled_in, removal_of
from lowcode_async.planning.restoring import Restoring
from lowcode_async.planning.rows import Column
from lowcode_async.planning.samples import key_json
from lowcode_async.planning.state import APP_LABEL, build_field, is_many_to_many
from lowcode_async.planning.whole import ORDER
from lowcode_async.planning.whole_rows import WHOLE

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

DISTINCT_GENERATORS = (generators.uuid4, generators.now)
"""Defaults that are another value each time."""


def probe(
    plan: Plan,
    connection: BaseDatabaseWrapper,
    *,
    progress: Report,
    keeping: Keeping | None = None,
) -> list[Finding]:
    """Return what the plan would do to data, in the order of the fields.

    Nothing is changed. Counts are exact at the time of asking.

    Args:
        plan: the plan.
        connection: the database that holds the table.
        progress: is called with percents, and with rows where it goes value by value.
        keeping: the lost values of the upgrade; it may revert another one.
    """
    if plan.before is None:
        return rows_restored(plan, keeping) if keeping is not None else []
    return list(Probe(plan, connection, progress=progress, keeping=keeping).findings())


def rows_restored(plan: Plan, keeping: Keeping) -> list[Finding]:
    """Return what comes back with a model whose end is taken back."""
    count = keeping.count(WHOLE, removed=True)
    if not count:
        return []
    params = {"model": plan.after.name, "count": count}
    restored = FindingKind.RESTORED
    return [Finding(kind=restored, field="", count=count, code="rows_restored", params=params)]


class Probe:
    """The questions that a plan puts to its table."""

    def __init__(
        self,
        plan: Plan,
        connection: BaseDatabaseWrapper,
        *,
        progress: Report,
        keeping: Keeping | None = None,
    ) -> None:
        self.plan = plan
        self.connection = connection
        self.progress = progress
        self.reverting = keeping if keeping and keeping.reverts else None
        self.model: type[models.Model] = plan.from_state.apps.get_model(APP_LABEL, plan.name_before)

    def findings(self) -> Iterator[Finding]:
        """Yield what is found, field by field."""
        changes = [each for each in self.plan.changes if each.change is not Change.NONE]
        if self.plan.after.deleted:
            if gone := end_of(self.model, self.connection, name=self.plan.after.name):
                yield gone
            return
        rows = self.model._base_manager.using(self.connection.alias).count() if changes else 0
        for number, each in enumerate(changes):
            if rows:
                start, end = (100 * part / len(changes) for part in (number, number + 1))
                told = of_rows(self.progress, start, end)
                yield from self._findings_of(each, rows, told)
            self.progress(100 * (number + 1) / len(changes))
        yield from self._lost_order()
        yield from violations(self.plan, self.connection, keeping=self.reverting)

    def _lost_order(self) -> Iterator[Finding]:
        """Look at the order of the rows, if it is given up."""
        assert self.plan.before is not None
        option = "order_with_respect_to"
        if option in self.plan.before.options and option not in self.plan.after.options:
            yield from removal_of(self._column(ORDER), ORDER)

    def _findings_of(self, each: FieldChange, rows: int, progress: RowsDone) -> Iterator[Finding]:
        if each.old is None:
            assert each.new is not None
            if self.reverting is not None:
                yield from self._restoration(each.new, rows, self.reverting)
            else:
                yield from self._addition(each.new, rows)
        elif each.new is None:
            column = self._column(each.old.name)
            besides = filled_in(column.field) if self.reverting else NO_VALUE
            yield from removal_of(column, each.old.name, besides=besides)
        elif each.change is Change.CONVERSION:
            yield from self._conversion(each.old, each.new, rows, progress)
        elif not is_many_to_many(each.new):
            yield from self._alteration(each.old, each.new)

    def _column(self, name: str) -> Column:
        return Column(self.model, name, self.connection)

    def _addition(self, new: FieldDefinition, rows: int) -> Iterator[Finding]:
        """Look at a new field, whose rows are all there before it."""
        if is_many_to_many(new):
            return
        built = build_field(filling(new))
        filled = effective_default(built)
        if filled is None:
            if not built.null:
                yield blocked(FindingKind.NULL, new.name, rows, "null_in_new_field")
            return
        distinct = getattr(built, "default", None) in DISTINCT_GENERATORS
        if built.unique and rows > 1 and not distinct:
            yield blocked(FindingKind.DUPLICATE, new.name, rows, "duplicates_in_unique")
        yield from self._missing_target(new, filled, rows)

    def _restoration(self, new: FieldDefinition, rows: int, keeping: Keeping) -> Iterator[Finding]:
        """Look at a field that comes back, with its values."""
        model = self.plan.to_state.apps.get_model(APP_LABEL, self.plan.after.name)
        restoring = Restoring.of(Column(model, new.name, self.connection), keeping)
        yield from restoring.findings(new, rows)

    def _missing_target(self, new: FieldDefinition, key: Any, rows: int) -> Iterator[Finding]:
        """Look whether the default of a new relation points at a row."""
        model = self.plan.to_state.apps.get_model(APP_LABEL, self.plan.after.name)
        targets = Targets.of(Column(model, new.name, self.connection))
        if targets is not None and targets.missing(key):
            target = target_name(new, owner=self.plan.after.name)
            yield blocked(FindingKind.ORPHAN, new.name, rows, "orphaned_keys", target=target)

    def _alteration(self, old: FieldDefinition, new: FieldDefinition) -> Iterator[Finding]:
        """Look at a field whose values stay, but may not all be allowed any more."""
        before, after = build_field(old), build_field(new)
        column = self._column(old.name)
        if before.null and not after.null:
            empty = column.rows.filter(**{f"{column.field.attname}__isnull": True})
            count = empty.count()
            if count:
                keys = empty.values_list("pk", flat=True)[:5]
                samples = tuple(Sample(key=key_json(key), before=None, after=None) for key in keys)
                yield blocked(FindingKind.NULL, new.name, count, "null_in_required", samples)
        if after.unique and not before.unique:
            count, samples = duplicates_of(column)
            if count:
                yield blocked(
                    FindingKind.DUPLICATE, new.name, count, "duplicates_in_unique", samples
                )

    def _conversion(
        self, old: FieldDefinition, new: FieldDefinition, rows: int, progress: RowsDone
    ) -> Iterator[Finding]:
        """Put each value through the conversion that the plan would put it through."""
        model = self.plan.to_state.apps.get_model(APP_LABEL, self.plan.after.name)
        target = Column(model, new.name, self.connection)
        probed = ConversionProbe(self._column(old.name), target, old, new, keeping=self.reverting)
        yield from probed.findings(rows, progress)
