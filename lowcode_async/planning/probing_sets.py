"""Rows that would not meet a new constraint: found by SQL, before anything happens.

A constraint on a column whose values get another form is not looked at: what those values are is
known when they are there. The database refuses it then, and all is as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import BooleanField, Count, ExpressionWrapper, QuerySet, Value

from lowcode_async.definitions.declared import ConstraintDefinition, ConstraintKind
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.definitions.sets import after_renames, fields_in
from lowcode_async.planning.changes import Change, effective_default, filling
from lowcode_async.planning.findings import MAX_SAMPLES, Finding, FindingKind, Sample
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.samples import key_json
from lowcode_async.planning.sets import built_condition
from lowcode_async.planning.state import APP_LABEL, build_field
from lowcode_async.sentences import JSON

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_KEPT = (Change.NONE, Change.WIDENING)


def violations(plan: Plan, connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    """Yield the rows that would not meet what the plan newly asks of them."""
    if plan.before is None or plan.after.deleted:
        return
    asking = _Asking.of(plan, connection)
    for constraint in _new_constraints(plan, asking):
        yield from asking.about(constraint)


def _new_constraints(plan: Plan, asking: _Asking) -> Iterator[ConstraintDefinition]:
    """Yield what is newly asked, its fields called by their former names."""
    assert plan.before is not None
    standing = [_said(each) for each in _all_of(plan.before)]
    for each in _all_of(asking.former):
        if _said(each) not in standing:
            yield each


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
    """The rows as they are, and what new fields would hold in each of them."""

    rows: QuerySet[Any]
    former: ModelDefinition
    """The new definition, its fields called by their former names."""
    known: frozenset[str]
    """Fields whose values in every row are known."""
    new_names: dict[str, str]
    forceable: bool
    """Whether something else in the upgrade may yet change the rows."""

    @classmethod
    def of(cls, plan: Plan, connection: BaseDatabaseWrapper) -> _Asking:
        """Return what can be asked."""
        model: type[models.Model] = plan.from_state.apps.get_model(APP_LABEL, plan.name_before)
        rows = model._base_manager.using(connection.alias)
        new_names, known = {}, set()
        for each in plan.changes:
            if each.new is None:
                continue
            if each.old is None:
                built = build_field(filling(each.new))
                if callable(getattr(built, "default", None)) or built.many_to_many:
                    continue
                value = Value(effective_default(built), output_field=built)
                rows = rows.annotate(**{each.new.name: value})
                known.add(each.new.name)
            elif each.change in _KEPT:
                new_names[each.old.name] = each.new.name
                known.add(each.old.name)
        old_names = {new: old for old, new in new_names.items()}
        return cls(
            rows=rows,
            former=after_renames(plan.after, old_names),
            known=frozenset(known),
            new_names=new_names,
            forceable=bool(plan.after.operations),
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
        condition = built_condition(self.former, constraint.condition)
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
            rows = rows.filter(built_condition(self.former, constraint.condition))
        names = list(constraint.fields)
        if constraint.nulls_distinct is not False:
            rows = rows.filter(**{f"{name}__isnull": False for name in names})
        groups = (
            rows.order_by()
            .values(*names)
            .annotate(lowcode_count=Count("*"))
            .filter(lowcode_count__gt=1)
        )
        total, samples = 0, list[Sample]()
        for group in groups.iterator(chunk_size=2000):
            total += group.pop("lowcode_count")
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
        return [
            Sample(key=key_json(key), before=_told(values), after=None) for key, *values in found
        ]

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
