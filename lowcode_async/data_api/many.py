"""Many rows at once, checked with a few queries for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, router, transaction
from django.db.models import Model

from lowcode_async.data_api.bodies import Values, escaped
from lowcode_async.data_api.columns import Column
from lowcode_async.data_api.reach import Reach
from lowcode_async.data_api.shapes import shape_of
from lowcode_async.data_api.validating import (
    missing_row,
    not_unique,
    problems_of,
    problems_of_error,
    without_value,
)
from lowcode_async.data_api.writing import Writer
from lowcode_async.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A row that is about to be saved, and where it comes from."""

    row: Model
    values: Values
    pointer: str


def problems_of_many(reach: Reach, drafts: Sequence[Draft]) -> list[Problem]:
    """Return what is wrong with all of these rows, their own problems first.

    A model written in Python is asked row by row, since its `full_clean` may be its own.
    """
    problems = [each for draft in drafts for each in draft.values.problems]
    if reach.published.definition is None:
        for draft in drafts:
            problems += problems_of(reach, draft.row, draft.values, pointer=draft.pointer)
    else:
        problems += _missing(reach, drafts)
        for draft in drafts:
            problems += _of_fields(reach, draft)
        problems += _repeated(reach, drafts)
    problems += _missing_links(reach, drafts)
    return problems


def _of_fields(reach: Reach, draft: Draft) -> Iterator[Problem]:
    """Check the values one by one; what a value points at is checked for all rows together."""
    row = draft.row
    relations = {each.name for each in reach.shape.columns.values() if each.related}
    known = {*draft.values.wrong, *without_value(row, draft.values.columns)}
    try:
        row.clean_fields(exclude=known | relations)
        if row._meta.unique_together or row._meta.constraints:
            alone = {each.name for each in _unique(reach)}
            row.validate_unique(exclude=known | alone)
            row.validate_constraints(exclude=known)
    except ValidationError as error:
        yield from problems_of_error(reach, row, error, draft.pointer)


def _unique(reach: Reach) -> list[Column]:
    """Return the columns each of whose values stands in one row only."""
    return [
        each for each in reach.shape.columns.values() if each.field.unique and not each.automatic
    ]


def _missing(reach: Reach, drafts: Sequence[Draft]) -> Iterator[Problem]:
    for column in reach.shape.columns.values():
        related = column.related
        if not related:
            continue
        field: Any = column.field
        target = shape_of(related).columns[field.target_field.name]
        wanted = [each for each in drafts if column.name not in each.values.wrong]
        keys = {column.value_of(each.row) for each in wanted} - {None}
        if not keys:
            continue
        found = reach.related(related, target, list(keys))
        there = set(found.values_list(target.attname, flat=True))
        for draft in wanted:
            key = column.value_of(draft.row)
            if key is not None and key not in there:
                draft.values.wrong.add(column.name)
                at = f"{draft.pointer}/{escaped(column.name)}"
                yield missing_row(at, column.name, key)


def _repeated(reach: Reach, drafts: Sequence[Draft]) -> Iterator[Problem]:
    """Yield values that must be unique, and stand in another row or twice among these."""
    for column in _unique(reach):
        wanted = [each for each in drafts if column.name not in each.values.wrong]
        values = {column.value_of(each.row) for each in wanted} - {None}
        if not values:
            continue
        rows = reach.model._base_manager.filter(**{f"{column.attname}__in": values})
        taken = dict(rows.values_list(column.attname, "pk"))
        for draft in wanted:
            value = column.value_of(draft.row)
            if value is None:
                continue
            if taken.setdefault(value, draft.row.pk or draft) not in (draft.row.pk, draft):
                at = f"{draft.pointer}/{escaped(column.name)}"
                yield not_unique(reach, draft.row, [column.name], at)


def _missing_links(reach: Reach, drafts: Sequence[Draft]) -> Iterator[Problem]:
    for link in reach.shape.links.values():
        wanted = [each for each in drafts if each.values.links.get(link.name)]
        keys = {key for each in wanted for key in each.values.links[link.name]}
        if not keys:
            continue
        found = reach.related(link.related, shape_of(link.related).key, list(keys))
        there = set(found.values_list("pk", flat=True))
        for draft in wanted:
            for index, key in enumerate(draft.values.links[link.name]):
                if key not in there:
                    at = f"{draft.pointer}/{escaped(link.name)}/{index}"
                    yield missing_row(at, link.name, key)


def insert(writer: Writer, drafts: Sequence[Draft]) -> list[Problem]:
    """Insert rows that have been checked; return what the database refuses none the less.

    That is what rows do to each other: values that are unique together, or by an index.
    """
    using = router.db_for_write(writer.reach.model)
    if len(drafts) > 1 and _in_bulk(writer.reach):
        try:
            with transaction.atomic(using=using):
                writer.reach.model._default_manager.bulk_create([each.row for each in drafts])
            _link(writer.reach, drafts)
            return []
        except IntegrityError:
            pass
    problems = []
    for draft in drafts:
        try:
            with transaction.atomic(using=using):
                draft.row.pk = draft.row.pk if not writer.reach.shape.key.automatic else None
                draft.row.save(force_insert=True)
        except IntegrityError as error:
            detail = {"detail": str(error.__cause__ or error).strip().partition("\n")[0]}
            problems.append(Problem(pointer=draft.pointer, code="row_refused", params=detail))
    if not problems:
        _link(writer.reach, drafts)
    return problems


def _link(reach: Reach, drafts: Sequence[Draft]) -> None:
    """Set the many-to-many relations of new rows."""
    for link in reach.shape.links.values():
        if link.field.remote_field.symmetrical:
            for draft in drafts:
                getattr(draft.row, link.name).set(draft.values.links.get(link.name, ()))
            continue
        between = [
            link.through(**{f"{link.source}_id": draft.row.pk, f"{link.target}_id": key})
            for draft in drafts
            for key in draft.values.links.get(link.name, ())
        ]
        if between:
            link.through._base_manager.bulk_create(between)


def _in_bulk(reach: Reach) -> bool:
    """Tell whether one statement may insert many rows: not if the model's `save` may be its own."""
    if reach.published.definition is None:
        return False
    connection = connections[reach.rows().db]
    return connection.features.can_return_rows_from_bulk_insert or not reach.shape.key.automatic
