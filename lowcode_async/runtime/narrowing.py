"""Filtering by columns of a model itself, without the way that Django goes for whatever filter.

Django splits each name, looks for joins, and clones the query on the way, all to come to one lookup
on one column. Where that is all there is to it, the lookup is made and added as Django would.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Lookup, Model, Q, QuerySet
from django.db.models.sql.where import AND

M = TypeVar("M", bound=Model)


def narrowed(rows: QuerySet[M, M], condition: Q) -> QuerySet[M, M]:
    """Return ``rows.filter(condition)``."""
    found = rows.all()
    lookups = _lookups(found, condition)
    if lookups is None:
        return rows.filter(condition)
    for each in lookups:
        found.query.where.add(each, AND)
    return found


def _lookups(rows: QuerySet[M, M], condition: Q) -> list[Lookup[Any]] | None:
    """Return what the condition asks for; None if it is not all by columns of the rows themselves."""
    if condition.negated or condition.connector != Q.AND or rows.query.is_sliced:
        return None
    found = []
    for child in condition.children:
        lookup = _lookup(rows, *child) if isinstance(child, tuple) else None
        if lookup is None:
            return None
        found.append(lookup)
    return found


def _lookup(rows: QuerySet[M, M], path: str, value: Any) -> Lookup[Any] | None:
    name, _, kind = path.rpartition("__")
    try:
        field: Any = rows.model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if not field.concrete or field.is_relation or field.model is not rows.model:
        return None
    made_of = field.get_lookup(kind)
    if made_of is None or value is None or hasattr(value, "resolve_expression"):
        return None
    lookup: Lookup[Any] = made_of(field.get_col(rows.query.get_initial_alias()), value)
    return lookup
