"""Whether keys point at rows that exist."""

from __future__ import annotations

from typing import Any

from django.db import models

from lowcode_async.planning.conversions import Changed, Kept, Misfit
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.rows import Column

AT_ONCE = 500
"""Keys asked for in one query."""


class Targets:
    """The rows that a relation may point at; asked for page by page, and remembered."""

    def __init__(self, field: Any, alias: str) -> None:
        self.field = field.target_field
        self.rows = field.remote_field.model._base_manager.using(alias)
        self.known: dict[Any, bool] = {}

    @classmethod
    def of(cls, column: Column) -> Targets | None:
        """Return the targets of a column that is a relation."""
        if not isinstance(column.field, models.ForeignKey):
            return None
        return cls(column.field, column.connection.alias)

    def checked(
        self, outcomes: list[tuple[Any, Kept | Changed | Misfit]]
    ) -> list[tuple[Any, Kept | Changed | Misfit]]:
        """Return the outcomes of a page, those that point at nothing as misfits."""
        keys = {
            each.value
            for _, each in outcomes
            if not isinstance(each, Misfit) and each.value is not None
        }
        self._learn(keys)
        return [
            (pk, Misfit(FindingKind.ORPHAN) if self._is_orphan(each) else each)
            for pk, each in outcomes
        ]

    def missing(self, key: Any) -> bool:
        """Tell whether no row has this key."""
        key = self.field.to_python(key)
        self._learn({key})
        return not self.known[key]

    def _is_orphan(self, outcome: Kept | Changed | Misfit) -> bool:
        if isinstance(outcome, Misfit) or outcome.value is None:
            return False
        return not self.known[outcome.value]

    def _learn(self, keys: set[Any]) -> None:
        unknown = [key for key in keys if key not in self.known]
        for start in range(0, len(unknown), AT_ONCE):
            some = unknown[start : start + AT_ONCE]
            found = self.rows.filter(**{f"{self.field.attname}__in": some})
            there = set(found.values_list(self.field.attname, flat=True))
            for key in some:
                self.known[key] = key in there
