"""What the database can tell of a conversion, and do for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.db.models import BooleanField, Case, F, IntegerField, Q, Value, When

from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.shortcuts.sql import Sql, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What the database can tell of a conversion, and do for it, as SQL."""

    guard: Sql
    """Where it is true, the function says `Kept`, and the value comes back from the new form."""
    expression: Sql
    """What the function says there."""
    losses: Mapping[FindingKind, Sql]
    """Where one is true, the function says that kind of change or misfit."""


class Verdict(IntEnum):
    """What the database says of one value."""

    UNSURE = 0
    """The function must be asked."""
    EMPTY = 1
    """There is none."""
    KEPT = 2
    """The expression is what it becomes."""
    CLEARED = 3
    OUT_OF_RANGE = 4
    TRUNCATED = 5
    ROUNDED = 6
    REFORMATTED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """The part of a conversion that the database does by itself, for one column."""

    name: str
    """The attribute that is converted."""
    part: Part
    output_field: Any
    """The new column's field."""

    @property
    def expression(self) -> Any:
        """What a value becomes whose verdict is `KEPT`."""
        return Written(F(self.name), self.part.expression, output_field=self.output_field)

    @property
    def verdict(self) -> Case:
        """The verdict on a row's value, as an expression."""
        return Case(
            When(Q(**{f"{self.name}__isnull": True}), then=Value(Verdict.EMPTY.value)),
            When(self._condition(self.part.guard), then=Value(Verdict.KEPT.value)),
            *(
                When(self._condition(loss), then=Value(Verdict[kind.name].value))
                for kind, loss in self.part.losses.items()
            ),
            default=Value(Verdict.UNSURE.value),
            output_field=IntegerField(),
        )

    @property
    def kept(self) -> Any:
        """The guard, as a condition."""
        return self._condition(self.part.guard)

    def _condition(self, sql: Sql) -> Any:
        return Written(F(self.name), sql, output_field=BooleanField())
