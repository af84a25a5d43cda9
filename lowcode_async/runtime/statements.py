"""Queries compiled once: Django makes the SQL, and what differs the next time is values.

Compiling takes Django longer than a small query takes the database, and comes to the same text each
time. Nothing of what is found is kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import FullResultSet
from django.db import DataError, NotSupportedError, ProgrammingError, connections
from django.db.models import QuerySet, Subquery
from django.db.models.expressions import BaseExpression, RawSQL

try:
    from psycopg import Cursor as PreparingCursor
    from psycopg.types.datetime import TimestamptzLoader
    from psycopg.types.string import TextLoader
except ImportError:  # a site without PostgreSQL
    TextLoader = None  # type: ignore[assignment, misc]
    PreparingCursor = None  # type: ignore[assignment, misc]
    TimestamptzLoader = None  # type: ignore[assignment, misc]

_times: Final = itertools.count(1)


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
    converted: bool
    """Whether Django converts what the database answers."""
    rest: str = ""
    """What stands behind the limit, which else is the end."""

    def tuples(
        self,
        params: Sequence[Any],
        *,
        limit: tuple[int, int] | None = None,
        decimals_as_text: bool = False,
    ) -> list[Any]:
        """Return what it finds.

        Args:
            params: the values, in the order of the SQL.
            limit: the first of the rows, and the first of those after.
            decimals_as_text: whether PostgreSQL's own text will do for decimal numbers.
        """
        connection = connections[self.using]
        text = f" {connection.ops.limit_offset_sql(*limit)}" if limit is not None else ""
        sql = self.sql + text + self.rest
        found = _found(connection, sql, params, _loaders(decimals_as_text=decimals_as_text))
        if not self.converted:
            return found
        compiler = self.kind(None, connection, self.using)
        converters = compiler.get_converters(self.expressions)
        return list(compiler.apply_converters(found, converters))


def _loaders(*, decimals_as_text: bool) -> dict[str, Any]:
    """Return what psycopg itself is to read values by, in C, and not Django in Python.

    Points in time are in the time zone of the session, which is the one that Django would put in.
    """
    loaders: dict[str, Any] = {"timestamptz": TimestamptzLoader} if settings.USE_TZ else {}
    return loaders | ({"numeric": TextLoader} if decimals_as_text else {})


def _found(
    connection: Any, sql: str, params: Sequence[Any], loaders: Mapping[str, Any]
) -> list[Any]:
    """Return what a query finds; on PostgreSQL it is prepared, where the site's options let psycopg do so.

    What the server will not prepare, or did before a column got another type, is asked plainly.
    """
    connection.ensure_connection()
    if _prepares(connection):
        try:
            return _fetched(_preparing(connection), sql, params, loaders)
        except (DataError, NotSupportedError, ProgrammingError):
            _forget_prepared(connection)
    return _fetched(connection.cursor(), sql, params, loaders)


def _prepares(connection: Any) -> bool:
    # Within a transaction nothing could be asked again.
    threshold = getattr(connection.connection, "prepare_threshold", None)
    return threshold is not None and not connection.in_atomic_block


def _forget_prepared(connection: Any) -> None:
    """Let the server drop what is prepared; psycopg sees that, and prepares anew.

    It looks at statements that it has not counted yet, so each is another one.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"DEALLOCATE ALL -- {next(_times)}")


def _preparing(connection: Any) -> Any:
    """Return a cursor that leaves the values to the server; Django's own puts them into the SQL."""
    cursor = PreparingCursor(connection.connection)
    if connection.queries_logged:
        return connection.make_debug_cursor(cursor)
    return connection.make_cursor(cursor)


def _fetched(
    wrapped: Any, sql: str, params: Sequence[Any], loaders: Mapping[str, Any]
) -> list[Any]:
    with wrapped as cursor:
        adapters = getattr(cursor.cursor, "adapters", None)
        if adapters is not None:  # psycopg's
            for name, loader in loaders.items():
                adapters.register_loader(name, loader)
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def compiled(rows: QuerySet[Any, Any]) -> tuple[Statement, tuple[Any, ...]]:
    """Return the statement of a queryset of tuples, and the values in it.

    Args:
        rows: what is selected by a subquery, or by SQL, must be numbers.

    Raises:
        EmptyResultSet: Django knows without asking that nothing will be found.
    """
    compiler: Any = rows.query.get_compiler(using=rows.db)
    sql, params = compiler.as_sql()
    selected = [
        None if isinstance(each, Subquery | RawSQL) else each for each, _, _ in compiler.select
    ]
    statement = Statement(
        sql=sql,
        expressions=tuple(selected),
        using=rows.db,
        kind=type(compiler),
        converted=bool(compiler.get_converters(selected)),
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
