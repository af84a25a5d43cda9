"""The operation that fills the shadow of a converted field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from lowcode_async.planning.operations import Filling, read_definition
from lowcode_async.planning.rows import Column
from lowcode_async.planning.writing import copy_column, fill_by_database, write_column
from lowcode_async.sentences import JSON


class ConvertValues(Filling):
    """Fills the shadow of a field with its values, each in its new form.

    It may be done again after it was interrupted, and gives the same result.

    Raises:
        StageFailed: without `force`, a value would be lost; with it, one has no form and nothing can
            stand in its place.
    """

    def __init__(
        self,
        model_name: str,
        name: str,
        shadow: str,
        *,
        old: FieldDefinition | Mapping[str, JSON],
        new: FieldDefinition | Mapping[str, JSON],
    ) -> None:
        self.model_name = model_name
        self.name = name
        self.shadow = shadow
        self.old = read_definition(old)
        self.new = read_definition(new)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what makes this operation again."""
        arguments = [self.model_name, self.name, self.shadow]
        return (
            type(self).__name__,
            arguments,
            {"old": self.old.to_json(), "new": self.new.to_json()},
        )

    def describe(self) -> str:
        """Say what it does."""
        return f"Convert values of field {self.name} on {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration after it."""
        return f"convert_{self.model_name.lower()}_{self.name.lower()}"

    def comment(self, model: Any) -> str:
        """Return which column goes into which."""
        old, new = (model._meta.get_field(each).column for each in (self.name, self.shadow))
        return f"{self.describe()}: {old} -> {new}, in batches"

    def fill(self, model: Any, schema_editor: Any) -> None:
        """Fill the shadow: first what the database converts by itself."""
        connection = schema_editor.connection
        column = Column(model, self.name, connection)
        target = Column(model, self.shadow, connection)
        converting = Converting(column, target, self.new)
        reverting = self._begun_anew()
        total, done = column.rows.count(), 0
        for rows, size in fill_by_database(column, target, converting, total=total):
            seen = 0
            for page in column.pages(among=rows):
                self._fill_by_function(column, page, converting, reverting)
                seen += len(page)
                self.progress(done + seen, total)
            done += size
            self.progress(done, total)
        if reverting is not None:
            kept = reverting.pages(self.old.name, removed=False)
            for rows in converting.settled_with_originals(column, kept):
                for page in column.pages(among=rows):
                    self._fill_by_function(column, page, converting, reverting)

    def _begun_anew(self) -> Keeping | None:
        """Forget what an interrupted attempt has noted; return the originals, if there are any."""
        if self.tally is not None:
            self.tally.forget(self.new.name)
        if self.keeping is None:
            return None
        self.keeping.forget(field=self.new.name, removed=False)
        return self.keeping if self.keeping.has_originals(self.old.name) else None

    def _fill_by_function(
        self, column: Column, page: Page, converting: Converting, reverting: Keeping | None
    ) -> None:
        """Convert rows that the database is not sure of, or that lose something."""
        keys = [key for key, _ in page]
        originals = reverting.originals(self.old.name, keys) if reverting else NO_ORIGINALS
        fates = self._fates(page, converting, originals)
        if self.tally is not None:
            for each in self._losses(page, fates, converting):
                self.tally.add(each)
        written = [(key, fate.value) for key, fate in zip(keys, fates, strict=True)]
        if converting.same_kind and written == page:
            copy_column(column, self.shadow, keys=keys)
        else:
            write_column(column.connection, column.model, self.shadow, written)
            if self.keeping is not None:
                self.keeping.keep(self.new.name, converting.losses(page, fates))
        if reverting is not None:
            reverting.put_back([each.id for each in fates if isinstance(each, GivenBack)])

    def _losses(
        self, page: Page, fates: Sequence[Fate], converting: Converting
    ) -> Iterator[Finding]:
        """Yield what some rows lose, by kind, as it would have been told before."""
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
                params=loss_params(kind, self.old, self.new, owner=self.model_name),
                samples=tuple(told),
                policy=converting.policy if kind is not FindingKind.RETARGETED else None,
            )

    def _fates(
        self, page: Page, converting: Converting, originals: Mapping[Any, Original]
    ) -> list[Fate]:
        if converting.retargets and not self.force and any(value is not None for _, value in page):
            raise self._loss(FindingKind.RETARGETED)
        return [self._fate(each, converting) for _, each in converting.outcomes(page, originals)]

    def _fate(self, outcome: Kept | Changed | Misfit, converting: Converting) -> Fate:
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
            **loss_params(kind, self.old, self.new, owner=self.model_name),
        )
