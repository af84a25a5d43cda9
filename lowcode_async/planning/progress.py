"""How far it is with something that goes row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from lowcode_async.sentences import JSON

RowsDone = Callable[[int, int], None]
"""Is called with how many rows are done, and how many there are."""


class Report(Protocol):
    """Tells how far the work is, in percent, with what else is worth telling."""

    def __call__(self, percent: float, **detail: JSON) -> None:
        """Publish it."""


def silent(*told: float, **detail: JSON) -> None:
    """Tell nobody."""


def of_rows(report: Report, start: float, end: float, **beside: JSON) -> RowsDone:
    """Return what reports rows as a part of the whole work.

    Args:
        report: is called with percents, and with ``rows_done`` and ``rows_total``.
        start: percent of the whole at which the part begins.
        end: percent of the whole at which it ends.
        beside: what else is told each time.
    """

    def told(done: int, total: int) -> None:
        # Others may have inserted rows since they were counted.
        total = max(done, total, 1)
        part = done / total
        report(start * (1 - part) + end * part, **beside, rows_done=done, rows_total=total)

    return told
