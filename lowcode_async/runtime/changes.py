"""Telling that rows have changed, after the commit, to whoever listens in this process.

It is told by `rows_changed`, and best effort: what goes by `_base_manager` or by SQL is not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import models, transaction

from lowcode_async.planning.state import APP_LABEL
from lowcode_async.runtime.reserved import reserved_of
from lowcode_async.runtime.signals import rows_changed


class ChangeKind(StrEnum):
    """What has become of a row."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    """It is gone, or marked as deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """One row that has changed, or any number of them."""

    model: str
    """The name by which the data API knows the model."""
    kind: ChangeKind | None = None
    """What has become of the row; None where nobody knows which rows it is about."""
    key: int | str | None = None
    """Its primary key."""
    project: str | None = None
    """The project it belongs to, as text; None for a model without projects."""


_UNKNOWN: Final = object()
"""Stands for a value that has not been loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    """The columns that say whose a row is, and whether it counts."""

    project: str | None
    is_deleted: bool


_marks: Final[WeakKeyDictionary[type[models.Model], _Marks]] = WeakKeyDictionary()


def change_of(row: models.Model, kind: ChangeKind, *, name: str | None = None) -> RowChange:
    """Return what has become of a row; to be asked before a deletion takes its key.

    Args:
        row: the row.
        kind: what was done; saving a row that is marked as deleted is its deletion.
        name: what the data API calls its model; that of the class unless given.
    """
    name = name or str(row._meta.object_name)
    marks = _marks_of(type(row))
    if marks.is_deleted and row.__dict__.get("is_deleted") is True:
        kind = ChangeKind.DELETED
    project: Any = None
    if marks.project is not None:
        project = row.__dict__.get(marks.project, _UNKNOWN)
    if row.pk is None or project is _UNKNOWN:
        return RowChange(model=name)
    return RowChange(
        model=name,
        kind=kind,
        key=row.pk if isinstance(row.pk, int | str) else str(row.pk),
        project=None if project is None else str(project),
    )


def tell(*changes: RowChange, using: str | None) -> None:
    """Tell of changes once the transaction is committed; at once where there is none."""
    if rows_changed.receivers:
        for change in changes:
            send = partial(rows_changed.send_robust, sender=RowChange, change=change)
            transaction.on_commit(send, using=using, robust=True)


def tell_rows(rows: Iterable[models.Model], kind: ChangeKind, *, using: str | None) -> None:
    """Tell of several rows of one model that were written together."""
    tell(*(change_of(row, kind) for row in rows), using=using)


def tell_many(model: type[models.Model], *, using: str | None) -> None:
    """Tell that rows of a live model have changed, and nobody knows which."""
    tell(RowChange(model=str(model._meta.object_name)), using=using)


def tell_deletions(counts: Mapping[str, int], *, using: str | None) -> None:
    """Tell of live rows that a deletion has taken along, as Django counts them by label."""
    for label, count in counts.items():
        app_label, _, name = label.partition(".")
        if count and app_label == APP_LABEL:
            tell(RowChange(model=name), using=using)


def _marks_of(model: type[models.Model]) -> _Marks:
    found = _marks.get(model)
    if found is None:
        reserved = reserved_of(model)
        project: Any = model._meta.get_field("project") if "project" in reserved else None
        found = _Marks(
            project=project.attname if project is not None else None,
            is_deleted="is_deleted" in reserved,
        )
        _marks[model] = found
    return found
