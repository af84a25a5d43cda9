"""One conversion: a pure function from the value of one type to what becomes of it in another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from lowcode_async.planning.conversions import numbers, others, times
from lowcode_async.planning.conversions.outcomes import (
    NO_FORM,
    Changed,
    Kept,
    Misfit,
    Outcome,
    Unreadable,
)
from lowcode_async.planning.conversions.texts import text_of
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.shapes import Kind, Shape

Read: TypeAlias = Callable[[Any, Shape], Outcome]

NUMBERS = frozenset({Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL, Kind.BOOLEAN})
COUNTED = NUMBERS | {Kind.DURATION}
IN_TIME = frozenset({Kind.DATE, Kind.DATETIME, Kind.TIME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How one kind of values is read."""

    text: Read
    """From what was text."""
    other: Read | None = None
    """From the text of what was something else; None reads it as text."""
    as_it_is: Read | None = None
    """From values of the kinds in `known`."""
    known: frozenset[Kind] = frozenset()


READERS: Mapping[Kind, Reader] = {
    Kind.TEXT: Reader(text=others.read_text, other=others.read_whole_text),
    Kind.INTEGER: Reader(text=numbers.read_integer, as_it_is=numbers.read_integer, known=COUNTED),
    Kind.FLOAT: Reader(text=numbers.read_float, as_it_is=numbers.read_float, known=COUNTED),
    Kind.DECIMAL: Reader(text=numbers.read_decimal, as_it_is=numbers.read_decimal, known=COUNTED),
    Kind.BOOLEAN: Reader(text=numbers.read_boolean, as_it_is=numbers.read_boolean, known=NUMBERS),
    Kind.DATE: Reader(text=times.read_date, as_it_is=times.read_date, known=IN_TIME),
    Kind.DATETIME: Reader(text=times.read_moment, as_it_is=times.read_moment, known=IN_TIME),
    Kind.TIME: Reader(text=times.read_time, as_it_is=times.read_time, known=IN_TIME),
    Kind.DURATION: Reader(
        text=times.read_duration,
        as_it_is=times.read_duration,
        known=COUNTED - {Kind.BOOLEAN},
    ),
    Kind.UUID: Reader(text=others.read_uuid),
    Kind.ADDRESS: Reader(text=others.read_address),
    Kind.BINARY: Reader(text=others.read_bytes),
    Kind.JSON: Reader(
        text=others.read_json,
        other=others.read_json_string,
        as_it_is=others.read_json_number,
        known=NUMBERS,
    ),
}

JSON_KINDS: Mapping[type, Kind] = {
    bool: Kind.BOOLEAN,
    int: Kind.INTEGER,
    float: Kind.FLOAT,
    str: Kind.TEXT,
}
"""What a JSON value is when something else than text or JSON reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Converter:
    """What becomes of a value of the old column in the new one."""

    source: Shape
    target: Shape
    nullable: bool
    """Whether the new column may hold NULL."""

    @property
    def trivial(self) -> bool:
        """Whether each value that is there stays as it is, so that the database may copy it."""
        return self.source == self.target

    def __call__(self, value: Any) -> Outcome:
        """Return what becomes of `value`, as Django reads it from the old column."""
        if value is None:
            return Kept(None) if self.nullable else Misfit(FindingKind.NULL)
        if isinstance(value, Unreadable):
            return NO_FORM
        if self.source.kind is self.target.kind and self._same_kind_is_kept():
            return Kept(value)
        kind = self.source.kind
        if kind is Kind.JSON and self.target.kind not in (Kind.TEXT, Kind.BINARY):
            kind = JSON_KINDS.get(type(value), Kind.JSON)
        outcome = self._read(kind, value)
        if kind is Kind.TEXT and isinstance(outcome, Kept):
            return self._told_if_reformatted(value, outcome)
        return outcome

    def _same_kind_is_kept(self) -> bool:
        return self.target.kind not in (Kind.TEXT, Kind.INTEGER, Kind.DECIMAL)

    def _read(self, kind: Kind, value: Any) -> Outcome:
        reader = READERS[self.target.kind]
        if reader.as_it_is is not None and kind in reader.known:
            return reader.as_it_is(value, self.target)
        text = text_of(kind, value)
        if text is None:
            return NO_FORM
        if kind is Kind.TEXT or reader.other is None:
            return reader.text(text, self.target)
        return reader.other(text, self.target)

    def _told_if_reformatted(self, value: str, outcome: Kept) -> Outcome:
        """Say where the text that would come back is not the one that was there."""
        if text_of(self.target.kind, outcome.value) == value:
            return outcome
        return Changed(FindingKind.REFORMATTED, outcome.value)
