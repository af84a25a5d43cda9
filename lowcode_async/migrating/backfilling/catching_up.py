"""What is left to do with a column under the lock: the rows that changed last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from lowcode_async.migrating.backfilling.parts import ConvertedPart, Part
from lowcode_async.migrating.backfilling.removed import RemovedPart
from lowcode_async.migrating.backfilling.watching import Watch
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.findings import Finding, FindingKind
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.rows import Column

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_FEW_KEPT: Final = 2000
"""Of as many rows it is looked under the lock whether they have gone: that takes milliseconds."""


class CatchUp(Filling):
    """Stands in the place of the operation that would do all rows in one go."""

    def __init__(
        self,
        whole: ConvertValues | EnsureEmpty,
        watch: Watch,
        *,
        comment: str | None = None,
        found: Sequence[Finding],
    ) -> None:
        self.model_name = whole.model_name
        self.whole = whole
        self.watch = watch
        self.comment_of_column = comment
        self.found = found
        """What was lost beforehand."""

    def describe(self) -> str:
        """Say what it does."""
        return self.whole.describe()

    def fill(self, model: Any, schema_editor: Any) -> None:
        """Look again at the rows that changed last; from here on a shadow is a column like others."""
        with self.watch.held(model._meta.db_table):
            self._catch_up(model, schema_editor.connection)

    def _catch_up(self, model: Any, connection: BaseDatabaseWrapper) -> None:
        assert self.tally is not None and self.keeping is not None
        self.whole.force, self.whole.keeping = self.force, self.keeping
        part = part_of(self.whole, model, connection)
        # This may be done again, as when a later lock was not granted.
        removed = isinstance(part, RemovedPart)
        self.tally.forget(part.field, removed=removed)
        for each in self.found:
            if each.field == part.field and (each.kind is FindingKind.REMOVED) == removed:
                self.tally.add(each)
        part.redo(self.watch.stale(), self.tally)
        if not self.watch.notes_deletions:
            for keys in part.gone(at_most=_FEW_KEPT):
                part.forget(keys, self.tally)
        if isinstance(part, ConvertedPart):
            column = part.target.field.column
            self.watch.keep(model._meta.db_table, column, self.comment_of_column)


def part_of(
    whole: ConvertValues | EnsureEmpty,
    model: Any,
    connection: BaseDatabaseWrapper,
    *,
    name: str | None = None,
) -> Part:
    """Return what an operation does, row by row, once it knows what may be lost and where it is kept.

    Args:
        whole: the operation.
        model: the table, as it is at that time.
        connection: the database.
        name: of the field in that model, if it is not what the operation calls it.
    """
    column = Column(model, name or whole.name, connection)
    if isinstance(whole, EnsureEmpty):
        return RemovedPart.of(whole, column)
    assert whole.keeping is not None
    has_originals = whole.keeping.has_originals(whole.old.name)
    return ConvertedPart.of(
        whole,
        column,
        Column(model, whole.shadow, connection),
        reverting=whole.keeping if has_originals else None,
    )
