"""How large a batch is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_SMALLEST: Final = 50


@dataclass(slots=True)
class Pace:
    """How many rows make a batch: as many as go in the time that a batch should take."""

    size: int
    largest: int
    seconds: float = 0.08
    """What one batch should take: so long does a writer wait at the most for a row of it."""

    fixed: float | None = None
    """What a batch takes before it comes to its rows, if that counts: a batch should take twice as
    long at least, or all time would go into that on a busy machine."""

    batches: int = 0
    """How many there were."""

    def after(self, seconds: float) -> None:
        """Make the next batch larger or smaller, at most twice."""
        self.batches += 1
        fixed, target = 0.0, self.seconds
        if self.fixed is not None:
            smallest = self.size <= _SMALLEST
            self.fixed = fixed = seconds if smallest else min(self.fixed, seconds)
            target = max(target, 2 * fixed)
        factor = min(2.0, max(0.5, (target - fixed) / max(seconds - fixed, 0.001)))
        self.size = min(self.largest, max(_SMALLEST, int(self.size * factor)))
