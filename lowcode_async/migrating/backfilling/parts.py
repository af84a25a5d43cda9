"""What is done with one column of several, and which rows need a second look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.db import connections
from django.db.models import Case, Q, QuerySet, Value, When

from lowcode_async.migrating.backfilling.triggers import Watched
from lowcode_async.migrating.pace import Pace
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.converting import Converting
from lowcode_async.planning.converting_pages import ConvertingPages
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.rows import Column
from lowcode_async.planning.samples import key_json
from lowcode_async.planning.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is done with one column, row by row."""

    operation: Any
    column: Column
    """The old one."""

    # -- what differs ----------------------------------------------------------------------------

    @property
    def field(self) -> str:
        """The name under which it is told what is lost."""
        raise NotImplementedError

    @property
    def watched(self) -> Watched:
        """What the triggers have to know."""
        raise NotImplementedError

    @property
    def by_database(self) -> tuple[Q, dict[str, Any]] | None:
        """Which rows the database does by itself, and what is written into them."""
        return None

    @property
    def sure(self) -> Q | None:
        """Which rows are done when `by_database` is; None if no row is."""
        raise NotImplementedError

    def left(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows among some that the database has not done."""
        raise NotImplementedError

    def fill(self, page: list[tuple[Any, Any]], tally: Tally) -> None:
        """Do it with some rows: their keys and values."""
        raise NotImplementedError

    def kept_keys(self, *, at_most: int | None) -> Iterator[list[Any]]:
        """Yield the keys of rows of which something was kept aside; see `Keeping.kept_keys`."""
        raise NotImplementedError

    def forget_kept(self, keys: Sequence[Any]) -> Counter[str] | None:
        """Forget what was kept aside of rows; return how many values of each kind that was."""
        raise NotImplementedError

    @property
    def originals(self) -> int:
        """How many values the reverted upgrade has kept aside."""
        return 0

    def with_originals(self, pace: Pace) -> Iterator[tuple[QuerySet[Any], int]]:
        """Yield rows that count as settled although there is an original for them, a batch at a time.

        Each comes with how many originals there are, of which some may be for other rows.
        """
        return iter(())

    # -- what does not ---------------------------------------------------------------------------

    def fill_some(self, rows: QuerySet[Any], size: int, tally: Tally) -> list[Any]:
        """Give the first of some rows to the function; return their keys.

        Nobody may change them until the end of the transaction.
        """
        page = self.column.first(size, among=self._locked(rows))
        if page:
            self.fill(page, tally)
        return [key for key, _ in page]

    def redo(self, keys: Sequence[Any], tally: Tally) -> None:
        """Give rows to the function once more, and forget what was told of them; some may have gone."""
        to_python = self.column.model._meta.pk.to_python
        keys = [to_python(key) for key in keys]
        self.forget(keys, tally)
        for page in self.column.pages(among=self._locked(self.column.rows.filter(pk__in=keys))):
            self.fill(page, tally)

    def forget(self, keys: Sequence[Any], tally: Tally) -> None:
        """Forget what was kept aside of rows, and what was told of that."""
        if found := self.forget_kept(keys):
            counts = {FindingKind(kind): count for kind, count in found.items()}
            tally.take_off(self.field, counts, keys={key_json(key) for key in keys})

    def gone(self, *, at_most: int | None = None) -> Iterator[list[Any]]:
        """Yield the keys of rows of which something was kept aside, and that have gone since.

        Args:
            at_most: of how many rows something may have been kept aside; of more, none is looked at.
        """
        to_python = self.column.model._meta.pk.to_python
        for page in self.kept_keys(at_most=at_most):
            keys = [to_python(each) for each in page]
            there = set(self.column.rows.filter(pk__in=keys).values_list("pk", flat=True))
            if left := [each for each in keys if each not in there]:
                yield left

    @staticmethod
    def _locked(rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return rows that nobody else may change; whom they refer to is of no interest."""
        weaker = connections[rows.db].features.has_select_for_no_key_update
        return rows.select_for_update(no_key=weaker)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedPart(Part):
    """One conversion."""

    operation: ConvertValues
    target: Column
    """The shadow."""
    converting: Converting
    pages: ConvertingPages
    reverting: Keeping | None
    """What the reverted upgrade has kept aside, if there is anything."""

    @classmethod
    def of(
        cls,
        operation: ConvertValues,
        column: Column,
        target: Column,
        *,
        reverting: Keeping | None,
    ) -> Self:
        """Return the conversion of one column into another."""
        converting = Converting(column, target, operation.new)
        return cls(
            operation=operation,
            column=column,
            target=target,
            converting=converting,
            pages=operation.pages(column, converting, reverting),
            reverting=reverting,
        )

    @property
    def field(self) -> str:
        """The name of the field."""
        return self.operation.new.name

    @property
    def watched(self) -> Watched:
        """What the triggers have to know."""
        return Watched(
            source=self.column.field.column,
            shadow=self.target.field.column,
            shortcut=self.converting.shortcut,
            nullable=self.converting.final.null,
            doubted=self.reverting is not None,
        )

    @property
    def by_database(self) -> tuple[Q, dict[str, Any]] | None:
        """What the database converts by itself."""
        if (shortcut := self.converting.shortcut) is None:
            return None
        value = Case(
            When(shortcut.kept, then=shortcut.expression),
            default=Value(None),
            output_field=self.target.plain_field,
        )
        return Q(shortcut.kept), {self.target.field.attname: value}

    @property
    def sure(self) -> Q | None:
        """Which rows it has converted then; those that hold nothing are so from the first."""
        if (done := self.by_database) is None:
            return None
        nothing = Q(**{f"{self.column.field.attname}__isnull": True})
        return (done[0] | nothing) if self.converting.final.null else done[0]

    def left(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows among some that the database has not converted."""
        left = rows.filter(**{f"{self.target.field.attname}__isnull": True})
        # Without a shortcut this is the only look: where nothing is now, there may be an original.
        only_look = self.reverting is not None and self.converting.shortcut is None
        if self.converting.final.null and not only_look:
            left = left.filter(**{f"{self.column.field.attname}__isnull": False})
        return left

    @property
    def originals(self) -> int:
        """How many values the reverted upgrade has kept aside."""
        formerly = self.operation.old.name
        return self.reverting.count(formerly, removed=False) if self.reverting else 0

    def with_originals(self, pace: Pace) -> Iterator[tuple[QuerySet[Any], int]]:
        """Yield rows that hold what may have come from an original."""
        if self.reverting is None:
            return
        for page in self.reverting.pages(self.operation.old.name, removed=False):
            start = 0
            while some := page[start : start + pace.size]:
                start += len(some)
                for rows in self.converting.settled_with_originals(self.column, [some]):
                    yield rows, len(some)

    def fill(self, page: list[tuple[Any, Any]], tally: Tally) -> None:
        """Convert values by the function."""
        self.pages.fill(page, tally)

    def kept_keys(self, *, at_most: int | None) -> Iterator[list[Any]]:
        """Yield the keys of rows whose values were kept aside."""
        keeping = self.operation.keeping
        if keeping is not None:
            yield from keeping.kept_keys(self.field, at_most=at_most)

    def forget_kept(self, keys: Sequence[Any]) -> Counter[str] | None:
        """Forget the values of rows, and that originals were given back."""
        if (keeping := self.operation.keeping) is None:
            return None
        return keeping.forget_rows(self.field, keys, formerly=self.operation.old.name)
