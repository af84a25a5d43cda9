"""The values, or links, of a field that comes back: which of them there is still a place for."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.models import LostValue
from lowcode_async.planning.changes import effective_default
from lowcode_async.planning.conversions import Kept, Misfit, Unreadable
from lowcode_async.planning.findings import MAX_SAMPLES, Finding, FindingKind, Sample, blocked
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.lost_values import read
from lowcode_async.planning.orphans import Targets
from lowcode_async.planning.removals import link_ends
from lowcode_async.planning.rows import Column
from lowcode_async.planning.samples import value_json
from lowcode_async.planning.shapes import shape_of
from lowcode_async.planning.state import build_field
from lowcode_async.planning.writing import write_column


@dataclass(frozen=True, slots=True)
class Place:
    """A lost value and the row that it belongs to."""

    id: int
    """Of the lost value."""
    key: Any
    value: Any
    """Of a link: the key of the other end."""


class Restoring(ABC):
    """What comes back with one field."""

    def __init__(self, column: Column, keeping: Keeping) -> None:
        self.column = column
        self.keeping = keeping

    @staticmethod
    def of(column: Column, keeping: Keeping) -> Restoring:
        """Return what comes back with this field."""
        return (_Links if column.field.many_to_many else _Values)(column, keeping)

    def pages(self) -> Iterator[list[Place]]:
        """Yield what there is a row for, in the order of the keys within each page."""
        for found in self.keeping.pages(self.column.field.name, removed=True):
            yield self.placed(found)

    @abstractmethod
    def placed(self, found: Sequence[LostValue]) -> list[Place]:
        """Return which of these there is a row for."""

    @abstractmethod
    def write(self, page: Sequence[Place]) -> None:
        """Put them in their places."""

    def findings(self, new: FieldDefinition, rows: int) -> Iterator[Finding]:
        """Yield what comes back, and what cannot be."""
        count, samples = 0, list[Sample]()
        for page in self.pages():
            count += len(page)
            samples.extend(self._sample(each) for each in page[: MAX_SAMPLES - len(samples)])
        if count:
            yield Finding(
                kind=FindingKind.RESTORED,
                field=new.name,
                count=count,
                code="values_restored",
                params={"field": new.name},
                samples=tuple(samples),
            )
        if not self.column.field.many_to_many:
            yield from _without_value(new, rows - count)

    def _sample(self, place: Place) -> Sample:
        shape = None if self.column.field.many_to_many else shape_of(self.column.plain_field)
        key = place.key if isinstance(place.key, int | str) else str(place.key)
        return Sample(key=key, before=None, after=value_json(shape, place.value))


class _Values(Restoring):
    def placed(self, found: Sequence[LostValue]) -> list[Place]:
        key: Any = self.column.model._meta.pk
        by_key = {key.to_python(json.loads(each.row_key)): each for each in found}
        values = {pk: read(each.kind, each.value) for pk, each in by_key.items()}
        # In the order of the database: its idea of the order of texts is not Python's.
        there = self.column.rows.filter(pk__in=list(by_key)).values_list("pk", flat=True)
        fitting = [(pk, Kept(values[pk])) for pk in there if not isinstance(values[pk], Unreadable)]
        targets = Targets.of(self.column)
        checked = targets.checked(list(fitting)) if targets is not None else fitting
        return [
            Place(by_key[pk].pk, pk, outcome.value)
            for pk, outcome in checked
            if not isinstance(outcome, Misfit)
        ]

    def write(self, page: Sequence[Place]) -> None:
        column = self.column
        pairs = [(each.key, each.value) for each in page]
        write_column(column.connection, column.model, column.field.name, pairs)


class _Links(Restoring):
    def placed(self, found: Sequence[LostValue]) -> list[Place]:
        alias = self.column.connection.alias
        ends = link_ends(self.column.field)
        keys = [
            [end.target_field.to_python(each) for end, each in zip(ends, pair, strict=True)]
            for pair in (json.loads(each.row_key) for each in found)
        ]
        there = [
            _there(end.remote_field.model._base_manager.using(alias), each)
            for end, each in zip(ends, zip(*keys, strict=True), strict=True)
        ]
        return [
            Place(each.pk, here, other)
            for each, (here, other) in zip(found, keys, strict=True)
            if here in there[0] and other in there[1]
        ]

    def write(self, page: Sequence[Place]) -> None:
        connection = self.column.connection
        through = self.column.field.remote_field.through
        quote = connection.ops.quote_name
        fields = link_ends(self.column.field)
        names = ", ".join(quote(each.column) for each in fields)
        rows = [
            tuple(
                field.get_db_prep_save(key, connection)
                for field, key in zip(fields, (each.key, each.value), strict=True)
            )
            for each in page
        ]
        if rows:
            with connection.cursor() as cursor:
                table = quote(through._meta.db_table)
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES (%s, %s)", rows)


def _there(rows: Any, keys: Iterable[Any]) -> set[Any]:
    return set(rows.filter(pk__in=set(keys)).values_list("pk", flat=True))


def _without_value(new: FieldDefinition, rows: int) -> Iterator[Finding]:
    """Look at the rows that were inserted since, for which there is no value."""
    built = build_field(new)
    if rows <= 0 or built.null:
        return
    default = effective_default(built)
    if default is None:
        yield blocked(FindingKind.NULL, new.name, rows, "restored_field_without_values")
    elif built.unique and rows > 1 and not callable(built.default):
        yield blocked(FindingKind.DUPLICATE, new.name, rows, "duplicates_in_unique")
