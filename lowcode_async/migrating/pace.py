"""How large a batch is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_SECONDS: Final = 0.08
"""What one batch should take: so long does a writer wait at the most for a row of it."""
_SMALLEST: Final = 50


@dataclass(slots=True)
class Pace:
    """How many rows make a batch: as many as go in the time that a batch should take."""

    size: int
    largest: int

    def after(self, seconds: float) -> None:
        """Make the next batch larger or smaller, at most twice."""
        factor = min(2.0, max(0.5, _SECONDS / max(seconds, 0.001)))
        self.size = min(self.largest, max(_SMALLEST, int(self.size * factor)))
