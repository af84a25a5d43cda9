"""Unique sets, indexes and constraints among the steps of a plan.

They hang on columns, so they are taken off before a converted column takes the place of another, and
put on when all columns are there. What is no longer wanted goes last, with the columns that go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.definitions.sets import fields_in
from lowcode_async.planning.plan import Risk
from lowcode_async.planning.sets import built_constraint, built_index


def unhooked(
    state: ModelState, definition: ModelDefinition, fields: Collection[str]
) -> Iterator[Operation]:
    """Yield the operations that take off what hangs on fields.

    Args:
        state: the model as it is, its fields called by their new names.
        definition: the definition of that state, likewise.
        fields: names of the fields.
    """
    present = {each.name for each in (*state.options["indexes"], *state.options["constraints"])}
    together = together_of(state)
    left = {each for each in together if not set(each) & set(fields)}
    if left != together:
        yield operations.AlterUniqueTogether(state.name, left)
    for constraint in definition.constraints:
        if constraint.name in present and fields_in(constraint) & set(fields):
            yield operations.RemoveConstraint(state.name, constraint.name)
    for index in definition.indexes:
        if index.name in present and fields_in(index) & set(fields):
            yield operations.RemoveIndex(state.name, index.name)


def renamed_hooks(before: ModelState, after: ModelDefinition) -> Iterator[Operation]:
    """Yield the operations that call the fields of indexes and constraints by their new names.

    For the database nothing happens: the columns are the same.

    Args:
        before: the model with its fields renamed, and its indexes and constraints not.
        after: the definition of what those should be.
    """
    wanted = {each.name: each for each in wanted_of(after)}
    told: list[Operation] = []
    for former in [*before.options["indexes"], *before.options["constraints"]]:
        if wanted[former.name] != former:
            told.append(_taken_off(before.name, former))
            told.append(_put_on(before.name, wanted[former.name]))
    if told:
        yield operations.SeparateDatabaseAndState(state_operations=told)


def wanted_of(definition: ModelDefinition) -> list[Any]:
    """Return Django's indexes and constraints of a definition."""
    return [
        *(built_index(definition, each) for each in definition.indexes),
        *(built_constraint(definition, each) for each in definition.constraints),
    ]


def together_of(state: ModelState) -> set[tuple[str, ...]]:
    """Return the sets of fields that are unique together."""
    return {tuple(each) for each in state.options.get("unique_together") or ()}


@dataclass(frozen=True, slots=True, kw_only=True)
class HookingSteps:
    """How indexes, constraints and unique sets become what they should be."""

    freed: list[Operation]
    """Takes off what has the name of something else that is to come."""
    added: list[Operation]
    dropped: list[Operation]
    """Takes off what is no longer wanted."""

    def risks_of(self, operation: Operation) -> tuple[Risk, ...]:
        """Return what an operation asks of the rows."""
        if isinstance(operation, operations.AlterUniqueTogether):
            return (Risk.NEEDS_UNIQUE,)
        if not isinstance(operation, operations.AddConstraint):
            return ()
        unique = isinstance(operation.constraint, models.UniqueConstraint)
        return (Risk.NEEDS_UNIQUE if unique else Risk.NEEDS_CHECK,)


def hooking_steps(state: ModelState, after: ModelDefinition) -> HookingSteps:
    """Return the steps from a state, whose fields have their new names, to a definition.

    One statement each, so that whoever finds one begun can tell by looking whether it is done.
    """
    wanted = {each.name: each for each in wanted_of(after)}
    freed, dropped, kept = list[Operation](), list[Operation](), set[str]()
    for former in [*state.options["constraints"], *state.options["indexes"]]:
        if wanted.get(former.name) == former:
            kept.add(former.name)
            continue
        (freed if former.name in wanted else dropped).append(_taken_off(state.name, former))
    added = [_put_on(state.name, each) for name, each in wanted.items() if name not in kept]
    sets = together_of(state)
    for each in sorted(set(after.unique_together) - sets):
        sets = sets | {each}
        added.append(operations.AlterUniqueTogether(state.name, sets))
    for each in sorted(sets - set(after.unique_together)):
        sets = sets - {each}
        dropped.append(operations.AlterUniqueTogether(state.name, sets))
    return HookingSteps(freed=freed, added=added, dropped=dropped)


def _taken_off(model: str, hook: Any) -> Operation:
    kind = operations.RemoveIndex if isinstance(hook, models.Index) else operations.RemoveConstraint
    return kind(model, hook.name)


def _put_on(model: str, hook: Any) -> Operation:
    kind = operations.AddIndex if isinstance(hook, models.Index) else operations.AddConstraint
    return kind(model, hook)
