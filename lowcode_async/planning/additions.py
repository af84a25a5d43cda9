"""The steps that add one field to a table that may have rows."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations import operations
from django.db.migrations.operations.base import Operation

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.changes import effective_default, filling
from lowcode_async.planning.operations import FillDefaults, SettleField
from lowcode_async.planning.plan import Phase, PlannedOperation, Risk
from lowcode_async.planning.shadows import unchecked, with_constraints
from lowcode_async.planning.state import build_field, is_many_to_many, is_relation


def addition_steps(
    model: str, definition: FieldDefinition, operation: operations.AddField
) -> list[PlannedOperation]:
    """Return the steps that add a field.

    A column without values for the rows there are is added nullable and then closed: MariaDB would
    fill a NOT NULL column with zeros and say nothing. A default that is made for each row and must be
    unique is filled in row by row.
    """
    once = definition.one_off_default is not None
    definition, final = filling(definition), definition
    built = build_field(definition)
    generated = not is_many_to_many(definition) and built.unique and _is_made(built)
    fillable = is_many_to_many(definition) or built.null or effective_default(built) is not None
    if fillable and not generated:
        if once:
            operation = operations.AddField(model, final.name, built, preserve_default=False)
        steps = [_expand(operation, *risks_of(final, None))]
        return [*steps, *_settled(model, final)] if once else steps
    steps = [_expand(operations.AddField(model, definition.name, unchecked(definition)))]
    if generated:
        steps.append(_expand(FillDefaults(model, definition.name, definition=definition)))
    closed = operations.AlterField(model, definition.name, with_constraints(definition))
    needed = () if built.null else (Risk.NEEDS_VALUES,)
    steps.append(_expand(closed, *needed, *risks_of(definition, None)))
    return [*steps, *_settled(model, final)]


def _settled(model: str, final: FieldDefinition) -> list[PlannedOperation]:
    """Return what gives a field the options that its column knows nothing of."""
    altered = operations.AlterField(model, final.name, build_field(final))
    return [_expand(SettleField(altered))]


def risks_of(new: FieldDefinition, old: FieldDefinition | None) -> tuple[Risk, ...]:
    """Return what a column newly asks of the rows."""
    if is_many_to_many(new):
        return ()
    built, former = build_field(new), build_field(old) if old else None
    risks = []
    if former is not None and former.null and not built.null:
        risks.append(Risk.NEEDS_VALUES)
    if built.unique and not (former and former.unique):
        risks.append(Risk.NEEDS_UNIQUE)
    if is_relation(new) and former is not None and new.options.get("db_constraint", True):
        risks.append(Risk.NEEDS_TARGET)
    return tuple(risks)


def _is_made(field: models.Field[Any, Any]) -> bool:
    """Tell whether a field's default is made anew for each row; no default at all is callable too."""
    return field.has_default() and callable(field.default)


def _expand(operation: Operation, *risks: Risk) -> PlannedOperation:
    return PlannedOperation(operation=operation, phase=Phase.EXPAND, risks=risks)
