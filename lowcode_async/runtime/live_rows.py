"""What rows of live models, and their querysets, can do beside what Django's can."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, cast

from django.db import models

from lowcode_async.runtime import changes
from lowcode_async.runtime.changes import ChangeKind

if TYPE_CHECKING:
    from lowcode_async.runtime.live import LiveApps

    _RowBase = models.Model
else:
    _RowBase = object


class LiveRow(_RowBase):
    """A row that tells when it has changed, and that can be pickled and copied.

    Django pickles and copies a row by the name of its class in the site's registry, where live
    classes are not.
    """

    def save_base(self, *args: Any, **options: Any) -> None:
        """Save, and tell."""
        kind = ChangeKind.CREATED if self._state.adding else ChangeKind.CHANGED
        super().save_base(*args, **options)
        changes.tell(changes.change_of(self, kind), using=self._state.db)

    def delete(
        self,
        using: str | None = None,
        keep_parents: bool = False,  # noqa: FBT001, FBT002 - Django's signature
    ) -> tuple[int, dict[str, int]]:
        """Delete, and tell of this row and of what has gone along."""
        alias = using or self._state.db
        change = changes.change_of(self, ChangeKind.DELETED)
        count, counts = super().delete(using=using, keep_parents=keep_parents)
        changes.tell(change, using=alias)
        others = {**counts, self._meta.label: counts.get(self._meta.label, 1) - 1}
        changes.tell_deletions(others, using=alias)
        return count, counts

    delete.alters_data = True  # type: ignore[attr-defined]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by name: the reader gets a row of the model as its own process knows it.

        Fields that the reader's generation has in addition are loaded when they are asked for.
        """
        apps = cast("LiveApps", self._meta.apps)
        return apps.blank_row, (self._meta.object_name,), super().__reduce__()[2]

    def __copy__(self) -> Self:
        """Return a row of the same class, in the same generation."""
        return self._twin(self.__getstate__())

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return a row of the same class, in the same generation."""
        twin = memo[id(self)] = self._twin({})
        twin.__dict__.update(copy.deepcopy(self.__getstate__(), memo))
        return twin

    def _twin(self, state: dict[str, Any]) -> Self:
        twin = self.__class__.__new__(self.__class__)
        twin.__dict__.update(state)
        return twin


class LiveQuerySet(models.QuerySet[Any]):
    """Rows of a live model; what writes many of them at once tells so."""

    def update(self, **values: Any) -> int:
        """Update all rows, and tell that some have changed."""
        count = super().update(**values)
        if count:
            changes.tell_many(self.model, using=self.db)
        return count

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete all rows, and tell that some are gone."""
        count, counts = super().delete()
        changes.tell_deletions(counts, using=self.db)
        return count, counts

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """Insert rows, and tell of each; of some, where the database does not say which."""
        made = super().bulk_create(objs, *args, **options)
        if args or options.get("ignore_conflicts") or options.get("update_conflicts"):
            changes.tell_many(self.model, using=self.db)
        else:
            changes.tell_rows(made, ChangeKind.CREATED, using=self.db)
        return made

    bulk_create.alters_data = True  # type: ignore[attr-defined]


class LiveManager(models.Manager.from_queryset(LiveQuerySet)):  # type: ignore[misc]
    """``objects`` of each live model."""
