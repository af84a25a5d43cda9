"""Whole rows, kept aside when their model goes, and inserted again when it comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.core.management.color import no_style
from django.db import models
from django.db.models import QuerySet

from lowcode_async.models import LostValue
from lowcode_async.planning.conversions import Unreadable
from lowcode_async.planning.findings import MAX_SAMPLES, FindingKind, Sample
from lowcode_async.planning.keeping import Loss
from lowcode_async.planning.lost_values import (
    NOTHING,
    Special,
    Written,
    key_text,
    read,
    written,
)
from lowcode_async.planning.orphans import Targets
from lowcode_async.planning.rows import PAGE_OF_LARGE, Column
from lowcode_async.planning.samples import key_json, shortened, value_json
from lowcode_async.planning.shapes import Kind, shape_of
from lowcode_async.planning.writing import placeholder, prepared_value

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

WHOLE = ""
"""What stands for the field of a lost value that is a whole row."""


def losses_of_rows(
    model: type[models.Model], connection: BaseDatabaseWrapper
) -> Iterator[list[Loss]]:
    """Yield all rows of a table, page by page."""
    columns = _columns(model, connection)
    rows, names = _valued(model, connection, columns)
    after = None
    while True:
        left = rows if after is None else rows.filter(pk__gt=after)
        found = list(left.values_list("pk", *names)[:PAGE_OF_LARGE])
        if found:
            yield [_loss(columns, key, raws) for key, *raws in found]
            after = found[-1][0]
        if len(found) < PAGE_OF_LARGE:
            return


def samples_of_rows(
    model: type[models.Model], connection: BaseDatabaseWrapper
) -> tuple[Sample, ...]:
    """Return the first rows, with the values of each in one line."""
    columns = [each for each in _columns(model, connection) if not each.field.primary_key]
    rows, names = _valued(model, connection, columns)
    found = rows.values_list("pk", *names)[:MAX_SAMPLES]
    return tuple(
        Sample(key=key_json(key), before=_in_a_line(columns, raws), after=None)
        for key, *raws in found
    )


class Inserting:
    """Inserts rows as they were."""

    def __init__(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> None:
        self.model, self.connection = model, connection
        self.columns = _columns(model, connection)
        self.targets = {
            each.field.name: Targets.of(each)
            for each in self.columns
            if each.field.remote_field is not None and each.field.related_model is not model
        }

    def insert(self, rows: Sequence[LostValue]) -> list[LostValue]:
        """Insert rows, and return those that could be.

        A key whose target has gone becomes NULL; a row that must have it does not come back.
        """
        found = [(each, self._values(json.loads(each.value or "{}"))) for each in rows]
        usable = [(each, values) for each, values in found if values is not None]
        names = ", ".join(self._quoted(each.field.column) for each in self.columns)
        places = ", ".join(placeholder(each.field, self.connection) for each in self.columns)
        statement = (
            f"INSERT INTO {self._quoted(self.model._meta.db_table)} ({names}) VALUES ({places})"
        )
        # Rows may point at each other, whatever their order.
        with self.connection.constraint_checks_disabled(), self.connection.cursor() as cursor:
            cursor.executemany(statement, [values for _, values in usable])
        return [each for each, _ in usable]

    def _values(self, row: Any) -> list[Any] | None:
        found = []
        for each in self.columns:
            kind, text = row.get(each.field.name, (_kind(each), None))
            value = read(kind, text)
            if value is None or isinstance(value, Unreadable) or self._leads_nowhere(each, value):
                if not each.field.null:
                    return None
                value = None
            found.append(prepared_value(each.field, value, self.connection))
        return found

    def _leads_nowhere(self, column: Column, value: Any) -> bool:
        targets = self.targets.get(column.field.name)
        return targets is not None and targets.missing(value)

    def _quoted(self, name: str) -> str:
        quoted: str = self.connection.ops.quote_name(name)
        return quoted


def set_sequences(model: type[models.Model], connection: BaseDatabaseWrapper) -> None:
    """Let the next key be one that no row has."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _columns(model: type[models.Model], connection: BaseDatabaseWrapper) -> list[Column]:
    return [Column(model, each.name, connection) for each in model._meta.local_concrete_fields]


def _valued(
    model: type[models.Model], connection: BaseDatabaseWrapper, columns: Sequence[Column]
) -> tuple[QuerySet[Any], list[str]]:
    """Return all rows in the order of their keys, and under which names they have stored values."""
    values = {f"_lowcode_{number}": each.value for number, each in enumerate(columns)}
    rows = model._base_manager.using(connection.alias).order_by("pk").annotate(**values)
    return rows, list(values)


def _in_a_line(columns: Sequence[Column], raws: Sequence[Any]) -> str | None:
    told = []
    for each, raw in zip(columns, raws, strict=True):
        value = value_json(shape_of(each.plain_field), each.read(raw))
        if value is not None:
            text = value if isinstance(value, str) else json.dumps(value)
            told.append(f"{each.field.name}: {text}")
    return shortened(", ".join(told)) if told else None


def _loss(columns: Sequence[Column], key: Any, raws: Sequence[Any]) -> Loss:
    text = json.dumps(
        {
            each.field.name: written(_kind(each), each.read(raw))
            for each, raw in zip(columns, raws, strict=True)
        }
    )
    return Loss(
        key=key_text(key),
        value=Written(Special.ROW, text),
        became=NOTHING,
        finding=FindingKind.REMOVED,
    )


def _kind(column: Column) -> Kind:
    shape = shape_of(column.plain_field)
    return shape.kind if shape is not None else Kind.TEXT
