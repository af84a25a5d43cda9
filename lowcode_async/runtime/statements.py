"""Queries compiled once: Django makes the SQL, and what differs the next time is values.

Compiling takes Django longer than a small query takes the database, and comes to the same text each
time. Nothing of what is found is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import FullResultSet
from django.db import connections
from django.db.models import QuerySet, Subquery
from django.db.models.expressions import BaseExpression

try:
    from psycopg.types.datetime import TimestamptzLoader
except ImportError:  # a site without PostgreSQL
    TimestamptzLoader = None  # type: ignore[assignment, misc]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A query without the values that stand in it."""

    sql: str
    expressions: tuple[BaseExpression | None, ...]
    """What it selects, in order; None for numbers, which come as they are."""
    using: str
    """Alias of the database it was made for."""
    kind: type[Any]
    """Django's compiler for it."""

    def tuples(self, params: Sequence[Any], *, limit: tuple[int, int] | None = None) -> list[Any]:
        """Return what it finds.

        Args:
            params: the values, in the order of the SQL.
            limit: the first of the rows, and the first of those after.
        """
        connection = connections[self.using]
        text = f" {connection.ops.limit_offset_sql(*limit)}" if limit is not None else ""
        with connection.cursor() as cursor:
            _load_times_in_c(cursor)
            cursor.execute(self.sql + text, params)
            found: list[Any] = cursor.fetchall()
        compiler = self.kind(None, connection, self.using)
        converters = compiler.get_converters(self.expressions)
        return list(compiler.apply_converters(found, converters)) if converters else found


def _load_times_in_c(cursor: Any) -> None:
    """Let psycopg itself read points in time: the session has the time zone that Django would put in."""
    adapters = getattr(cursor.cursor, "adapters", None)
    if adapters is not None and settings.USE_TZ and TimestamptzLoader is not None:
        adapters.register_loader("timestamptz", TimestamptzLoader)


def compiled(rows: QuerySet[Any, Any]) -> tuple[Statement, tuple[Any, ...]]:
    """Return the statement of a queryset of tuples, and the values in it.

    Args:
        rows: what is selected by a subquery must be numbers.

    Raises:
        EmptyResultSet: Django knows without asking that nothing will be found.
    """
    compiler: Any = rows.query.get_compiler(using=rows.db)
    sql, params = compiler.as_sql()
    statement = Statement(
        sql=sql,
        expressions=tuple(
            None if isinstance(each, Subquery) else each for each, _, _ in compiler.select
        ),
        using=rows.db,
        kind=type(compiler),
    )
    return statement, tuple(params)


def condition(rows: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]]:
    """Return what a queryset joins and filters by, as SQL, and the values in it.

    Two querysets of one model with the same SQL here differ in values only. The joins belong to it: what
    is filtered through two relations to the same model looks the same but for what they join on.

    Raises:
        EmptyResultSet: Django knows without asking that nothing will be found.
    """
    query = rows.query
    compiler: Any = query.get_compiler(using=rows.db)
    try:
        sql, params = compiler.compile(query.where)
    except FullResultSet:
        sql, params = "", ()
    tables, joined = compiler.get_from_clause()
    return f"{' '.join(tables)} WHERE {sql}", (*joined, *params)
