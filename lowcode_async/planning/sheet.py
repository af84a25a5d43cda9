"""What a plan is written on while it is made: the state so far, and the operations of each phase."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.planning.columns import column_of, free_name
from lowcode_async.planning.plan import Phase, PlannedOperation, Risk
from lowcode_async.planning.state import APP_LABEL


@dataclass(slots=True, kw_only=True)
class Sheet:
    """The state so far, and the operations of each phase."""

    state: ProjectState
    before: ModelDefinition | None
    """The model as it is, under its new name."""
    after: ModelDefinition
    renames: list[PlannedOperation] = field(default_factory=list)
    expands: list[PlannedOperation] = field(default_factory=list)
    conversions: list[PlannedOperation] = field(default_factory=list)
    swaps: list[PlannedOperation] = field(default_factory=list)
    hooks: list[PlannedOperation] = field(default_factory=list)
    contracts: list[PlannedOperation] = field(default_factory=list)

    def ordered(self) -> tuple[PlannedOperation, ...]:
        """Return all operations, those that take away last."""
        return (
            *self.renames,
            *self.expands,
            *self.conversions,
            *sorted(self.swaps, key=lambda each: each.turn),
            *self.hooks,
            *sorted(self.contracts, key=lambda each: each.turn),
        )

    def model(self) -> ModelState:
        """Return the model as it is by now."""
        model: ModelState = self.state.models[APP_LABEL, self.after.name.lower()]
        return model

    def fields(self) -> dict[str, models.Field[Any, Any]]:
        """Return its fields by name."""
        fields: dict[str, models.Field[Any, Any]] = self.model().fields
        return fields

    def free(self, wanted: str, names: set[str]) -> str:
        """Return a name for a field that is neither a field's nor a column's."""
        taken = {name.lower() for name in (*names, *self.fields())}
        for model in (self.before, self.after):
            for each in model.fields if model else ():
                taken |= {each.name.lower(), column_of(each).lower()}
        return free_name(wanted, taken)

    def add(
        self,
        into: list[PlannedOperation],
        operation: Operation,
        phase: Phase,
        *risks: Risk,
        **place: Any,
    ) -> None:
        """Write an operation down; `place` is what else there is to say of where it belongs."""
        planned = PlannedOperation(operation=operation, phase=phase, risks=risks, **place)
        self.add_planned(into, planned)

    def add_planned(self, into: list[PlannedOperation], planned: PlannedOperation) -> None:
        """Write it down, and see what it makes of the model."""
        planned.operation.state_forwards(APP_LABEL, self.state)
        into.append(planned)
