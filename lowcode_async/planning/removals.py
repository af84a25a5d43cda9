"""Values that would go with their field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.models import F, Func, QuerySet
from django.db.models.functions import Length

from lowcode_async.planning.changes import effective_default
from lowcode_async.planning.findings import MAX_SAMPLES, Finding, FindingKind, Sample
from lowcode_async.planning.keeping import ROWS, Loss
from lowcode_async.planning.lost_values import NOTHING, Special, Written, key_text, written
from lowcode_async.planning.rows import Column
from lowcode_async.planning.samples import key_json, value_json
from lowcode_async.planning.shapes import Kind, shape_of
from lowcode_async.planning.whole_rows import samples_of_rows

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

NO_VALUE: Final = object()


def removal_of(column: Column, name: str, *, besides: Any = NO_VALUE) -> Iterator[Finding]:
    """Yield what would be lost with a field: every value but NULL and empty text, every link.

    Args:
        column: of the field, whatever it is called by now.
        name: what people know it by.
        besides: a value that does not count either.
    """
    count, samples = _links(column) if column.field.many_to_many else _values(column, besides)
    if count:
        yield _removed(name, count, samples)


def _removed(name: str, count: int, samples: tuple[Sample, ...]) -> Finding:
    return Finding(
        kind=FindingKind.REMOVED,
        field=name,
        count=count,
        code="field_removed_with_values",
        params={"field": name},
        samples=samples,
    )


def end_of(
    model: type[models.Model], connection: BaseDatabaseWrapper, *, name: str
) -> Finding | None:
    """Return the rows that would go with a model of this name; None if there are none."""
    rows = model._base_manager.using(connection.alias)
    if not (count := rows.count()):
        return None
    return Finding(
        kind=FindingKind.REMOVED,
        field="",
        count=count,
        code="model_removed_with_rows",
        params={"model": name, "count": count},
        samples=samples_of_rows(model, connection),
    )


def holds_values(column: Column, *, besides: Any = NO_VALUE) -> bool:
    """Tell whether anything would be lost with a field."""
    held = _links_of(column) if column.field.many_to_many else _held(column, besides)
    return held.exists()


def filled_in(field: models.Field[Any, Any]) -> Any:
    """Return the one value that rows get when a field is added; they lose nothing when it goes again."""
    if field.many_to_many or not field.has_default() or callable(field.default):
        return NO_VALUE
    return effective_default(field)


def losses_of(column: Column) -> Iterator[list[Loss]]:
    """Yield all that goes with a field, page by page: every value but NULL, every link."""
    if column.field.many_to_many:
        yield from _lost_links(column)
        return
    held = column.rows.filter(**{f"{column.field.attname}__isnull": False})
    for page in column.pages(among=held):
        yield losses_in(column, page)


def losses_in(column: Column, page: Sequence[tuple[Any, Any]]) -> list[Loss]:
    """Return what goes of some rows: their keys and values."""
    shape = shape_of(column.plain_field)
    kind = shape.kind if shape else Kind.TEXT
    return [
        _gone(key_text(key), written(kind, value if shape else str(value)))
        for key, value in page
        if value is not None
    ]


def removal_in(
    column: Column, page: Sequence[tuple[Any, Any]], name: str, *, besides: Any = NO_VALUE
) -> Finding | None:
    """Return what of some rows would be lost with a field, as `removal_of` does of all."""
    uncounted_ = uncounted(column, besides=besides)
    lost = {each.key for each in losses_in(column, page) if each.value not in uncounted_}
    shape = shape_of(column.plain_field)
    samples = (
        Sample(key=key_json(key), before=value_json(shape, value), after=None)
        for key, value in page
        if key_text(key) in lost
    )
    return _removed(name, len(lost), tuple(islice(samples, MAX_SAMPLES))) if lost else None


def _lost_links(column: Column) -> Iterator[list[Loss]]:
    links, after = _links_of(column), 0
    ends = [each.attname for each in link_ends(column.field)]
    while True:
        found = list(links.filter(pk__gt=after).order_by("pk").values_list("pk", *ends)[:ROWS])
        texts = (key_text(here, there) for _, here, there in found)
        yield [_gone(text, Written(Special.LINK, text)) for text in texts]
        if len(found) < ROWS:
            return
        after = found[-1][0]


def link_ends(field: Any) -> tuple[Any, Any]:
    """Return the fields of a many-to-many relation's table: to its own model, and to the other."""
    through = field.remote_field.through._meta
    return (
        through.get_field(field.m2m_field_name()),
        through.get_field(field.m2m_reverse_field_name()),
    )


def _gone(key: str, value: Written) -> Loss:
    return Loss(key=key, value=value, became=NOTHING, finding=FindingKind.REMOVED)


_BYTES: Final = "CAST(CONVERT(%(expressions)s USING utf8mb4) AS BINARY)"


def _held(column: Column, besides: Any = NO_VALUE) -> QuerySet[Any]:
    name = column.field.attname
    shape = shape_of(column.plain_field)
    held: QuerySet[Any] = column.rows.filter(**{f"{name}__isnull": False})
    if shape is not None and shape.kind is Kind.TEXT:
        # Not ``= ''``: to MariaDB, spaces are nothing.
        held = held.annotate(_lowcode_length=Length(name)).filter(_lowcode_length__gt=0)
        if column.connection.vendor == "mysql" and isinstance(besides, str):
            # Nor ``= besides``: to it, small letters are capital ones.
            held = held.annotate(
                _lowcode_bytes=Func(F(name), template=_BYTES, output_field=models.BinaryField())
            )
            return held.exclude(_lowcode_bytes=besides.encode())
    return held if besides is NO_VALUE else held.exclude(**{name: besides})


def uncounted(column: Column, *, besides: Any = NO_VALUE) -> set[Written]:
    """Return which of the `losses_of` a field do not count: empty text, and a value; see `removal_of`."""
    shape = shape_of(column.plain_field)
    kind = shape.kind if shape else Kind.TEXT
    found = {written(kind, "")} if kind is Kind.TEXT else set()
    return found if besides is NO_VALUE else found | {written(kind, besides)}


def _values(column: Column, besides: Any) -> tuple[int, tuple[Sample, ...]]:
    held, shape = _held(column, besides), shape_of(column.plain_field)
    found = held.annotate(_lowcode_value=column.value).values_list("pk", "_lowcode_value")
    return held.count(), tuple(
        Sample(key=key_json(key), before=value_json(shape, column.read(raw)), after=None)
        for key, raw in found[:MAX_SAMPLES]
    )


def _links_of(column: Column) -> QuerySet[Any]:
    rows: QuerySet[Any] = column.field.remote_field.through._base_manager.using(
        column.connection.alias
    )
    return rows


def _links(column: Column) -> tuple[int, tuple[Sample, ...]]:
    links = _links_of(column)
    ends = [each.attname for each in link_ends(column.field)]
    found = links.order_by("pk").values_list(*ends)[:MAX_SAMPLES]
    return links.count(), tuple(
        Sample(key=key_json(here), before=key_json(there), after=None) for here, there in found
    )
