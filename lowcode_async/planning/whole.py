"""The steps that are about a model as a whole: its name, its table, its order, its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import StageFailed
from lowcode_async.planning.columns import link_table_of, matched, table_of
from lowcode_async.planning.ensuring import EnsureNoRows
from lowcode_async.planning.plan import Phase, Plan, PlannedOperation, Risk
from lowcode_async.planning.registered import made_operations
from lowcode_async.planning.state import (
    APP_LABEL,
    build_field,
    closure,
    dynamic_target,
    is_many_to_many,
    project_state,
)

ORDER: Final = "_order"
"""The field that Django gives to a model whose rows are ordered with respect to another row."""


def states(
    definitions: Mapping[str, ModelDefinition],
    world: Mapping[str, ModelDefinition],
    *,
    former: ModelDefinition | None,
    after: ModelDefinition,
) -> tuple[ProjectState, ProjectState]:
    """Return the states before and after a plan: the model, and whatever one of its selves leads to.

    Args:
        definitions: all models as they stand.
        world: the same, the model and what points at it under its new name.
        former: the model as it stands.
        after: the model as it will be.
    """
    reached = {*closure({**world, after.name: after}, after.name)}
    old = {}
    if former is not None:
        old = {former.name: former}
        reached |= {*closure(definitions, former.name)}
        if former.name != after.name:
            reached |= {*closure(definitions, *_pointing_at(definitions, former.name))}
    reached -= {after.name, *old}
    to_state = project_state(
        {**{each: world[each] for each in reached}, after.name: after.settled()}
    )
    from_state = project_state({**{each: definitions[each] for each in reached}, **old})
    own = {(APP_LABEL, after.name.lower()), *((APP_LABEL, each.lower()) for each in old)}
    _complete(from_state, to_state, own)
    _complete(to_state, from_state, own)
    return from_state, to_state


def deletion_plan(definitions: Mapping[str, ModelDefinition], target: ModelDefinition) -> Plan:
    """Return the plan of a model's end.

    Raises:
        StageFailed: there is no such model, or another one points at it.
    """
    former = definitions.get(target.name)
    if former is None:
        raise StageFailed("delete_of_unknown_model", model=target.name)
    pointing = [each for each in _pointing_at(definitions, target.name) if each != target.name]
    if pointing:
        raise StageFailed("model_is_pointed_at", model=target.name, others=pointing)
    from_state = project_state(closure(definitions, target.name))
    to_state = from_state.clone()
    to_state.remove_model(APP_LABEL, target.name.lower())
    named = target.operations
    steps = (
        *(
            PlannedOperation(operation=each, phase=Phase.EXPAND, registered=True)
            for each in made_operations((*named.before, *named.after), target.name)
        ),
        PlannedOperation(operation=EnsureNoRows(target.name), phase=Phase.SWAP),
        PlannedOperation(
            operation=operations.DeleteModel(target.name),
            phase=Phase.CONTRACT,
            risks=(Risk.REMOVES_TABLE,),
        ),
    )
    return Plan(
        before=former,
        after=target,
        from_state=from_state,
        to_state=to_state,
        operations=steps,
        changes=(),
    )


def moving_steps(
    former: ModelDefinition, before: ModelDefinition, after: ModelDefinition
) -> Iterator[Operation]:
    """Yield what gives a model its new name and table.

    Args:
        former: the model as it is.
        before: the same under its new name, on its own table.
        after: the model as it will be.
    """
    if former.name != before.name:
        if former.table != before.table:
            # For the database nothing happens: it is the table that there is.
            yield operations.AlterModelTable(former.name, before.table or table_of(before))
        yield operations.RenameModel(former.name, before.name)
    if table_of(before) == table_of(after):
        return
    for old, new in matched(before, after):
        if old is not None and is_many_to_many(old) and new is not None and old.column is None:
            pinned = build_field(replace(old, column=link_table_of(before, old)))
            yield operations.AlterField(after.name, old.name, pinned)
    yield operations.AlterModelTable(after.name, after.table)


def settled_order(model: str, field: str | None) -> Operation:
    """Return what tells the state which field the order hangs on; the column is not touched."""
    return operations.SeparateDatabaseAndState(
        state_operations=[operations.AlterOrderWithRespectTo(model, field)]
    )


def is_unordering(operation: Operation) -> bool:
    """Tell whether an operation drops the column that holds the order."""
    return (
        isinstance(operation, operations.AlterOrderWithRespectTo)
        and operation.order_with_respect_to is None
    )


def _pointing_at(definitions: Mapping[str, ModelDefinition], name: str) -> list[str]:
    return [
        each.name
        for each in definitions.values()
        if any(dynamic_target(field) == name for field in each.fields)
    ]


def _complete(state: ProjectState, other: ProjectState, own: set[tuple[str, str]]) -> None:
    """Take the models of the site's own that the other state has."""
    for key, each in other.models.items():
        if key not in own and key not in state.models:
            state.add_model(each.clone())
