"""What stands behind a filter's name in an address: ``price__gte``, ``author__name__icontains``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from lowcode_async.data_api.columns import Column, Link
from lowcode_async.data_api.lookups import SEARCHED, Comparison, comparison
from lowcode_async.data_api.reach import Reach, visible, within
from lowcode_async.data_api.shapes import shape_of


class NoSuchField(LookupError):
    """There is no field of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class ProjectMissing(LookupError):
    """A relation leads to rows of projects, and no project was requested."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The way from a row to a column: its own, or that of the row a relation leads to."""

    column: Column
    """What is at the end."""
    relation: Column | Link | None = None
    """The relation on the way."""
    rest: Sequence[str] = ()
    """What stands behind it in the name."""
    direct: bool = True
    """Whether the keys of the other rows are meant, which the table in between holds."""

    @property
    def path(self) -> str:
        """How Django spells it."""
        return self._through(self.column.attname)

    def compared(self, by: Comparison) -> str:
        """Return how Django spells a comparison with it."""
        # Of the keys that a relation holds it knows few, of the column that they are from all; it joins nothing.
        field: Any = self.column.field
        far = field.is_relation and not _knows(field, by)
        name = self.column.far_path if far else self.column.attname
        return self._through(f"{name}__{by.path}")

    def _through(self, path: str) -> str:
        return f"{self.relation.name}__{path}" if isinstance(self.relation, Column) else path


def way(reach: Reach, name: str) -> Way:
    """Return the way that a name in an address leads.

    Raises:
        NoSuchField: it leads nowhere.
        ProjectMissing: it leads to another model's rows, which belong to projects.
    """
    first, *rest = name.split("__")
    found = reach.shape.named(first)
    if found is None:
        raise NoSuchField(first)
    related = found.related
    if rest and related:
        column = _visible(related, rest[0])
        if column is not None:
            going = Way(column=column, relation=found, rest=rest[1:], direct=False)
            _refuse_confined(reach, going, first)
            return going
    if isinstance(found, Link):
        return Way(column=found.key, relation=found, rest=rest)
    return Way(column=found, rest=rest)


def _refuse_confined(reach: Reach, going: Way, name: str) -> None:
    related = going.relation.related if going.relation is not None and not going.direct else None
    if related is not None and reach.project is None and shape_of(related).confined:
        raise ProjectMissing(name)


def _visible(related: Any, name: str) -> Column | None:
    """Return a column of another model; what a comparison is called is none."""
    found = shape_of(related).named(name)
    return found if isinstance(found, Column) and found in visible(related) else None


def condition(reach: Reach, name: str, text: str) -> Q:
    """Return the condition that a parameter asks for.

    Raises:
        NoSuchField, ProjectMissing: see `way`.
        LookupUnknown: the field's type does not know the comparison.
        ConstantInvalid: the value is none of the field's type.
    """
    going, compared = _asked(reach, name)
    sought = compared.sought(text)
    if isinstance(going.relation, Link):
        return _linked(reach, going.relation, going, compared, sought)
    found = Q(**{going.compared(compared): sought})
    if going.relation is not None and going.relation.related is not None:
        related = shape_of(going.relation.related)
        found &= within(related, reach.project, path=f"{going.relation.name}__")
    return found


def _asked(reach: Reach, name: str) -> tuple[Way, Comparison]:
    """Return what a name asks for, which is found out once."""
    known = reach.shape.comparisons.get(name)
    if known is None:
        going = way(reach, name)
        known = reach.shape.comparisons[name] = going, comparison(going.column, going.rest)
    _refuse_confined(reach, known[0], name.partition("__")[0])
    return known


def _linked(reach: Reach, link: Link, going: Way, compared: Comparison, sought: Any) -> Q:
    """Ask the table in between, so that no row comes twice."""
    between = link.through._base_manager.all()
    keys = between.values(f"{link.source}_id")
    if going.direct:
        if compared.path == "isnull":
            return ~Q(pk__in=keys) if sought else Q(pk__in=keys)
        known = _knows(link.through._meta.get_field(link.target), compared)
        end = link.target if known else f"{link.target}__{going.column.far_path}"
        return Q(pk__in=keys.filter(**{f"{end}__{compared.path}": sought}))
    reachable = within(shape_of(link.related), reach.project, path=f"{link.target}__")
    end = f"{link.target}__{going.column.attname}__{compared.path}"
    return Q(pk__in=keys.filter(reachable, **{end: sought}))


def _knows(relation: Any, compared: Comparison) -> bool:
    """Tell whether Django compares the keys so that a relation holds."""
    return relation.get_lookup(compared.path.partition("__")[0]) is not None


def search(reach: Reach, text: str) -> Q | None:
    """Return the condition that every word stands in some text field; None if there is none."""
    searched = [each for each in reach.shape.columns.values() if each.type in SEARCHED]
    searched = [each for each in searched if each.related is None]
    if not searched:
        return None
    found = Q()
    for word in text.split():
        anywhere = Q()
        for column in searched:
            anywhere |= Q(**{f"{column.attname}__icontains": word})
        found &= anywhere
    return found
