"""Rows that have the same value as another row, by the database's own idea of the same."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Left

from lowcode_async.planning.findings import MAX_SAMPLES, Sample
from lowcode_async.planning.rows import Column
from lowcode_async.planning.samples import key_json, value_json
from lowcode_async.planning.shapes import shape_of


def duplicates_of(column: Column, *, cut_to: int | None = None) -> tuple[int, tuple[Sample, ...]]:
    """Return how many rows share their value with another one, and some of them.

    The database compares, by the column's collation.

    Args:
        column: the column that is to be unique.
        cut_to: compare only so many characters of its text.
    """
    value = column.value if cut_to is None else Left(column.field.attname, cut_to)
    groups = (
        column.rows.order_by()
        .filter(**{f"{column.field.attname}__isnull": False})
        .annotate(_lowcode_value=value)
        .values("_lowcode_value")
        .annotate(_lowcode_count=models.Count("pk"))
        .filter(_lowcode_count__gt=1)
        .values_list("_lowcode_value", "_lowcode_count")
    )
    total, samples = 0, list[Sample]()
    for shared, count in groups.iterator(chunk_size=2000):
        total += count
        if len(samples) < MAX_SAMPLES:
            samples.extend(_samples(column, value, shared))
    return total, tuple(samples[:MAX_SAMPLES])


def _samples(column: Column, value: Any, shared: Any) -> list[Sample]:
    """Return the first rows that have one value."""
    rows = column.rows.annotate(_lowcode_value=value).filter(_lowcode_value=shared)
    shape = shape_of(column.plain_field)
    return [
        Sample(
            key=key_json(key),
            before=value_json(shape, column.read(raw)),
            after=value_json(shape, column.read(raw)),
        )
        for key, raw in rows.values_list("pk", "_lowcode_value")[:2]
    ]
