"""The operations by which the values of one field get another form."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.operations import SettleField
from lowcode_async.planning.plan import Conversion, Phase, PlannedOperation, Risk
from lowcode_async.planning.shadows import unchecked, with_constraints
from lowcode_async.planning.state import build_field, is_relation


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionSteps:
    """One conversion by a shadow column.

    The shadow gets its constraints only when it is filled: PostgreSQL alters no table whose rows
    have checks of foreign keys pending, and an index is built quicker at once than row by row.
    """

    model: str
    old: FieldDefinition
    """As it is before the plan."""
    new: FieldDefinition
    """As it is after the plan; the old field has its name already."""
    shadow: str
    aside: str

    def conversion(self) -> Conversion:
        """Return what the plan tells of it."""
        return Conversion(old=self.old, new=self.new, shadow=self.shadow, aside=self.aside)

    def expand(self) -> list[PlannedOperation]:
        """Return the steps that make and fill the shadow."""
        bare = unchecked(self.new, name=self.shadow)
        closed = with_constraints(self.new, name=self.shadow)
        steps = [
            self._step(operations.AddField(self.model, self.shadow, bare)),
            self._step(
                ConvertValues(self.model, self.new.name, self.shadow, old=self.old, new=self.new),
                Risk.CONVERTS,
            ),
        ]
        if bare.deconstruct()[1:] != closed.deconstruct()[1:]:
            altered = operations.AlterField(self.model, self.shadow, closed)
            steps.append(self._step(altered, *self._risks()))
        return steps

    def swap(self) -> list[PlannedOperation]:
        """Return the steps that put the shadow in the place of the old field, column and all."""
        final = operations.AlterField(self.model, self.new.name, build_field(self.new))
        return [
            PlannedOperation(operation=each, phase=Phase.SWAP)
            for each in (
                *self._old_aside(),
                *self._shadow_in_place(),
                SettleField(final),
            )
        ]

    def _old_aside(self) -> list[Operation]:
        steps: list[Operation] = []
        if self.old.column is not None or self.old.name != self.new.name:
            # Its column is pinned, so the rename alone would leave it where the new one belongs.
            pinned = replace(self.old, name=self.new.name, column=self.aside)
            steps.append(operations.AlterField(self.model, self.new.name, build_field(pinned)))
        return [*steps, operations.RenameField(self.model, self.new.name, self.aside)]

    def _shadow_in_place(self) -> list[Operation]:
        steps: list[Operation] = []
        if self.new.column is not None:
            closed = with_constraints(replace(self.new, column=None), name=self.shadow)
            closed.db_column = self.new.column
            steps.append(operations.AlterField(self.model, self.shadow, closed))
        return [*steps, operations.RenameField(self.model, self.shadow, self.new.name)]

    def _risks(self) -> tuple[Risk, ...]:
        risks = []
        if not self.new.options.get("null"):
            risks.append(Risk.NEEDS_VALUES)
        if self.new.options.get("unique") or self.new.type == "OneToOneField":
            risks.append(Risk.NEEDS_UNIQUE)
        if is_relation(self.new) and self.new.options.get("db_constraint", True):
            risks.append(Risk.NEEDS_TARGET)
        return tuple(risks)

    def _step(self, operation: Operation, *risks: Risk) -> PlannedOperation:
        return PlannedOperation(operation=operation, phase=Phase.EXPAND, risks=risks)
