"""Reading a column in pages, whatever it holds."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, QuerySet
from django.utils.functional import cached_property

from lowcode_async.planning.conversions import Unreadable
from lowcode_async.planning.shapes import Kind, shape_of

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

PAGE = 2000
"""Rows read at once."""
PAGE_OF_LARGE = 200
"""The same, where one value may be megabytes."""
PORTION = 20_000
"""Rows that the database converts by itself in one statement."""
LARGE = (models.TextField, models.JSONField, models.BinaryField)

PYTHON_TYPES: dict[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.INTEGER: (int,),
    Kind.FLOAT: (float, int),
    Kind.DECIMAL: (Decimal,),
    Kind.BOOLEAN: (bool,),
    Kind.DATE: (dt.date,),
    Kind.DATETIME: (dt.datetime,),
    Kind.TIME: (dt.time,),
    Kind.DURATION: (dt.timedelta,),
    Kind.UUID: (uuid.UUID,),
    Kind.JSON: (object,),
    Kind.BINARY: (bytes, memoryview),
    Kind.ADDRESS: (str,),
}


class _AsItIs(Func):
    """The stored value itself: SQLite and its driver look at a column's type, not at an expression's."""

    template = "+%(expressions)s"
    arity = 1
    output_field = models.Field()


class Column:
    """One column of a table, read value by value."""

    def __init__(
        self, model: type[models.Model], name: str, connection: BaseDatabaseWrapper
    ) -> None:
        self.model = model
        self.field: Any = model._meta.get_field(name)
        self.connection = connection

    @cached_property
    def plain_field(self) -> models.Field[Any, Any]:
        """The field whose type the column has: for a relation, the key it points at."""
        field = self.field
        while field.remote_field is not None:
            field = field.target_field
        found: models.Field[Any, Any] = field
        return found

    @property
    def tables(self) -> list[str]:
        """The tables its values stand in: the model's, and that of a many-to-many relation."""
        own: list[str] = [self.model._meta.db_table]
        if self.field.many_to_many:
            own.append(self.field.remote_field.through._meta.db_table)
        return own

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """All rows of the table."""
        return self.model._base_manager.using(self.connection.alias).order_by("pk")

    def portions(
        self, *, size: Callable[[], int] = lambda: PORTION, up_to_now: bool = False
    ) -> Iterator[tuple[QuerySet[Any], int]]:
        """Yield all rows portion by portion, in the order of the keys, each with its size.

        Args:
            size: is asked how many rows the next portion has.
            up_to_now: whether to end with the row that is the last one now, though others insert more.
        """
        rows = self.rows
        if up_to_now:
            end = rows.values_list("pk", flat=True).last()
            rows = rows.none() if end is None else rows.filter(pk__lte=end)
        rest = rows
        while True:
            keys, many = rest.values_list("pk", flat=True), size()
            if last := list(keys[many - 1 : many]):
                yield rest.filter(pk__lte=last[0]), many
                rest = rows.filter(pk__gt=last[0])
                continue
            if left := rest.count():
                yield rest, left
            return

    def pages(
        self, *, among: QuerySet[Any] | None = None, after: Any = None
    ) -> Iterator[list[tuple[Any, Any]]]:
        """Yield pairs of primary key and value, page by page, in the order of the keys.

        A value that is not of its column's type is `Unreadable`: SQLite lets such in.

        Args:
            among: some of the `rows`; all of them if it is left out.
            after: a primary key.
        """
        rows = self._pairs(self.rows if among is None else among)
        size = PAGE_OF_LARGE if isinstance(self.plain_field, LARGE) else PAGE
        while True:
            found = self._page(rows if after is None else rows.filter(pk__gt=after), size)
            if found:
                yield found
            if len(found) < size:
                return
            after = found[-1][0]

    def first(self, size: int, *, among: QuerySet[Any]) -> list[tuple[Any, Any]]:
        """Return a page of the first rows among some."""
        return self._page(self._pairs(among), size)

    def _pairs(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        # As wherever a name is added to rows: none of their fields begins with an underscore.
        valued = rows.annotate(_lowcode_value=self.value)
        pairs: QuerySet[Any] = valued.values_list("pk", "_lowcode_value")
        return pairs

    def _page(self, pairs: QuerySet[Any], size: int) -> list[tuple[Any, Any]]:
        return [(key, self.read(raw)) for key, raw in pairs[:size]]

    @cached_property
    def guarded(self) -> bool:
        """Whether the column may hold what is not of its type."""
        return self.connection.vendor == "sqlite"

    @property
    def value(self) -> Any:
        """The expression for the stored value; `read` makes a value of it."""
        return _AsItIs(F(self.field.attname)) if self.guarded else F(self.field.attname)

    def read(self, raw: Any) -> Any:
        """Return a stored value as Django would, unless it is no such value."""
        if raw is None or not self.guarded:
            return raw
        value = raw
        try:
            if self._is_json:
                # Django gives the text itself where it is no JSON.
                json.loads(raw)
            for convert in self._converters:
                value = convert(value, self._expression, self.connection)
        except (ValueError, TypeError, AttributeError, ArithmeticError, ValidationError):
            return Unreadable(raw)
        return value if self._is_right(value) else Unreadable(raw)

    def _is_right(self, value: Any) -> bool:
        shape = shape_of(self.plain_field)
        if shape is None:
            return True
        if isinstance(value, bool) and shape.kind not in (Kind.BOOLEAN, Kind.JSON):
            return False
        return isinstance(value, PYTHON_TYPES[shape.kind])

    @cached_property
    def _is_json(self) -> bool:
        return isinstance(self.plain_field, models.JSONField)

    @cached_property
    def _expression(self) -> Any:
        return models.expressions.Col("", self.plain_field)

    @cached_property
    def _converters(self) -> list[Any]:
        return [
            *self.connection.ops.get_db_converters(self._expression),
            *self.plain_field.get_db_converters(self.connection),
        ]
