"""What the database at hand can do of what a definition may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Supported:
    """The abilities of one database; Django would leave out what is missing, and say nothing."""

    database: str = "the database"
    """Its name, for people."""
    conditional_unique: bool = True
    """Unique constraints and indexes that hold for some rows only."""
    nulls_distinct: bool = True
    """Unique constraints that say whether rows without a value are different."""
    table_comments: bool = True
    checks: bool = True
    """Check constraints."""


EVERYTHING: Final = Supported()
"""What a definition may ask for where no database is known."""
