"""What is left to do for a shadow under the lock: the rows that changed last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from lowcode_async.migrating.backfilling.parts import Part
from lowcode_async.migrating.backfilling.watching import Watch
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.findings import Finding
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.rows import Column

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_FEW_KEPT: Final = 2000
"""Of as many rows it is looked under the lock whether they have gone: that takes milliseconds."""


class CatchUp(Filling):
    """Stands in the place of the operation that would fill a shadow in one go."""

    def __init__(
        self,
        whole: ConvertValues,
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
        """Look again at the rows that changed last; from here on the shadow is a column like others."""
        with self.watch.held(model._meta.db_table):
            self._catch_up(model, schema_editor.connection)

    def _catch_up(self, model: Any, connection: BaseDatabaseWrapper) -> None:
        whole = self.whole
        assert self.tally is not None and self.keeping is not None
        whole.force, whole.keeping = self.force, self.keeping
        # This may be done again, as when a later lock was not granted.
        self.tally.forget(whole.new.name)
        for each in self.found:
            if each.field == whole.new.name:
                self.tally.add(each)
        has_originals = self.keeping.has_originals(whole.old.name)
        part = Part.of(
            whole,
            Column(model, whole.name, connection),
            Column(model, whole.shadow, connection),
            reverting=self.keeping if has_originals else None,
        )
        part.redo(self.watch.stale(), self.tally)
        if not self.watch.notes_deletions:
            for keys in part.gone(at_most=_FEW_KEPT):
                part.forget(keys, self.tally)
        self.watch.keep(model._meta.db_table, part.target.field.column, self.comment_of_column)
