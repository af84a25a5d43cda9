"""A plan: the ordered operations from one definition to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.planning.changes import Change
from lowcode_async.planning.sql import sql_of
from lowcode_async.planning.state import APP_LABEL
from lowcode_async.sentences import JSON

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class Phase(StrEnum):
    """When an operation is due. They come in this order."""

    EXPAND = "expand"
    """Adds to the table, or is free for it. Can be taken back without loss."""
    SWAP = "swap"
    """Puts a converted column in the place of the old one, by names alone. Can be taken back."""
    CONTRACT = "contract"
    """Drops what nobody needs any more. There is no way back from here."""


class Risk(StrEnum):
    """What an operation may fail at, or take away."""

    CONVERTS = "converts_values"
    """Values are given another form; the findings say which of them would not survive it."""
    REMOVES_COLUMN = "removes_column"
    REMOVES_TABLE = "removes_table"
    NEEDS_VALUES = "needs_values"
    """No row may be without a value."""
    NEEDS_UNIQUE = "needs_unique"
    """No two rows may have the same value."""
    NEEDS_CHECK = "needs_check"
    """Each row must meet a condition."""
    NEEDS_TARGET = "needs_target"
    """Each value must be the key of a row that exists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOperation:
    """One operation of Django's, and when it is due."""

    operation: Operation
    phase: Phase
    risks: tuple[Risk, ...] = ()
    registered: bool = False
    """Whether the site has registered it: nobody knows what it does."""
    turn: int = 0
    """Among the operations of its phase: those below 0 come first, those above 0 last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """What becomes of one field."""

    old: FieldDefinition | None
    """The field as it is, with its column; None for a new one."""
    new: FieldDefinition | None
    """The field as it will be; None for one that goes."""
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A field whose values move to a new column, each in its new form."""

    old: FieldDefinition
    """The field as it is before the plan."""
    new: FieldDefinition
    """The field as it is after the plan."""
    shadow: str
    """Name of the field that is filled, until it takes the place of the old one."""
    aside: str
    """Name of the old field from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to get from one definition to the next."""

    before: ModelDefinition | None
    """The model as it is; None if it is to be created."""
    after: ModelDefinition
    """The model as it will be: columns allocated, renames still told. One that goes is marked."""
    from_state: ProjectState
    to_state: ProjectState
    operations: tuple[PlannedOperation, ...]
    """In their order, which is that of the phases too."""
    changes: tuple[FieldChange, ...]
    conversions: tuple[Conversion, ...] = ()

    @property
    def name_before(self) -> str:
        """The model's name in the state that the plan starts from."""
        return self.after.name if self.before is None else self.before.name

    def with_operations(self, instead: Mapping[Operation, Operation]) -> Plan:
        """Return the plan with other operations in the places of some."""
        operations = tuple(
            replace(each, operation=instead.get(each.operation, each.operation))
            for each in self.operations
        )
        return replace(self, operations=operations)

    def steps(self) -> Iterator[tuple[PlannedOperation, ProjectState, ProjectState]]:
        """Yield each operation with the states before and after it."""
        state = self.from_state
        for planned in self.operations:
            after = state.clone()
            planned.operation.state_forwards(APP_LABEL, after)
            yield planned, state, after
            state = after

    def to_json(self, connection: BaseDatabaseWrapper) -> list[dict[str, JSON]]:
        """Return what people are shown: each operation in words and as SQL of this database."""
        return [
            {
                "operation": planned.operation.describe(),
                "phase": planned.phase.value,
                "risks": [risk.value for risk in planned.risks],
                **sql_of(planned.operation, connection, before, after),
            }
            for planned, before, after in self.steps()
        ]
