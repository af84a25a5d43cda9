"""The conversion of one column into another: the pure function, and what only the database knows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django.db.models import QuerySet

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.definitions.policies import OnInvalid
from lowcode_async.errors import StageFailed
from lowcode_async.models import LostValue
from lowcode_async.planning.changes import effective_default, filling
from lowcode_async.planning.conversions import Changed, Converter, Kept, Misfit, Unreadable
from lowcode_async.planning.findings import HARMLESS, FindingKind, Sample
from lowcode_async.planning.keeping import Loss, Original
from lowcode_async.planning.lost_values import key_text, same, written
from lowcode_async.planning.orphans import Targets
from lowcode_async.planning.rows import Column
from lowcode_async.planning.samples import key_json, value_json
from lowcode_async.planning.shapes import Kind, Shape, shape_of
from lowcode_async.planning.shortcuts import Shortcut, Verdict, shortcut_of
from lowcode_async.planning.state import build_field

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

Page: TypeAlias = list[tuple[Any, Any]]
"""Pairs of primary key and value."""
NO_ORIGINALS: Final[Mapping[Any, Original]] = MappingProxyType({})
SQLITE_DIGITS = 15
"""Digits of a decimal that SQLite keeps: it has but floats."""


def is_exact_on_sqlite(value: Decimal) -> bool:
    """Tell whether SQLite keeps all digits of a decimal."""
    return Context(prec=SQLITE_DIGITS).plus(value) == value


@dataclass(frozen=True, slots=True)
class Restored(Kept):
    """What the row held before the upgrade that is reverted."""

    id: int
    """Of the lost value."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What is written into one row."""

    value: Any
    kind: FindingKind | None
    """None: the value has the same meaning."""
    replaced: bool = False
    """Whether something else stands for a value that has no form."""


@dataclass(frozen=True, slots=True)
class GivenBack(Fate):
    """What the row held before the upgrade that is reverted."""

    id: int = 0
    """Of the lost value."""


class Converting:
    """The conversion of one column into another: the pure function, and what the database knows."""

    def __init__(self, old: Column, new: Column, definition: FieldDefinition) -> None:
        source, target = shape_of(old.plain_field), shape_of(new.plain_field)
        if source is None or target is None:
            raise StageFailed(
                "no_conversion",
                field=definition.name,
                old_type=type(old.field).__name__,
                new_type=definition.type,
            )
        target = limited(target, new.connection)
        self.final = build_field(definition)
        once = filling(definition)
        self.once = None if once is definition or self.final.null else build_field(once)
        self.same_kind = source.kind is target.kind
        self.kinds = source.kind, target.kind
        self.shapes = source, target
        self.policy = definition.on_invalid
        self.convert = Converter(source=source, target=target, nullable=self.final.null)
        self.back = Converter(source=target, target=source, nullable=True)
        self.retargets = (
            None not in (models := {_model_of(old), _model_of(new)}) and len(models) > 1
        )
        self.targets = Targets.of(new) if definition.options.get("db_constraint", True) else None
        self.shortcut = self._shortcut(old, new)

    def outcomes(
        self, page: Page, originals: Mapping[Any, Original] = NO_ORIGINALS
    ) -> list[tuple[Any, Kept | Changed | Misfit]]:
        """Return what becomes of each row: pairs of primary key and outcome.

        A row that still holds what the reverted upgrade wrote gets its original back.
        """
        found = [
            (key, Restored(originals[key].value, originals[key].id))
            if key in originals and originals[key].stands_for(value)
            else (key, self._filled(value) or self._fitted(self.convert(value)))
            for key, value in page
        ]
        return found if self.targets is None else self.targets.checked(found)

    def _filled(self, value: Any) -> Changed | None:
        """Return the one-off default in the place of no value, if there is one."""
        if value is not None or self.once is None:
            return None
        return Changed(FindingKind.FILLED, self.once.get_default())

    def _fitted(self, outcome: Kept | Changed | Misfit) -> Kept | Changed | Misfit:
        """Return the outcome; where a policy says what stands for a misfit, no half is kept."""
        if self.policy and isinstance(outcome, Changed) and outcome.kind not in HARMLESS:
            return Misfit(outcome.kind)
        return outcome

    def _shortcut(self, old: Column, new: Column) -> Shortcut | None:
        """Return what the database does by itself; where keys need targets, nothing."""
        if self.retargets or self.targets is not None:
            return None
        return shortcut_of(
            self.convert.source,
            self.convert.target,
            name=old.field.attname,
            field=new.plain_field,
            connection=old.connection,
        )

    @property
    def settled(self) -> tuple[Verdict, ...]:
        """The verdicts of the rows about which there is nothing to ask, and nothing to tell."""
        return (Verdict.KEPT, Verdict.EMPTY) if self.final.null else (Verdict.KEPT,)

    def settled_with_originals(
        self, column: Column, kept: Iterable[list[LostValue]]
    ) -> Iterator[QuerySet[Any]]:
        """Yield the rows that count as settled although there is an original to give back.

        Args:
            column: the old column.
            kept: what the reverted upgrade has kept aside of it.
        """
        if self.shortcut is None:
            return
        rows = column.rows.annotate(_lowcode_verdict=self.shortcut.verdict)
        to_python = column.model._meta.pk.to_python
        for page in kept:
            keys = [to_python(json.loads(each.row_key)) for each in page]
            yield rows.filter(pk__in=keys, _lowcode_verdict__in=self.settled)

    @property
    def replaceable(self) -> bool:
        """Whether there is something to put where a value has no form."""
        return self.final.null or effective_default(self.final) is not None

    def replacement(self) -> Any:
        """Return what stands where a value has no form: NULL, or the default; see ``on_invalid``."""
        to_null = self.final.null and self.policy != OnInvalid.DEFAULT
        return None if to_null else effective_default(self.final)

    def sample(self, key: Any, before: Any, after: Any) -> Sample:
        """Return one row as people are shown it."""
        source, target = self.shapes
        return Sample(
            key=key_json(key), before=value_json(source, before), after=value_json(target, after)
        )

    def losses(self, page: Page, fates: Sequence[Fate]) -> list[Loss]:
        """Return the values of a page that the way back would not give again exactly."""
        source, target = self.kinds
        return [
            Loss(
                key=key_text(key),
                value=written(source, before),
                became=written(target, fate.value),
                finding=fate.kind or FindingKind.REFORMATTED,
            )
            for (key, before), fate in zip(page, fates, strict=True)
            if not self._returns(before, fate.value)
        ]

    def _returns(self, before: Any, after: Any) -> bool:
        """Tell whether the way back would give the very value again, and nothing would be lost by it."""
        if before is None or after is None:
            return before is after
        if isinstance(before, Unreadable):
            return False
        if self.same_kind and same(before, after):
            return True
        back = self.back(after)
        if isinstance(back, Misfit) or (isinstance(back, Changed) and back.kind not in HARMLESS):
            return False
        return same(back.value, before)


def limited(target: Shape, connection: BaseDatabaseWrapper) -> Shape:
    """Return a shape with the limits that a database adds to those of the type."""
    if target.kind is Kind.DECIMAL and connection.vendor == "sqlite":
        return replace(target, exact_digits=SQLITE_DIGITS)
    if target.kind is Kind.UUID and connection.vendor == "mysql":
        return replace(target, ambiguous=not connection.features.has_native_uuid_field)
    return target


def _model_of(column: Column) -> str | None:
    """Return the label of the model that a relation points at."""
    remote = column.field.remote_field
    return None if remote is None else str(remote.model._meta.label_lower)
