"""What has to be known of the rows that others write while shadows are filled."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Protocol


class Watch(Protocol):
    """Knows the rows that others have written since they were converted: their keys are stale."""

    notes_deletions: ClassVar[bool]
    """Whether the keys of rows that have gone are stale, too."""

    def taken(self, limit: int) -> AbstractContextManager[Sequence[Any]]:
        """Give some stale keys, which are not stale any more when the transaction is committed."""

    def held(self, table: str) -> AbstractContextManager[None]:
        """Let nobody but us write to the table, from here on until the change is done."""

    def stale(self) -> list[Any]:
        """Return all stale keys."""

    def keep(self, table: str, shadow: str, comment: str | None) -> None:
        """Let a shadow be a column like others."""
