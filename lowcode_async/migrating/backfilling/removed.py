"""A field that goes: its values are kept aside beforehand, those of rows that change meanwhile once more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q, QuerySet

from lowcode_async.migrating.backfilling.parts import Part
from lowcode_async.migrating.backfilling.triggers import Watched
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.rows import Column

if TYPE_CHECKING:
    from collections import Counter

    from lowcode_async.planning.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedPart(Part):
    """The values of one field that goes."""

    operation: EnsureEmpty

    @classmethod
    def of(cls, operation: EnsureEmpty, column: Column) -> Self:
        """Return what is done with one column."""
        return cls(operation=operation, column=column)

    @property
    def field(self) -> str:
        """What people know the field by."""
        return self.operation.field

    @property
    def watched(self) -> Watched:
        """What the triggers have to know: a row needs a look if it has a value, or had one."""
        return Watched(
            source=self.column.field.column,
            shadow=None,
            shortcut=None,
            nullable=True,
            doubted=False,
        )

    @property
    def sure(self) -> Q:
        """Which rows have nothing that could be lost."""
        return Q(**{f"{self.column.field.attname}__isnull": True})

    def left(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows among some that have a value."""
        return rows.exclude(self.sure)

    def fill(self, page: list[tuple[Any, Any]], tally: Tally) -> None:
        """Keep values aside."""
        self.operation.keep(self.column, page, tally)

    def kept_keys(self, *, at_most: int | None) -> Iterator[list[Any]]:
        """Yield the keys of rows whose value was kept aside."""
        keeping = self.operation.keeping
        if keeping is not None:
            yield from keeping.kept_keys(self.field, at_most=at_most, removed=True)

    def forget_kept(self, keys: Sequence[Any]) -> Counter[str] | None:
        """Forget what was kept aside of rows."""
        if (keeping := self.operation.keeping) is None:
            return None
        besides = self.operation.uncounted(self.column)
        return keeping.forget_removed(self.field, keys, besides=besides)
