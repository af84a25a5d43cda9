"""How rows look as JSON, where their model decides it: ``to_dict``.

All rows of a page are loaded in a number of queries that does not depend on how many they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

from django.db import models
from django.db.models import QuerySet
from django.db.models.constants import LOOKUP_SEP

from lowcode_async.definitions.model import DictEntry


class ToDict(Protocol):
    """What a model makes of its rows: `loaded` first, then a call for each row of it.

    The values are Python's, as the model's fields have them: dates, decimals, UUIDs.
    """

    def loaded(self, rows: QuerySet[Any], *, also: Sequence[str] = ()) -> QuerySet[Any]:
        """Return a queryset of the same rows, with all that the call needs; iterate over it as you like.

        Args:
            rows: the rows, of the model.
            also: look-ups of other values that are wanted, see the method of that name.
        """

    def __call__(self, row: Any) -> dict[str, Any]:
        """Return what one row, as `loaded` has it, looks like."""

    def also(self, row: Any, wanted: Sequence[str]) -> tuple[Any, ...]:
        """Return the values of one row that `loaded` was asked for beside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodToDict:
    """The method ``to_dict`` of a model that is written in Python."""

    one: tuple[str, ...]
    """Paths to single other rows, for ``select_related``."""
    many: tuple[str, ...]
    """Paths that lead to many, for ``prefetch_related``."""

    def loaded(self, rows: QuerySet[Any], *, also: Sequence[str] = ()) -> QuerySet[Any]:
        """Return the rows along with those that their relations lead to."""
        loading = rows.select_related(*self.one) if self.one else rows
        return loading.prefetch_related(*self.many) if self.many else loading

    def __call__(self, row: Any) -> dict[str, Any]:
        """Ask the row."""
        told: dict[str, Any] = row.to_dict()
        return told

    def also(self, row: Any, wanted: Sequence[str]) -> tuple[Any, ...]:
        """Walk from the row; what a relation that leads nowhere would lead to is None."""
        return tuple(reduce(_attribute, path.split(LOOKUP_SEP), row) for path in wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredToDict:
    """What the definition of a dynamic model declares: names, and the paths to their values."""

    names: tuple[str, ...]
    paths: tuple[str, ...]
    """As Django's look-ups spell them."""

    def loaded(self, rows: QuerySet[Any], *, also: Sequence[str] = ()) -> QuerySet[Any]:
        """Return tuples of the values, read by one query; the key stands before, to tell rows apart."""
        return rows.values_list("pk", *self.paths, *also)

    def __call__(self, row: tuple[Any, ...]) -> dict[str, Any]:
        """Put the names to the values."""
        return dict(zip(self.names, row[1 : len(self.names) + 1], strict=True))

    def also(self, row: tuple[Any, ...], wanted: Sequence[str]) -> tuple[Any, ...]:
        """Return the end of the tuple."""
        return row[len(self.names) + 1 :]


def declared_to_dict(entries: Sequence[DictEntry]) -> DeclaredToDict | None:
    """Return what reads these entries; None if there are none."""
    if not entries:
        return None
    return DeclaredToDict(
        names=tuple(each.name for each in entries),
        paths=tuple(each.path.replace(".", LOOKUP_SEP) for each in entries),
    )


def method_to_dict(model: type[models.Model], related: Iterable[str]) -> MethodToDict | None:
    """Return what asks the model's own method; None if it has none."""
    if not callable(getattr(model, "to_dict", None)):
        return None
    own = [each.name for each in model._meta.get_fields() if _leads_on(each)]
    paths = dict.fromkeys([*own, *related])
    many = tuple(path for path in paths if _is_many(model, path))
    return MethodToDict(one=tuple(path for path in paths if path not in many), many=many)


def _attribute(row: Any, name: str) -> Any:
    return getattr(row, name, None)


def _leads_on(field: Any) -> bool:
    """Tell whether a field is a relation of the model's own, to one model."""
    return bool(field.is_relation and field.related_model is not None and not field.auto_created)


def _is_many(model: type[models.Model], path: str) -> bool:
    """Tell whether a path leads to many rows anywhere on its way.

    Raises:
        FieldDoesNotExist: there is no such path.
    """
    for name in path.split(LOOKUP_SEP):
        field: Any = model._meta.get_field(name)
        if field.many_to_many or field.one_to_many:
            return True
        model = field.related_model
    return False
