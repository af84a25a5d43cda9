"""What becomes of one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from lowcode_async.planning.findings import FindingKind


@dataclass(frozen=True, slots=True)
class Kept:
    """The value has the same meaning in the new type."""

    value: Any


@dataclass(frozen=True, slots=True)
class Changed:
    """The value has a form in the new type, which is not quite the same."""

    kind: FindingKind
    """`TRUNCATED`, `ROUNDED` or `REFORMATTED`."""
    value: Any


@dataclass(frozen=True, slots=True)
class Misfit:
    """The value has no form in the new type."""

    kind: FindingKind
    """`CLEARED`, `OUT_OF_RANGE`, `NULL` or `ORPHAN`."""


Outcome: TypeAlias = Kept | Changed | Misfit

NO_FORM = Misfit(FindingKind.CLEARED)
TOO_LARGE = Misfit(FindingKind.OUT_OF_RANGE)


def rounded(value: Any) -> Changed:
    """Say that digits were lost."""
    return Changed(FindingKind.ROUNDED, value)


def truncated(value: Any) -> Changed:
    """Say that a part was lost."""
    return Changed(FindingKind.TRUNCATED, value)


class Unreadable:
    """Stands for a value that the old type itself cannot read: SQLite lets anything into a column."""

    def __init__(self, raw: object) -> None:
        self.raw = raw
