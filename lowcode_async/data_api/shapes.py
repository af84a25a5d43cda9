"""What a model consists of: its columns and links, found out once for each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db import models

from lowcode_async.data_api.columns import Column, Link, column_of
from lowcode_async.definitions.reserved import ReservedField
from lowcode_async.runtime.reserved import reserved_of
from lowcode_async.runtime.statements import Statement


@dataclass(frozen=True, eq=False, kw_only=True)
class Shape:
    """All columns and links of one model."""

    model: type[models.Model]
    columns: Mapping[str, Column]
    """By name, in the order of the model."""
    links: Mapping[str, Link]
    reserved: Mapping[str, ReservedField]
    """The reserved fields that it has, by name."""

    @cached_property
    def key(self) -> Column:
        """The primary key."""
        return self.columns[self.model._meta.pk.name]

    @cached_property
    def statements(self) -> dict[Any, Statement | None]:
        """What pages of its rows have been read by; see `data_api.counting`."""
        return {}

    @cached_property
    def repeated(self) -> dict[Any, Any]:
        """What lists of one form are read by; see `data_api.repeated`."""
        return {}

    @cached_property
    def comparisons(self) -> dict[str, Any]:
        """What names of parameters ask for; see `data_api.filters`. Only those that ask for something are kept."""
        return {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every key of a row in JSON."""
        return (*self.columns, *self.links)

    @property
    def marks_deleted(self) -> bool:
        """Whether deleting a row marks it."""
        return "is_deleted" in self.reserved

    @property
    def confined(self) -> bool:
        """Whether rows belong to projects."""
        return "project" in self.reserved

    @cached_property
    def projects(self) -> Column | None:
        """The column `project`: its own, or that of a model it leads to; None if no project can be requested."""
        leading: list[Column | Link] = [*self.columns.values(), *self.links.values()]
        related = [shape_of(each.related) for each in leading if each.related is not None]
        shapes = (self, *related)
        return next((each.columns["project"] for each in shapes if each.confined), None)

    def named(self, name: str) -> Column | Link | None:
        """Return what has this name, a relation's column name and ``pk`` included."""
        if name == "pk":
            return self.key
        by_column = next((each for each in self.columns.values() if each.attname == name), None)
        return self.columns.get(name) or self.links.get(name) or by_column


_SHAPE: Final = "_lowcode_shape"
"""Where a class keeps its shape: that knows the class, so nothing that lives longer may know it."""


def shape_of(model: type[models.Model]) -> Shape:
    """Return the shape of a model; made once."""
    found: Shape | None = vars(model).get(_SHAPE)
    if found is None:
        found = _shape(model)
        setattr(model, _SHAPE, found)
    return found


def _shape(model: type[models.Model]) -> Shape:
    columns = [column_of(field) for field in model._meta.concrete_fields]
    fields: Sequence[Any] = model._meta.many_to_many
    links = [
        Link(
            name=field.name,
            field=field,
            related=field.related_model,
            key=column_of(field.related_model._meta.pk),
        )
        for field in fields
        if not isinstance(field.related_model, str)
    ]
    return Shape(
        model=model,
        columns={each.name: each for each in columns},
        links={each.name: each for each in links},
        reserved=reserved_of(model),
    )
