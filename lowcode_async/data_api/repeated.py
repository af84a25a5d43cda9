"""Lists that are asked for again with other values: what such requests have in common is found out once.

The names of the parameters decide what a list is read by, together with the texts of those that say which
fields are told and in which order. All else are values, which Django's own lookups make of the texts of
each request. Nothing of what is found is kept. What is not known here is read as if for the first time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django.db import connections
from django.db.models import Lookup
from django.http import HttpRequest

from lowcode_async.data_api.asked import Asked
from lowcode_async.data_api.columns import Column
from lowcode_async.data_api.counting import Prepared
from lowcode_async.data_api.lookups import Comparison, comparison
from lowcode_async.data_api.parameters import LIST, PAGES, PROJECT_HEADER, ROW
from lowcode_async.data_api.shapes import Shape, shape_of
from lowcode_async.definitions.constants.base import ConstantInvalid
from lowcode_async.definitions.kinds import storable
from lowcode_async.runtime import Published

Form: TypeAlias = tuple[Any, ...]
"""What requests have in common whose lists are read by the same statement."""

_HEADER: Final = f"HTTP_{PROJECT_HEADER.upper().replace('-', '_')}"
_VALUES_ALONE: Final = frozenset({"page", "page_size"})
_IN_FULL: Final = frozenset({"ordering", "fields", "deleted"})
_NOT_KEPT: Final = frozenset({"search", "expand", "cursor"})
_PLAIN: Final = frozenset(
    {
        *("exact", "gt", "gte", "lt", "lte"),
        *("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"),
    }
)
"""Lookups that are one piece of SQL with one value in it, whatever the value."""
_KEPT: Final = 200
"""Forms that are kept for one model."""
_LONGEST: Final = 4000
"""Characters of an address that can be kept: what is said in full there has no other limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A parameter whose value stands in the statement."""

    parameter: str
    comparison: Comparison
    lookup: type[Lookup[Any]]
    left: Any
    """The column, as Django's expressions have it."""

    def value(self, texts: Mapping[str, str], connection: Any) -> Any:
        """Return the value as the database gets it.

        Raises:
            Exception: the text stands for none, the database need not be asked, or whatever else the
                field's type says; a LookupError if the SQL for this value is another one.
        """
        text = texts[self.parameter]
        if not storable(text):
            raise ConstantInvalid("value_unstorable")
        lookup: Any = self.lookup(self.left, self.comparison.sought(text))
        sql, values = lookup.process_rhs(None, connection)
        if sql != "%s":
            raise LookupError(sql)
        (value,) = values
        return value


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value that is the same in all lists of a form: whether rows are marked as deleted, where it is one."""

    constant: Any

    def value(self, texts: Mapping[str, str], connection: Any) -> Any:
        """Return it."""
        return self.constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """What lists of one form are read by."""

    prepared: Prepared
    compared: tuple[Compared | Fixed, ...]
    """In the order of the values in the statement."""

    def values(self, texts: Mapping[str, str]) -> tuple[Any, ...] | None:
        """Return the values that stand in the statement; None if this request must go the whole way."""
        connection = connections[self.prepared.using]
        try:
            values = tuple(each.value(texts, connection) for each in self.compared)
        except Exception:  # noqa: BLE001 - the whole way finds out what it is, and what else is wrong
            return None
        return values if self.prepared.suits(values) else None


def form_of(request: HttpRequest, published: Published, *, using: str, signed: bool) -> Form | None:
    """Return the form of a request; None if it has none that could be kept.

    Args:
        request: the request.
        published: the model.
        using: alias of the database that is asked.
        signed: whether the statement is to confirm the sign-in.
    """
    if len(request.META.get("QUERY_STRING", "")) > _LONGEST:
        return None
    given = request.GET
    if any(len(texts) != 1 for _, texts in given.lists()) or not _NOT_KEPT.isdisjoint(given):
        return None
    shape = shape_of(published.model)
    header = _HEADER in request.META and shape.projects is not None
    if (shape.projects is not None and not shape.confined) or (header and "project" in given):
        return None
    names = [
        (name, given[name] if name in _IN_FULL else None)
        for name in given
        if name not in _VALUES_ALONE
    ]
    return (using, signed, header, *names)


def texts_of(request: HttpRequest, shape: Shape) -> dict[str, str]:
    """Return the values of the parameters, as they stand in the address, and the project."""
    texts: dict[str, str] = request.GET.dict()
    if shape.confined and _HEADER in request.META:
        texts["project"] = request.META[_HEADER]
    return texts


def keep(
    form: Form, asked: Asked, prepared: Prepared, request: HttpRequest, values: tuple[Any, ...]
) -> None:
    """Keep what a list has been read by, if the texts of the request lead to the values that stand there."""
    shape = asked.reach.shape
    texts = texts_of(request, shape)
    compared = _compared(shape, texts, values)
    # Rows of other models in place of keys depend on what this very request can reach.
    if compared is None or asked.view.expanded:
        return
    found = Repeated(prepared=prepared, compared=compared)
    if found.values(texts) == values:
        if len(shape.repeated) >= _KEPT:
            shape.repeated.clear()
        shape.repeated[form] = found


def _compared(
    shape: Shape, texts: Mapping[str, str], values: tuple[Any, ...]
) -> tuple[Compared | Fixed, ...] | None:
    """Return where the values come from; None if that is not all one value with a column of the model's own."""
    known = ROW | LIST | PAGES | ({"deleted"} if shape.marks_deleted else set())
    names = [each for each in texts if each not in known]
    found: list[Compared | Fixed | None] = []
    if shape.confined:
        project = shape.columns["project"]
        found.append(_plain("project", project, comparison(project, ())))
        names.remove("project")
    if shape.marks_deleted and len(values) == len(found) + len(names) + 1:
        found.append(Fixed(values[len(found)]))
    for name in names:
        going, compared = shape.comparisons[name]
        own = going.relation is None
        found.append(_plain(name, going.column, compared) if own else None)
    kept = tuple(each for each in found if each is not None)
    return kept if len(kept) == len(found) else None


def _plain(parameter: str, column: Column, compared: Comparison) -> Compared | None:
    field: Any = column.field
    lookup = field.get_lookup(compared.lookup)
    if compared.path not in _PLAIN or column.type == "BooleanField" or not _is_own(lookup):
        return None
    left = field.get_col(field.model._meta.db_table)
    return Compared(parameter=parameter, comparison=compared, lookup=lookup, left=left)


def _is_own(lookup: type[Lookup[Any]] | None) -> bool:
    """Tell whether a lookup is Django's own; one of the site's may make what it likes of a value."""
    return lookup is not None and lookup.__module__.startswith("django.db.")
