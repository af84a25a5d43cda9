"""What an upgrade really loses, counted while it does so."""

from __future__ import annotations

from dataclasses import replace

from lowcode_async.planning.findings import MAX_SAMPLES, Finding, FindingKind


class Tally:
    """Counts by kind and field, with the first samples of each."""

    def __init__(self) -> None:
        self._found: dict[tuple[FindingKind, str], Finding] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was lost, in the order in which it began."""
        return tuple(self._found.values())

    def forget(self, field: str) -> None:
        """Begin a field anew: its operation is done again."""
        self._found = {key: each for key, each in self._found.items() if each.field != field}

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
