"""What one conversion would do to the values there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.db import models
from django.db.models import QuerySet

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.conversions import Changed, Kept, Misfit
from lowcode_async.planning.converting import NO_ORIGINALS, Converting, Page, Restored
from lowcode_async.planning.duplicates import duplicates_of
from lowcode_async.planning.findings import HARMLESS, MAX_SAMPLES, Finding, FindingKind, Sample
from lowcode_async.planning.keeping import Keeping, Original
from lowcode_async.planning.losses import loss_code, loss_params
from lowcode_async.planning.progress import RowsDone
from lowcode_async.planning.rows import Column
from lowcode_async.planning.shapes import Kind, shape_of
from lowcode_async.planning.shortcuts import Shortcut, Verdict

_FIRST = (
    FindingKind.CLEARED,
    FindingKind.OUT_OF_RANGE,
    FindingKind.TRUNCATED,
    FindingKind.ROUNDED,
)
"""The kinds that are told in the contract's sentence come before the others."""


_WITHOUT_FORM = frozenset(
    {FindingKind.CLEARED, FindingKind.OUT_OF_RANGE, FindingKind.NULL, FindingKind.ORPHAN}
)
_HALVES = frozenset({FindingKind.TRUNCATED, FindingKind.ROUNDED})


class ConversionProbe:
    """Puts each value through the very function that the plan would put it through."""

    def __init__(
        self,
        source: Column,
        target: Column,
        old: FieldDefinition,
        new: FieldDefinition,
        *,
        keeping: Keeping | None = None,
    ) -> None:
        self.source, self.target, self.old, self.new = source, target, old, new
        self.converting = Converting(source, target, new)
        self.before, self.after = shape_of(source.plain_field), shape_of(target.plain_field)
        self.counts: Counter[FindingKind] = Counter()
        self.samples: dict[FindingKind, list[Sample]] = {}
        self.seen: dict[Any, Any] | None = {} if self._counts_in_python() else None
        self.replaced = 0
        has_originals = keeping is not None and keeping.has_originals(old.name)
        self.reverting = keeping if has_originals else None

    def findings(self, rows: int, progress: RowsDone) -> Iterator[Finding]:
        """Yield one finding for each kind of change, with its count and samples."""
        unsure, done = self._ask_the_database()
        for page in self.source.pages(among=unsure):
            self._look_at_page(page)
            done += len(page)
            progress(done, rows)
        self._ask_for_duplicates()
        for kind in sorted(self.counts, key=self._rank):
            yield self._finding(kind)

    # -- what the database knows by itself -------------------------------------------------------

    def _ask_the_database(self) -> tuple[QuerySet[Any], int]:
        """Let the database judge what it can; return the rows that are left, and how many are not."""
        shortcut = self.converting.shortcut
        if shortcut is None or (self.reverting is not None and self.seen is not None):
            return self.source.rows, 0
        rows = self.source.rows.annotate(_lowcode_verdict=shortcut.verdict)
        judged = rows.order_by().values_list("_lowcode_verdict").annotate(models.Count("pk"))
        counts = {Verdict(verdict): count for verdict, count in judged}
        if self.seen is not None and self._may_repeat(counts, rows, shortcut):
            return self.source.rows, 0
        if self.reverting is not None:
            self._look_at_originals(self.reverting)
            done = sum(counts.get(each, 0) for each in self.converting.settled)
            return rows.exclude(_lowcode_verdict__in=self.converting.settled), done
        unsure = counts.pop(Verdict.UNSURE, 0)
        for verdict, count in counts.items():
            if verdict not in self.converting.settled:
                self._take(count, rows.filter(_lowcode_verdict=verdict))
        left = rows.filter(_lowcode_verdict=Verdict.UNSURE) if unsure else rows.none()
        return left, sum(counts.values())

    def _look_at_originals(self, reverting: Keeping) -> None:
        """Look at the rows that would be settled, but get their originals back."""
        kept = reverting.pages(self.old.name, removed=False)
        for rows in self.converting.settled_with_originals(self.source, kept):
            for page in self.source.pages(among=rows):
                self._look_at_page(page)

    def _take(self, count: int, rows: QuerySet[Any]) -> None:
        """Count rows of one verdict: the first of them are looked at, and stand for all."""
        counts, replaced = self.counts.copy(), self.replaced
        page = self.source.first(MAX_SAMPLES, among=rows)
        self._look_at_page(page)
        rest = max(0, count - len(page))
        for kind in self.counts - counts:
            self.counts[kind] += rest
        if self.replaced > replaced:
            self.replaced += rest

    def _may_repeat(
        self, counts: Mapping[Verdict, int], rows: QuerySet[Any], shortcut: Shortcut
    ) -> bool:
        """Tell whether two rows may get the same value."""
        if not set(counts) <= {
            Verdict.EMPTY,
            Verdict.KEPT,
            Verdict.CLEARED,
            Verdict.OUT_OF_RANGE,
        }:
            return True
        if self.source.field.unique:
            return False
        kept = rows.order_by().filter(_lowcode_verdict=Verdict.KEPT)
        different = kept.aggregate(n=models.Count(shortcut.expression, distinct=True))["n"]
        return bool(different != counts.get(Verdict.KEPT, 0))

    # -- value by value --------------------------------------------------------------------------

    def _look_at_page(self, page: Page) -> None:
        outcomes = self.converting.outcomes(page, self._originals(page))
        for (_, value), (key, outcome) in zip(page, outcomes, strict=True):
            self._look_at(key, value, outcome)

    def _originals(self, page: Page) -> Mapping[Any, Original]:
        if self.reverting is None:
            return NO_ORIGINALS
        return self.reverting.originals(self.old.name, [key for key, _ in page])

    def _look_at(self, key: Any, value: Any, outcome: Kept | Changed | Misfit) -> None:
        after = None if isinstance(outcome, Misfit) else outcome.value
        if isinstance(outcome, Misfit):
            stand_in = self.converting.replacement() if self.converting.replaceable else None
            self.replaced += stand_in is not None
            self._count(outcome.kind, key, value, stand_in)
        elif isinstance(outcome, Changed):
            self._count(outcome.kind, key, value, after)
        elif isinstance(outcome, Restored):
            self._count(FindingKind.RESTORED, key, value, after)
        if after is not None and self.converting.retargets:
            self._count(FindingKind.RETARGETED, key, value, after)
        if self.seen is not None and after is not None:
            self._remember(key, value, after)

    def _count(self, kind: FindingKind, key: Any, before: Any, after: Any) -> None:
        self.counts[kind] += 1
        samples = self.samples.setdefault(kind, [])
        if len(samples) < MAX_SAMPLES:
            samples.append(self.converting.sample(key, before, after))

    # -- uniqueness after the conversion ---------------------------------------------------------

    def _is_text_to_text(self) -> bool:
        kinds = {shape.kind if shape else None for shape in (self.before, self.after)}
        return kinds == {Kind.TEXT}

    def _counts_in_python(self) -> bool:
        return bool(self.target.field.unique) and not self._is_text_to_text()

    def _remember(self, key: Any, before: Any, after: Any) -> None:
        """Count a value that another row has already; the first of them as soon as there are two."""
        assert self.seen is not None
        same = after if isinstance(after, Hashable) else repr(after)
        if same not in self.seen:
            self.seen[same] = (key, before)
            return
        if (first := self.seen[same]) is not None:
            self._count(FindingKind.DUPLICATE, first[0], first[1], after)
            self.seen[same] = None
        self._count(FindingKind.DUPLICATE, key, before, after)

    def _ask_for_duplicates(self) -> None:
        """Let the database compare text: by its collation, case or accents may not count."""
        if not self.target.field.unique or not self._is_text_to_text():
            return
        if self.source.field.unique and not self.counts[FindingKind.TRUNCATED]:
            return
        length = self.after.max_length if self.after else None
        count, samples = duplicates_of(self.source, cut_to=length)
        if count:
            self.counts[FindingKind.DUPLICATE] = count
            self.samples[FindingKind.DUPLICATE] = list(samples)

    # -- what is told ----------------------------------------------------------------------------

    def _rank(self, kind: FindingKind) -> tuple[bool, int]:
        """Put the contract's sentence first, and what does no harm last."""
        own = _FIRST.index(kind) if kind in _FIRST else len(_FIRST)
        return (kind in HARMLESS, own)

    def _finding(self, kind: FindingKind) -> Finding:
        owner = str(self.target.model._meta.object_name)
        found = Finding(
            kind=kind,
            field=self.new.name,
            count=self.counts[kind],
            code=loss_code(kind, self.old, self.new),
            params=loss_params(kind, self.old, self.new, owner=owner),
            samples=tuple(self.samples.get(kind, ())),
        )
        policy = self.converting.policy if kind in self._replaced_kinds else None
        return replace(found, forceable=self._forceable(kind), policy=policy)

    @property
    def _replaced_kinds(self) -> frozenset[FindingKind]:
        """The kinds of which no part is kept: with a policy, that is what is cut or rounded too."""
        return _WITHOUT_FORM | _HALVES if self.converting.policy else _WITHOUT_FORM

    def _forceable(self, kind: FindingKind) -> bool:
        """Tell whether there is a rule for what these rows become."""
        if kind is FindingKind.DUPLICATE:
            return False
        if kind in self._replaced_kinds:
            alone = not self.target.field.unique or self.replaced <= 1
            return self.converting.replaceable and alone
        return True
