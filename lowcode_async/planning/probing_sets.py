"""Rows that would not meet a constraint: found by SQL, before anything happens.

A new constraint on values that stay is asked of the rows as they are. Where values get another form, or
come back, every constraint on them is asked of the rows as they would be; see `foreseeing`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import BooleanField, Count, ExpressionWrapper, QuerySet, Value

from lowcode_async.definitions.declared import ConstraintDefinition, ConstraintKind
from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.definitions.sets import after_renames, fields_in
from lowcode_async.planning.changes import Change, effective_default, filling
from lowcode_async.planning.findings import MAX_SAMPLES, Finding, FindingKind, Sample
from lowcode_async.planning.foreseeing import foreseen_rows
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.rows import Column
from lowcode_async.planning.samples import key_json
from lowcode_async.planning.sets import built_condition
from lowcode_async.planning.state import APP_LABEL, build_field, is_many_to_many
from lowcode_async.sentences import JSON

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def violations(
    plan: Plan, connection: BaseDatabaseWrapper, *, keeping: Keeping | None = None
) -> Iterator[Finding]:
    """Yield the rows that would not meet what the plan asks of them.

    Args:
        plan: the plan.
        connection: the database that holds the table.
        keeping: the lost values of a revert.
    """
    if plan.before is None or plan.after.deleted:
        return
    reverting = keeping is not None
    moved = _moved(plan, reverting=reverting)
    asking = _Asking.of(plan, connection, moved=moved)
    standing = [_said(each) for each in _all_of(plan.before)]
    foreseen = []
    for wanted, former in zip(_all_of(plan.after), _all_of(asking.definition), strict=True):
        if fields_in(wanted) & moved:
            foreseen.append(wanted)
        elif _said(former) not in standing:
            yield from asking.about(former)
    if foreseen and asking.rows.exists():
        names = {name for each in foreseen for name in fields_in(each)}
        with foreseen_rows(plan, connection, names, keeping=keeping) as rows:
            then = asking.of_foreseen(plan, rows, restored=reverting)
            for each in foreseen:
                yield from then.about(each)


def _moved(plan: Plan, *, reverting: bool) -> set[str]:
    """Return the fields whose values are not to be had from the rows as they are."""
    model = plan.from_state.apps.get_model(APP_LABEL, plan.name_before)
    # A relation's column, too: a new field may be called like it.
    former = {
        name
        for each in model._meta.get_fields()
        for name in (each.name, getattr(each, "attname", each.name))
    }
    return {
        each.new.name
        for each in plan.changes
        if each.new
        and (
            each.change is Change.CONVERSION
            or (each.old is None and (reverting or each.new.name in former))
        )
    }


def _all_of(definition: ModelDefinition) -> list[ConstraintDefinition]:
    return [*definition.constraints, *map(_as_constraint, definition.unique_together)]


def _said(constraint: ConstraintDefinition) -> dict[str, JSON]:
    """Return what a constraint asks of the rows, whatever it is called."""
    bare = replace(constraint, name="", violation_error_message=None, violation_error_code=None)
    return bare.to_json()


def _as_constraint(names: tuple[str, ...]) -> ConstraintDefinition:
    return ConstraintDefinition(name="", type=ConstraintKind.UNIQUE, fields=names)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """The rows as they are with what new fields would hold in each of them, or as they would be."""

    rows: QuerySet[Any]
    definition: ModelDefinition
    """The new definition, its fields called as they are in the rows."""
    known: frozenset[str]
    """Fields whose values in every row are known."""
    new_names: dict[str, str]
    forceable: bool
    """Whether something else in the upgrade may yet change the rows."""
    before: QuerySet[Any] | None = None
    """The rows as they are, if these are not they."""
    old_names: dict[str, str] = dataclasses.field(default_factory=dict)
    """Of the fields of those."""

    @classmethod
    def of(cls, plan: Plan, connection: BaseDatabaseWrapper, *, moved: set[str]) -> _Asking:
        """Return what can be asked of the rows as they are."""
        model: type[models.Model] = plan.from_state.apps.get_model(APP_LABEL, plan.name_before)
        new_names = {each.old.name: each.new.name for each in plan.changes if each.old and each.new}
        filled = {
            each.new.name: _filled_in(plan, each.new, connection)
            for each in plan.changes
            if each.new and not each.old and _is_same_in_all(each.new)
        }
        added = {name: value for name, value in filled.items() if name not in moved}
        return cls(
            rows=model._base_manager.using(connection.alias).annotate(**added),
            definition=after_renames(plan.after, {new: old for old, new in new_names.items()}),
            known=frozenset(added) | new_names.keys(),
            new_names=new_names,
            forceable=bool(plan.after.operations),
        )

    def of_foreseen(self, plan: Plan, rows: QuerySet[Any], *, restored: bool) -> _Asking:
        """Return what can be asked of the rows as they would be."""
        known = (
            each.new.name
            for each in plan.changes
            if each.new and (each.old or restored or _is_same_in_all(each.new))
        )
        return replace(
            self,
            rows=rows,
            definition=plan.after,
            known=frozenset(known),
            new_names={},
            before=self.rows,
            old_names={new: old for old, new in self.new_names.items()},
        )

    def about(self, constraint: ConstraintDefinition) -> Iterator[Finding]:
        """Yield the rows that do not meet one constraint."""
        if not fields_in(constraint) <= self.known:
            return
        if constraint.type is ConstraintKind.CHECK:
            yield from self._check(constraint)
        else:
            yield from self._unique(constraint)

    def _check(self, constraint: ConstraintDefinition) -> Iterator[Finding]:
        condition = built_condition(self.definition, constraint.condition)
        met = ExpressionWrapper(condition, output_field=BooleanField())
        # As the database does: a condition that is neither true nor false is met.
        broken = self.rows.filter(~met)
        names = sorted(fields_in(constraint))
        yield from self._finding(
            FindingKind.CHECK, constraint, broken.count(), self._samples(broken, names)
        )

    def _unique(self, constraint: ConstraintDefinition) -> Iterator[Finding]:
        rows = self.rows
        if constraint.condition is not None:
            rows = rows.filter(built_condition(self.definition, constraint.condition))
        names = list(constraint.fields)
        if constraint.nulls_distinct is not False:
            rows = rows.filter(**{f"{name}__isnull": False for name in names})
        groups = (
            rows.order_by()
            .values(*names)
            .annotate(_lowcode_count=Count("*"))
            .filter(_lowcode_count__gt=1)
        )
        total, samples = 0, list[Sample]()
        for group in groups.iterator(chunk_size=2000):
            total += group.pop("_lowcode_count")
            if len(samples) < MAX_SAMPLES:
                same = {
                    (name if value is not None else f"{name}__isnull"): (
                        value if value is not None else True
                    )
                    for name, value in group.items()
                }
                samples += self._samples(rows.filter(**same), names)[:2]
        yield from self._finding(FindingKind.DUPLICATE, constraint, total, samples[:MAX_SAMPLES])

    def _samples(self, rows: QuerySet[Any], names: list[str]) -> list[Sample]:
        found = rows.order_by("pk").values_list("pk", *names)[:MAX_SAMPLES]
        if self.before is None:
            return [
                Sample(key=key_json(key), before=_told(values), after=None)
                for key, *values in found
            ]
        return [
            Sample(key=key_json(key), before=self._as_it_is(key, names), after=_told(values))
            for key, *values in found
        ]

    def _as_it_is(self, key: Any, names: list[str]) -> JSON:
        """Return what stands in the fields now; nothing in those that are new."""
        assert self.before is not None
        there = [old for each in names if (old := self.old_names.get(each)) is not None]
        row = self.before.filter(pk=key).values(*there).first() or {}
        return _told([row.get(self.old_names.get(each, "")) for each in names])

    def _finding(
        self, kind: FindingKind, constraint: ConstraintDefinition, count: int, samples: list[Sample]
    ) -> Iterator[Finding]:
        if not count:
            return
        names = [self.new_names.get(each, each) for each in sorted(fields_in(constraint))]
        called = constraint.name or ", ".join(self.new_names.get(n, n) for n in constraint.fields)
        yield Finding(
            kind=kind,
            field=called,
            count=count,
            code="check_not_met" if kind is FindingKind.CHECK else "set_not_unique",
            params={"constraint": called, "fields": names, "count": count},
            samples=tuple(samples),
            forceable=self.forceable,
        )


def _told(values: list[Any]) -> JSON:
    """Return what stands in the fields, one by one."""
    told = [
        value if isinstance(value, bool | int | float) or value is None else str(value)[:200]
        for value in values
    ]
    return told[0] if len(told) == 1 else told


def _is_same_in_all(new: FieldDefinition) -> bool:
    """Tell whether a new field has a column, and is filled with the same value in every row."""
    return not (
        is_many_to_many(new) or callable(getattr(build_field(filling(new)), "default", None))
    )


def _filled_in(plan: Plan, new: FieldDefinition, connection: BaseDatabaseWrapper) -> Value:
    """Return what a new field holds in every row."""
    model = plan.to_state.apps.get_model(APP_LABEL, plan.after.name)
    column = Column(model, new.name, connection)
    value = effective_default(build_field(filling(new)))
    return Value(value, output_field=column.plain_field)
