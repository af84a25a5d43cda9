"""From two shapes to the part of their conversion that the database does by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings

from lowcode_async.planning.changes import widens
from lowcode_async.planning.shapes import Kind, Shape
from lowcode_async.planning.shortcuts import numbers, texts, times
from lowcode_async.planning.shortcuts.shortcut import Part, Shortcut
from lowcode_async.planning.shortcuts.sources import SOURCES, Source
from lowcode_async.planning.shortcuts.sql import ITSELF, NEVER, Sql

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

FROM_TEXT: Mapping[Kind, Callable[[Shape], Part | None]] = {
    Kind.TEXT: texts.text_from_text,
    Kind.INTEGER: numbers.integer_from_text,
    Kind.FLOAT: numbers.float_from_text,
    Kind.DECIMAL: numbers.decimal_from_text,
    Kind.BOOLEAN: numbers.boolean_from_text,
    Kind.DATE: times.date_from_text,
    Kind.DATETIME: times.moment_from_text,
    Kind.TIME: times.time_from_text,
    Kind.UUID: texts.uuid_from_text,
}
FROM_NUMBER: Mapping[Kind, Callable[[int, Shape], Part]] = {
    Kind.INTEGER: numbers.integer_from_number,
    Kind.FLOAT: numbers.float_from_number,
    Kind.DECIMAL: numbers.decimal_from_number,
    Kind.BOOLEAN: lambda _, shape: numbers.boolean_from_number(shape),
}
FROM_FLOAT: Mapping[Kind, Callable[[Shape], Part]] = {
    Kind.INTEGER: numbers.integer_from_float,
    Kind.DECIMAL: numbers.decimal_from_float,
    Kind.BOOLEAN: numbers.boolean_from_number,
}
IN_TIME: Mapping[tuple[Kind, Kind], Callable[[], Part]] = {
    (Kind.DATE, Kind.DATETIME): times.moment_from_date,
    (Kind.DATETIME, Kind.DATE): times.date_from_moment,
}


def shortcut_of(
    source: Shape, target: Shape, *, name: str, field: Any, connection: BaseDatabaseWrapper
) -> Shortcut | None:
    """Return the part of a conversion that a database does by itself; None if there is none.

    Args:
        source: what the old column can hold.
        target: what the new column can hold.
        name: attribute of the old column.
        field: the new column's field.
        connection: the database.
    """
    if Kind.DATETIME in (source.kind, target.kind) and not _keeps_utc(connection):
        return None
    part = part_of(source, target)
    if part is None or part.guard.on(connection.vendor) == NEVER:
        return None
    return Shortcut(name=name, part=part, output_field=field)


def part_of(source: Shape, target: Shape) -> Part | None:
    """Return the part of a conversion that databases do by themselves."""
    values = SOURCES[source.kind](source)
    if source.kind is target.kind and (source == target or widens(source, target)):
        return Part(guard=values.valid, expression=ITSELF, losses={})
    part = _read(values, source, target)
    if part is None:
        return None
    return Part(
        guard=values.valid.then(part.guard),
        expression=part.expression,
        losses={kind: values.valid.then(loss) for kind, loss in part.losses.items()},
    )


def _read(values: Source, source: Shape, target: Shape) -> Part | None:
    if source.kind is Kind.TEXT:
        return FROM_TEXT[target.kind](target) if target.kind in FROM_TEXT else None
    if target.kind is Kind.TEXT:
        return None if values.text is None else texts.text_from_other(values, target)
    if (pair := (source.kind, target.kind)) in IN_TIME:
        return IN_TIME[pair]()
    if values.number is None:
        return None
    if values.places is None:
        return FROM_FLOAT[target.kind](target) if target.kind in FROM_FLOAT else None
    if target.kind not in FROM_NUMBER:
        return None
    return _over(FROM_NUMBER[target.kind](values.places, target), values.number)


def _over(part: Part, number: Sql) -> Part:
    """Return a part over the numbers that values are, instead of over the values."""
    return Part(
        guard=part.guard.of(number),
        expression=part.expression.of(number),
        losses={kind: loss.of(number) for kind, loss in part.losses.items()},
    )


def _keeps_utc(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether moments stand in the database as those of UTC."""
    return bool(settings.USE_TZ) and connection.timezone_name == "UTC"
