"""The steps of a plan on MySQL and MariaDB, where others see each of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.db import models
from django.db.migrations.operations import (
    AddField,
    AlterField,
    AlterModelTable,
    RemoveField,
    RenameField,
    RenameModel,
)
from django.db.migrations.operations.base import Operation

from lowcode_async.migrating.base import Step, is_filling, steps_of
from lowcode_async.migrating.relaxing import RelaxColumn
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.plan import Phase, Plan, PlannedOperation
from lowcode_async.planning.state import APP_LABEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The steps of a plan in their order, cut where something else begins."""

    free: Sequence[Step]
    """What writers need not be kept away from."""
    held: Sequence[Step]
    """From the first value that is filled in: nobody but us may write until the version is recorded."""
    dropping: Sequence[Step]
    """What is left to do after the version has been recorded."""
    in_place: frozenset[int]
    """Indexes of the held steps that put converted columns in the place of the old ones.

    Before the first of them the old columns are in place, or some name has no column and nobody can
    write to it; so all can be taken back. From then on values are written to new columns, which
    taking back would lose; so the only way is forward.
    """

    def free_around(self, shadows: Collection[str]) -> tuple[Sequence[Step], Sequence[Step]]:
        """Return what is free up to the last of some shadows that is added, and what comes after it.

        Without any shadow, only what is about names comes first.
        """
        first = [
            number
            for number, each in enumerate(self.free, 1)
            if _adds(each.operation, set(shadows)) or _names(each.operation)
        ]
        cut = first[-1] if first else 0
        return self.free[:cut], self.free[cut:]

    @property
    def reversible(self) -> Sequence[Step]:
        """All steps before the version is recorded."""
        return (*self.free, *self.held)


def parts_of(plan: Plan) -> Parts:
    """Cut a plan's steps."""
    shadows = {each.shadow for each in plan.conversions}
    steps = steps_of(replace(plan, operations=_ordered(plan, shadows)))
    reversible = [each for each in steps if each.planned.phase is not Phase.CONTRACT]
    first = next((n for n, each in enumerate(reversible) if is_filling(each)), len(reversible))
    return Parts(
        free=reversible[:first],
        held=reversible[first:],
        dropping=steps[len(reversible) :],
        in_place=frozenset(each.index for each in steps if _puts_in_place(each.planned, shadows)),
    )


def _ordered(plan: Plan, shadows: set[str]) -> tuple[PlannedOperation, ...]:
    """Return the operations in the order that suits a database where each stands for itself.

    New tables come first, since none can be made while others are held. All old columns are put
    aside before any new one takes its place (see `Parts.in_place`).
    """
    expands = [each for each in plan.operations if each.phase is Phase.EXPAND]
    swaps = [each for each in plan.operations if each.phase is Phase.SWAP]
    contracts = [each for each in plan.operations if each.phase is Phase.CONTRACT]
    filling = any(isinstance(each.operation, Filling) for each in expands)
    expands.sort(key=lambda each: filling and not _makes_table(each.operation))
    expands = _shadows_first(expands, shadows)
    # What the site has registered may use other tables, so it is done before the table is held.
    expands += [each for each in swaps if each.registered]
    swaps = [each for each in swaps if not each.registered]
    swaps.sort(key=lambda each: _place(each, shadows))
    return (*expands, *swaps, *_relaxations(plan, contracts), *contracts)


def _shadows_first(
    expands: Sequence[PlannedOperation], shadows: set[str]
) -> list[PlannedOperation]:
    """Return the operations with all shadows added before whatever else others take notice of.

    Shadows of large tables are filled before that, too: else whoever knows but the old structure could
    not insert rows meanwhile, for want of a value of a new column. Only names come before: an
    operation on a model, or on a field, tells of it by the name that it has from then on.
    """
    filled = next((n for n, each in enumerate(expands) if _fills(each)), len(expands))
    named = [n for n, each in enumerate(expands[:filled]) if _names(each.operation)]
    first = named[-1] + 1 if named else 0
    before, rest = expands[:first], expands[first:]
    added = [each for each in rest if _adds(each.operation, shadows)]
    return [*before, *added, *(each for each in rest if each not in added)]


def _names(operation: Operation) -> bool:
    return _makes_table(operation) or isinstance(
        operation, RenameModel | AlterModelTable | RenameField
    )


def _fills(planned: PlannedOperation) -> bool:
    return isinstance(planned.operation, Filling)


def _adds(operation: Operation, shadows: set[str]) -> bool:
    return isinstance(operation, AddField) and operation.name in shadows


def _place(planned: PlannedOperation, shadows: set[str]) -> tuple[int, bool, bool]:
    return planned.turn, not _moves(planned.operation), _puts_in_place(planned, shadows)


def _relaxations(plan: Plan, contracts: Sequence[PlannedOperation]) -> list[PlannedOperation]:
    """Return what lets rows be inserted without the columns that are to go."""
    state = plan.from_state.clone()
    for each in plan.operations:
        if each.phase is not Phase.CONTRACT:
            each.operation.state_forwards(APP_LABEL, state)
    fields = state.models[APP_LABEL, plan.after.name.lower()].fields
    held = any(isinstance(each.operation, Filling) for each in plan.operations)
    return [
        PlannedOperation(
            operation=RelaxColumn(plan.after.name, each.operation.name, held=held),
            phase=Phase.SWAP,
        )
        for each in contracts
        if isinstance(each.operation, RemoveField) and _is_needed(fields[each.operation.name])
    ]


def _is_needed(field: models.Field[object, object]) -> bool:
    return not field.many_to_many and not field.null


def _makes_table(operation: Operation) -> bool:
    return isinstance(operation, AddField) and bool(operation.field.many_to_many)


def _moves(operation: Operation) -> bool:
    return isinstance(operation, AlterField | RenameField)


def _puts_in_place(planned: PlannedOperation, shadows: set[str]) -> bool:
    if planned.phase is not Phase.SWAP:
        return False
    match planned.operation:
        case AlterField(name=name):
            return name in shadows
        case RenameField(old_name=name):
            return name in shadows
    return False
