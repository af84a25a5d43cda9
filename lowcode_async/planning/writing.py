"""Writing one column of many rows, quickly on each database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models
from django.db.models import F, QuerySet

from lowcode_async.planning.converting import Converting
from lowcode_async.planning.rows import Column
from lowcode_async.planning.shortcuts import Shortcut
from lowcode_async.planning.shortcuts.sql import VALUE

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

JOINED_ROWS = 500
JOINED_SIZE = 1_000_000
"""Characters of parameters in one statement, about; MariaDB takes 16 MB unless told otherwise."""


def fill_by_database(
    source: Column, target: Column, converting: Converting, *, total: int
) -> Iterator[tuple[QuerySet[Any], int]]:
    """Let the database convert what it converts by itself.

    Args:
        source: the old column.
        target: the new column.
        converting: what becomes of values.
        total: how many rows there are.

    Yields:
        The rows that are left to do, portion by portion, each with the size of its portion.
    """
    shortcut = converting.shortcut
    if shortcut is None:
        yield from source.portions()
    elif source.connection.vendor == "postgresql":
        _rewrite(source, target, shortcut)
        yield _still_empty(source, target, converting), total
    else:
        for rows, size in source.portions():
            yield _fill_portion(source, rows, size, target, converting, shortcut), size


def _rewrite(source: Column, target: Column, shortcut: Shortcut) -> None:
    """Fill the column while the table is written anew.

    An update of all rows would leave as many dead ones behind, and take eight times as long. The table
    is locked against everybody anyway, since the column was added.
    """
    connection = source.connection
    quote = connection.ops.quote_name
    value = quote(source.field.column)
    parameters = target.field.db_parameters(connection)
    collation = parameters.get("collation")
    guard, expression = (
        each.on(connection.vendor).replace(VALUE, value)
        for each in (shortcut.part.guard, shortcut.part.expression)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE {quote(source.model._meta.db_table)}"
            f" ALTER COLUMN {quote(target.field.column)} TYPE {parameters['type']}"
            f"{f' COLLATE {quote(collation)}' if collation else ''}"
            f" USING CASE WHEN {guard} THEN {expression} END"
        )


def _still_empty(source: Column, target: Column, converting: Converting) -> QuerySet[Any]:
    """Return the rows that have nothing in a new column where something belongs."""
    rows = source.rows.filter(**{f"{target.field.attname}__isnull": True})
    if converting.final.null:
        rows = rows.filter(**{f"{source.field.attname}__isnull": False})
    return rows


def _fill_portion(
    source: Column,
    rows: QuerySet[Any],
    size: int,
    target: Column,
    converting: Converting,
    shortcut: Shortcut,
) -> QuerySet[Any]:
    """Fill the column in some rows, and return those that are left."""
    name = target.field.attname
    written = rows.order_by().filter(shortcut.kept).update(**{name: shortcut.expression})
    if written == size:
        return rows.none()
    if converting.final.null:
        # They are empty to begin with, unless this is done once more.
        without = rows.order_by().filter(**{f"{source.field.attname}__isnull": True})
        without.filter(**{f"{name}__isnull": False}).update(**{name: None})
    judged = rows.annotate(_lowcode_verdict=shortcut.verdict)
    left: QuerySet[Any] = judged.exclude(_lowcode_verdict__in=converting.settled)
    return left


def copy_column(column: Column, into: str, *, keys: Sequence[Any]) -> None:
    """Copy one column into another as it is, in the rows of these primary keys, which are in order."""
    target: Any = column.model._meta.get_field(into)
    rows = column.rows.order_by().filter(pk__gte=keys[0], pk__lte=keys[-1], pk__in=keys)
    rows.update(**{target.attname: F(column.field.attname)})


def write_column(
    connection: BaseDatabaseWrapper,
    model: type[models.Model],
    name: str,
    rows: Sequence[tuple[Any, Any]],
) -> None:
    """Write values into one column.

    Args:
        connection: the database.
        model: whose table it is.
        name: the field that is written.
        rows: pairs of primary key and value, as Django's fields have them, in the order of the keys.
    """
    if not rows:
        return
    field: Any = model._meta.get_field(name)
    key: Any = model._meta.pk
    prepared = [
        (prepared_value(field, value, connection), key.get_db_prep_save(pk, connection))
        for pk, value in rows
    ]
    quote = connection.ops.quote_name
    names = _Names(
        table=quote(model._meta.db_table),
        column=quote(field.column),
        key=quote(key.column),
        type=field.db_type(connection),
        value=placeholder(field, connection),
    )
    with connection.cursor() as cursor:
        if connection.vendor not in _JOINS:
            # SQLite prepares the statement once, and makes no round trips.
            statement = f"UPDATE {names.table} SET {names.column} = %s WHERE {names.key} = %s"
            cursor.executemany(statement, prepared)
            return
        for batch in _batches(prepared):
            statement = _JOINS[connection.vendor](names, len(batch))
            within = [batch[0][1], batch[-1][1]]
            cursor.execute(statement, [*(each for pair in batch for each in pair), *within])


def placeholder(field: Any, connection: BaseDatabaseWrapper) -> str:
    """Return what stands for a value of a field in a statement.

    MySQL takes a string of bytes for text, and refuses what is no UTF-8.
    """
    return "UNHEX(%s)" if _as_hex(field, connection) else "%s"


def prepared_value(field: Any, value: Any, connection: BaseDatabaseWrapper) -> Any:
    """Return a value as the `placeholder` of its field takes it."""
    prepared = field.get_db_prep_save(value, connection)
    if prepared is not None and _as_hex(field, connection):
        return bytes(prepared).hex()
    return prepared


def _as_hex(field: Any, connection: BaseDatabaseWrapper) -> bool:
    return connection.vendor == "mysql" and isinstance(field, models.BinaryField)


class _Names(NamedTuple):
    """What a statement names, quoted."""

    table: str
    column: str
    key: str
    type: str
    value: str
    """The placeholder of a value."""


def _join_on_mysql(names: _Names, rows: int) -> str:
    others = [f"SELECT {names.value}, %s"] * (rows - 1)
    values = " UNION ALL ".join([f"SELECT {names.value} AS v, %s AS k", *others])
    return (
        f"UPDATE {names.table} t JOIN ({values}) lowcode_new ON t.{names.key} = lowcode_new.k"
        f" SET t.{names.column} = lowcode_new.v WHERE t.{names.key} BETWEEN %s AND %s"
    )


def _join_on_postgresql(names: _Names, rows: int) -> str:
    values = ", ".join(["(%s, %s)"] * rows)
    return (
        f"UPDATE {names.table} AS t SET {names.column} = lowcode_new.v::{names.type}"
        f" FROM (VALUES {values}) AS lowcode_new (v, k) WHERE t.{names.key} = lowcode_new.k"
        f" AND t.{names.key} BETWEEN %s AND %s"
    )


_JOINS = {"mysql": _join_on_mysql, "postgresql": _join_on_postgresql}
"""The table joined with its new values: one round trip for many rows.

The first and the last key stand beside, so that nobody thinks of reading the whole table.
"""


def _batches(prepared: Sequence[tuple[Any, Any]]) -> Iterator[list[tuple[Any, Any]]]:
    batch: list[tuple[Any, Any]] = []
    size = 0
    for value, key in prepared:
        batch.append((value, key))
        size += len(value) if isinstance(value, str | bytes) else 20
        if len(batch) >= JOINED_ROWS or size >= JOINED_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
