"""Rows made, changed and deleted, with what the server itself has to say in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model, ProtectedError, RestrictedError
from django.utils import timezone

from lowcode_async.data_api.bodies import Values, read_changes, read_new, read_replacement
from lowcode_async.data_api.errors import (
    RowChanged,
    RowMarkedDeleted,
    RowNotFound,
    RowNotMarked,
    RowProtected,
)
from lowcode_async.data_api.reach import Deleted, Reach
from lowcode_async.data_api.reading import row_tag, whole_of
from lowcode_async.data_api.texts import key_of
from lowcode_async.data_api.validating import problems_of, problems_of_links
from lowcode_async.data_api.wire import to_text
from lowcode_async.definitions.kinds import shown
from lowcode_async.definitions.reserved import Behavior
from lowcode_async.rest.errors import RequestInvalid
from lowcode_async.runtime.changes import ChangeKind, change_of, tell
from lowcode_async.sentences import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes rows within the reach of one request, in the name of its user."""

    reach: Reach
    user: Any
    """Key of the requesting user; None for nobody."""

    def create(self, body: JSON) -> Model:
        """Insert a row.

        Raises:
            RequestInvalid: all that is wrong with it.
        """
        values = read_new(self.reach, body)
        row = self.new(values)
        self._check(row, values)
        row.save(force_insert=True)
        self.link(row, values)
        return row

    def new(self, values: Values) -> Model:
        """Return a row that is not saved, with the server's own values in it."""
        row = self.reach.model()
        self.set(row, values)
        self.stamp(row, new=True)
        return row

    def change(self, row: Model, body: JSON) -> None:
        """Change what the body names.

        Raises:
            RequestInvalid: all that is wrong with it.
        """
        values = read_changes(self.reach, body, row)
        changed = self.set(row, values) + self.stamp(row, new=False)
        self._check(row, values)
        if changed:
            row.save(update_fields=changed)
        self.link(row, values)

    def replace(self, row: Model, body: JSON) -> None:
        """Put what the body says in place of all that is there.

        Raises:
            RequestInvalid: all that is wrong with it.
        """
        values = read_replacement(self.reach, body, row)
        self.set(row, values)
        self.stamp(row, new=False)
        self._check(row, values)
        row.save(force_update=True)
        self.link(row, values)

    def delete(self, row: Model, *, purge: bool = False) -> None:
        """Mark a row as deleted; delete it where the model has no mark, or where `purge` says so.

        Raises:
            RowProtected: other rows forbid it.
        """
        if self.reach.shape.marks_deleted and not purge:
            row.is_deleted = True  # type: ignore[attr-defined]
            row.save(update_fields=["is_deleted", *self.stamp(row, new=False)])
            return
        try:
            row.delete()
        except (ProtectedError, RestrictedError) as error:
            rows: Any = getattr(error, "protected_objects", None) or error.restricted_objects  # type: ignore[union-attr]
            by = sorted({str(each._meta.object_name) for each in rows})
            raise RowProtected(
                model=self.reach.name, key=to_text(row.pk), count=len(rows), by=by
            ) from error

    def restore(self, row: Model) -> None:
        """Take the mark of deletion off a row.

        Raises:
            RowNotMarked: it has none.
            RequestInvalid: it would break a constraint among the living rows.
        """
        if not (self.reach.shape.marks_deleted and row.is_deleted):  # type: ignore[attr-defined]
            raise RowNotMarked(model=self.reach.name, key=to_text(row.pk))
        row.is_deleted = False  # type: ignore[attr-defined]
        stamped = self.stamp(row, new=False)
        self._check(row, Values())
        row.save(update_fields=["is_deleted", *stamped])

    def locked(self, key: str, *, matching: Callable[[str], bool] | None = None) -> Model:
        """Return a row within reach, locked until the transaction ends.

        Args:
            key: its key, as text.
            matching: tells whether the row's tag is what the client expects.

        Raises:
            RowNotFound, RowMarkedDeleted: it is not there.
            RowChanged: it is not what the client expects.
        """
        row = one(self.reach, key, lock=True)
        if matching is not None:
            tag = row_tag(self.reach.shape, whole_of(self.reach.shape, row))
            if not matching(tag):
                raise RowChanged(model=self.reach.name, key=to_text(row.pk), etag=f'"{tag}"')
        return row

    def stamp(self, row: Model, *, new: bool) -> list[str]:
        """Set the reserved fields; return the names of those that a change changes."""
        changed = []
        for name, reserved in self.reach.shape.reserved.items():
            value = _STAMPS.get(reserved.behavior)
            if value is None or (not new and reserved.behavior not in _AT_CHANGES):
                continue
            setattr(row, self.reach.shape.columns[name].attname, value(self))
            changed.append(name)
        return changed

    def set(self, row: Model, values: Values) -> list[str]:
        """Set the columns of a row; return their names."""
        for name, value in values.columns.items():
            setattr(row, self.reach.shape.columns[name].attname, value)
        return list(values.columns)

    def link(self, row: Model, values: Values) -> None:
        """Set the many-to-many relations of a saved row."""
        for name, keys in values.links.items():
            getattr(row, name).set(keys)
        if values.links:
            change = change_of(row, ChangeKind.CHANGED, name=self.reach.name)
            tell(change, using=row._state.db)

    def _check(self, row: Model, values: Values) -> None:
        problems = [
            *values.problems,
            *problems_of(self.reach, row, values),
            *problems_of_links(self.reach, values),
        ]
        if problems:
            raise RequestInvalid(problems)


_STAMPS: Final[Mapping[Behavior, Callable[[Writer], Any]]] = {
    Behavior.CREATED_AT: lambda _: timezone.now(),
    Behavior.UPDATED_AT: lambda _: timezone.now(),
    Behavior.CREATED_BY: lambda writer: writer.user,
    Behavior.UPDATED_BY: lambda writer: writer.user,
    Behavior.CONFINES: lambda writer: writer.reach.project,
    Behavior.MARKS_DELETED: lambda _: False,
}
_AT_CHANGES: Final = frozenset({Behavior.UPDATED_AT, Behavior.UPDATED_BY})


def one(reach: Reach, key: str, *, lock: bool = False) -> Model:
    """Return a row within reach, by its key as text.

    Raises:
        RowNotFound: there is none.
        RowMarkedDeleted: it is marked as deleted, and such rows do not count.
    """
    rows = reach.rows().filter(pk=_key(reach, key))
    row = (rows.select_for_update() if lock else rows).first()
    if row is not None:
        return row
    if reach.shape.marks_deleted and reach.deleted is Deleted.WITHOUT:
        marked = reach.with_deleted().rows().filter(pk=_key(reach, key))
        if marked.exists():
            raise RowMarkedDeleted(model=reach.name, key=shown(key))
    raise RowNotFound(model=reach.name, key=shown(key))


def _key(reach: Reach, text: str) -> Any:
    key = key_of(reach.shape, text)
    if key is None:
        raise RowNotFound(model=reach.name, key=shown(text))
    return key
