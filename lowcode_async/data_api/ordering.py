"""In which order rows come; always a complete one, so that no page shows a row twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Q

from lowcode_async.data_api.columns import Column, Link
from lowcode_async.data_api.filters import way
from lowcode_async.data_api.lookups import UNORDERED
from lowcode_async.data_api.reach import Reach
from lowcode_async.definitions.constants.base import ConstantInvalid
from lowcode_async.definitions.kinds import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKey:
    """One thing that rows are ordered by."""

    path: str
    column: Column
    descending: bool = False
    nullable: bool = False

    @property
    def spelled(self) -> str:
        """How Django spells it."""
        return f"-{self.path}" if self.descending else self.path

    def backwards(self) -> OrderKey:
        """Return the opposite."""
        return OrderKey(
            path=self.path,
            column=self.column,
            descending=not self.descending,
            nullable=self.nullable,
        )


def order_keys(reach: Reach, name: str) -> OrderKey:
    """Return what a name in ``ordering`` asks for.

    Raises:
        NoSuchField, ProjectMissing: see `filters.way`.
        ConstantInvalid: rows cannot be ordered by that.
    """
    going = way(reach, name.strip().removeprefix("-"))
    if going.rest or isinstance(going.relation, Link) or going.column.type in UNORDERED:
        raise ConstantInvalid("ordering_impossible", name=shown(name))
    relation = going.relation
    through = relation is not None and relation.field.null
    return OrderKey(
        path=going.path,
        column=going.column,
        descending=name.strip().startswith("-"),
        nullable=through or going.column.field.null,
    )


def default_order(reach: Reach, asked: Sequence[OrderKey] | None = None) -> tuple[OrderKey, ...]:
    """Return `asked`, or else the model's own order, with the key behind it."""
    keys = list(asked if asked is not None else _own(reach))
    if not any(each.path == reach.shape.key.attname for each in keys):
        keys.append(OrderKey(path=reach.shape.key.attname, column=reach.shape.key))
    return tuple(keys)


def _own(reach: Reach) -> list[OrderKey]:
    """Return the order in the model's Meta, as far as it names fields."""
    ordering: Any = reach.model._meta.ordering
    try:
        return [order_keys(reach, name) for name in ordering]
    except (AttributeError, ConstantInvalid, LookupError):
        return []


def beyond(keys: Sequence[OrderKey], values: Sequence[Any], using: str) -> Q:
    """Return the condition that a row comes behind the one with these values."""
    nulls_last = connections[using].features.nulls_order_largest
    found, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        found |= same & _behind(key, value, nulls_last=nulls_last)
        same &= Q(**{f"{key.path}__isnull": True}) if value is None else Q(**{key.path: value})
    return found


def _behind(key: OrderKey, value: Any, *, nulls_last: bool) -> Q:
    null = Q(**{f"{key.path}__isnull": True})
    nulls_behind = nulls_last is not key.descending
    if value is None:
        return Q(pk__in=[]) if nulls_behind else ~null
    further = Q(**{f"{key.path}__{'lt' if key.descending else 'gt'}": value})
    return further | null if key.nullable and nulls_behind else further
