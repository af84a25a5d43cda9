"""How many rows tables have: counted while that is quick, else what the server believes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lowcode_async.sentences import JSON

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

COUNTED: Final = 10_000
"""Rows up to which a table is counted, on servers that know about how many there are."""

_BELIEVED: Final = {
    "postgresql": "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)",
    "mysql": "SELECT table_rows FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_name = %s",
}
"""What the server's own statistics say of a table; SQLite has none, and counts quickly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCount:
    """How many rows a table has."""

    count: int
    exact: bool
    """False: so many, about, as the server's statistics have it."""

    def to_json(self) -> dict[str, JSON]:
        """Return the wire form."""
        return {"count": self.count, "exact": self.exact}


def row_counts(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> dict[str, RowCount]:
    """Return the number of rows of each of these tables that is there."""
    there = set(connection.introspection.table_names())
    return {table: _count(connection, table) for table in tables if table in there}


def _count(connection: BaseDatabaseWrapper, table: str) -> RowCount:
    believed = _BELIEVED.get(connection.vendor)
    quoted = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        if believed is None:
            cursor.execute(f"SELECT COUNT(*) FROM {quoted}")
            return RowCount(count=cursor.fetchone()[0], exact=True)
        few = f"SELECT 1 FROM {quoted} LIMIT {COUNTED + 1}"
        cursor.execute(f"SELECT COUNT(*) FROM ({few}) AS few")
        (count,) = cursor.fetchone()
        if count <= COUNTED:
            return RowCount(count=count, exact=True)
        cursor.execute(believed, [quoted if connection.vendor == "postgresql" else table])
        row = cursor.fetchone()
        return RowCount(count=max(count, row[0] or 0 if row else 0), exact=False)
