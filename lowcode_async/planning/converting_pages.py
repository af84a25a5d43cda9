"""Pages of rows given to the conversion's function: what it says is written, counted, and kept aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.errors import StageFailed
from lowcode_async.planning.conversions import Changed, Kept, Misfit
from lowcode_async.planning.converting import (
    NO_ORIGINALS,
    Converting,
    Fate,
    GivenBack,
    Page,
    Restored,
)
from lowcode_async.planning.findings import HARMLESS, MAX_SAMPLES, Finding, FindingKind
from lowcode_async.planning.keeping import Keeping, Original
from lowcode_async.planning.losses import loss_code, loss_params
from lowcode_async.planning.rows import Column
from lowcode_async.planning.tally import Tally
from lowcode_async.planning.writing import copy_column, write_column


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertingPages:
    """The rows of one column that the database is not sure of, or that lose something."""

    column: Column
    """The old column."""
    shadow: str
    """The field that is filled."""
    old: FieldDefinition
    new: FieldDefinition
    owner: str
    """Name of the model, for people."""
    converting: Converting
    force: bool
    """Whether values may be lost."""
    keeping: Keeping | None
    """Where values go that the way back would not give again; None forgets them."""
    reverting: Keeping | None
    """What the reverted upgrade has kept aside of the field, if there is anything."""

    def fill(self, page: Page, tally: Tally | None) -> None:
        """Fill the shadow in some rows.

        Args:
            page: pairs of primary key and value of the old column, in the order of the keys.
            tally: counts what is lost.

        Raises:
            StageFailed: without `force`, a value would be lost; with it, one has no form and nothing
                can stand in its place.
        """
        keys = [key for key, _ in page]
        originals = (
            self.reverting.originals(self.old.name, keys) if self.reverting else NO_ORIGINALS
        )
        fates = self._fates(page, originals)
        if tally is not None:
            for each in self._losses(page, fates):
                tally.add(each)
        column = self.column
        written = [(key, fate.value) for key, fate in zip(keys, fates, strict=True)]
        if self.converting.same_kind and written == page:
            copy_column(column, self.shadow, keys=keys)
        else:
            write_column(column.connection, column.model, self.shadow, written)
            if self.keeping is not None:
                self.keeping.keep(self.new.name, self.converting.losses(page, fates))
        if self.reverting is not None:
            self.reverting.put_back([each.id for each in fates if isinstance(each, GivenBack)])

    def _losses(self, page: Page, fates: Sequence[Fate]) -> Iterator[Finding]:
        """Yield what some rows lose, by kind, as it would have been told before."""
        converting = self.converting
        rows: dict[FindingKind, Page] = {}
        for (key, value), fate in zip(page, fates, strict=True):
            if fate.kind is not None and fate.kind not in HARMLESS:
                rows.setdefault(fate.kind, []).append((key, (value, fate.value)))
            if converting.retargets and fate.value is not None and not fate.replaced:
                rows.setdefault(FindingKind.RETARGETED, []).append((key, (value, fate.value)))
        for kind, found in rows.items():
            told = (converting.sample(key, *values) for key, values in found[:MAX_SAMPLES])
            yield Finding(
                kind=kind,
                field=self.new.name,
                count=len(found),
                code=loss_code(kind, self.old, self.new),
                params=loss_params(kind, self.old, self.new, owner=self.owner),
                samples=tuple(told),
                policy=converting.policy if kind is not FindingKind.RETARGETED else None,
            )

    def _fates(self, page: Page, originals: Mapping[Any, Original]) -> list[Fate]:
        converting = self.converting
        if converting.retargets and not self.force and any(value is not None for _, value in page):
            raise self._loss(FindingKind.RETARGETED)
        return [self._fate(each) for _, each in converting.outcomes(page, originals)]

    def _fate(self, outcome: Kept | Changed | Misfit) -> Fate:
        converting = self.converting
        match outcome:
            case Restored(value, id):
                return GivenBack(value, FindingKind.RESTORED, id=id)
            case Kept(value):
                return Fate(value, None)
            case Changed(kind, value):
                if kind not in HARMLESS and not self.force:
                    raise self._loss(kind)
                return Fate(value, kind)
            case Misfit(kind):
                if not self.force and converting.policy is None:
                    raise self._loss(kind)
                if not converting.replaceable:
                    raise StageFailed(f"unforceable_{kind}", field=self.new.name, count=1)
                return Fate(converting.replacement(), kind, replaced=True)

    def _loss(self, kind: FindingKind) -> StageFailed:
        return StageFailed(
            loss_code(kind, self.old, self.new),
            **loss_params(kind, self.old, self.new, owner=self.owner),
        )
