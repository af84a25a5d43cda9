"""What an upgrade really loses, counted while it does so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from lowcode_async.planning.findings import MAX_SAMPLES, Finding, FindingKind
from lowcode_async.sentences import JSON


class Tally:
    """Counts by kind and field, with the first samples of each."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._found = {(each.kind, each.field): each for each in findings}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was lost, in the order in which it began."""
        return tuple(self._found.values())

    def forget(self, field: str, *, removed: bool = False) -> None:
        """Begin a field anew: its operation is done again.

        Args:
            field: its name.
            removed: whether it goes; another one may take its name, and what that loses still counts.
        """
        self._found = {
            key: each
            for key, each in self._found.items()
            if each.field != field or (each.kind is FindingKind.REMOVED) != removed
        }

    def add(self, finding: Finding) -> None:
        """Count what is found in some rows."""
        key = (finding.kind, finding.field)
        if (former := self._found.get(key)) is not None:
            finding = replace(
                former,
                count=former.count + finding.count,
                samples=(*former.samples, *finding.samples)[:MAX_SAMPLES],
            )
        self._found[key] = finding

    def take_off(
        self, field: str, counts: Mapping[FindingKind, int], *, keys: Collection[JSON]
    ) -> None:
        """Count some rows of a field no longer: they are about to be looked at once more.

        Args:
            field: its name.
            counts: of these rows, by kind.
            keys: of the rows, as samples have them.
        """
        for kind, count in counts.items():
            if (former := self._found.get((kind, field))) is None:
                continue
            if count >= former.count:
                del self._found[kind, field]
                continue
            samples = tuple(each for each in former.samples if each.key not in keys)
            self._found[kind, field] = replace(former, count=former.count - count, samples=samples)
