"""What the server says of constraints, indexes, defaults and comments, in its own words.

Each server writes a condition down in a form of its own, so what one says of a table means something only
beside what the same one says of an empty table made from the definition; see `clones`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class Particular(Enum):
    """What something is said of."""

    CONSTRAINT = auto()
    """A constraint or an index, by its name."""
    DEFAULT = auto()
    """What a column holds that nobody has filled, by the column's name."""
    COMMENT = auto()
    """By the column's name; "" is the table itself."""


Said: TypeAlias = Mapping[tuple[Particular, str], str]
"""Nothing is said by "", where the server knows of such things at all."""


def said_of(connection: BaseDatabaseWrapper, table: str) -> Said:
    """Return what the server says of a table that exists."""
    vendor = connection.vendor
    if vendor == "mysql" and getattr(connection, "mysql_is_mariadb", False):
        vendor = "mariadb"
    with connection.cursor() as cursor:
        return dict(_ASKED[vendor](cursor, table))


_Item: TypeAlias = tuple[tuple[Particular, str], str]


def _items(cursor: Any, kind: Particular, sql: str, *params: str) -> Iterator[_Item]:
    """Yield what a query says: pairs of a name and a text."""
    cursor.execute(sql, params)
    for name, text in cursor.fetchall():
        yield (kind, str(name)), "" if text is None else str(text)


# -- PostgreSQL ----------------------------------------------------------------------------------

_TABLE: Final = """
    (SELECT oid FROM pg_class
     WHERE relname = %s AND pg_table_is_visible(oid) AND relkind IN ('r', 'p'))
"""
_CHECKS_ON_POSTGRESQL: Final = f"""
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'c' AND conrelid = {_TABLE}
"""
_INDEXES_ON_POSTGRESQL: Final = f"""
    SELECT relname, CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END
        || substring(pg_get_indexdef(indexrelid) FROM ' USING (.*)$')
        || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = {_TABLE}
"""
_DEFAULTS_ON_POSTGRESQL: Final = f"""
    SELECT attname, coalesce(pg_get_expr(adbin, adrelid), '') || attidentity::text
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attnum > 0 AND NOT attisdropped AND attrelid = {_TABLE}
"""
_COMMENTS_ON_POSTGRESQL: Final = f"""
    SELECT attname, col_description(attrelid, attnum) FROM pg_attribute
    WHERE attnum > 0 AND NOT attisdropped AND attrelid = {_TABLE}
    UNION ALL SELECT '', obj_description({_TABLE}, 'pg_class')
"""


def _on_postgresql(cursor: Any, table: str) -> Iterator[_Item]:
    yield from _items(cursor, Particular.CONSTRAINT, _CHECKS_ON_POSTGRESQL, table)
    yield from _items(cursor, Particular.CONSTRAINT, _INDEXES_ON_POSTGRESQL, table)
    yield from _items(cursor, Particular.DEFAULT, _DEFAULTS_ON_POSTGRESQL, table)
    yield from _items(cursor, Particular.COMMENT, _COMMENTS_ON_POSTGRESQL, table, table)


# -- MySQL and MariaDB ---------------------------------------------------------------------------

_CHECKS_ON_MYSQL: Final = """
    SELECT constraint_name, CONCAT(check_clause, IF(enforced = 'NO', ' NOT ENFORCED', ''))
    FROM information_schema.check_constraints
    JOIN information_schema.table_constraints USING (constraint_schema, constraint_name)
    WHERE constraint_schema = DATABASE() AND table_name = %s
"""
_CHECKS_ON_MARIADB: Final = """
    SELECT constraint_name, check_clause FROM information_schema.check_constraints
    WHERE constraint_schema = DATABASE() AND table_name = %s
"""
_INDEXES_ON_MYSQL: Final = """
    SELECT index_name, CONCAT(IF(MIN(non_unique), '', 'UNIQUE '), GROUP_CONCAT(
        CONCAT(column_name, IF(collation = 'D', ' DESC', ''), COALESCE(CONCAT('(', sub_part, ')'), ''))
        ORDER BY seq_in_index SEPARATOR ', '))
    FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND table_name = %s GROUP BY index_name
"""
_DEFAULTS_ON_MYSQL: Final = """
    SELECT column_name, CONCAT(COALESCE(column_default, 'NULL'), ' ', extra)
    FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %s
"""
_COMMENTS_ON_MYSQL: Final = """
    SELECT column_name, column_comment FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = %s
    UNION ALL SELECT '', table_comment FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name = %s
"""


def _on_mysql(cursor: Any, table: str, checks: str = _CHECKS_ON_MYSQL) -> Iterator[_Item]:
    yield from _items(cursor, Particular.CONSTRAINT, checks, table)
    yield from _items(cursor, Particular.CONSTRAINT, _INDEXES_ON_MYSQL, table)
    yield from _items(cursor, Particular.DEFAULT, _DEFAULTS_ON_MYSQL, table)
    yield from _items(cursor, Particular.COMMENT, _COMMENTS_ON_MYSQL, table, table)


def _on_mariadb(cursor: Any, table: str) -> Iterator[_Item]:
    yield from _on_mysql(cursor, table, checks=_CHECKS_ON_MARIADB)


# -- SQLite --------------------------------------------------------------------------------------

_NAMED: Final = re.compile(
    r"""'(?:[^']|'')*'|CONSTRAINT\s+"(?P<name>\w+)"\s+(?=(?P<kind>CHECK|UNIQUE)\s*\()"""
)
"""A constraint with a name; or a text, in which something like that may stand."""
_WORD: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[()]")
"""What counts when parentheses are: what is quoted, and they themselves."""


def _on_sqlite(cursor: Any, table: str) -> Iterator[_Item]:
    """Yield what SQLite says: it keeps the statements as they were written."""
    cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = %s", [table])
    for kind, name, sql in cursor.fetchall():
        if kind == "table":
            for found in _named(sql):
                yield (Particular.CONSTRAINT, found["name"]), _clause(sql, found.end())
        elif kind == "index" and sql:
            unique = "UNIQUE " if sql.upper().startswith("CREATE UNIQUE") else ""
            yield (Particular.CONSTRAINT, name), unique + sql[sql.index("(") :]
    quoted = cursor.db.ops.quote_name(table)
    cursor.execute(f"PRAGMA table_info({quoted})")
    for _, name, _, _, default, _ in cursor.fetchall():
        yield (Particular.DEFAULT, name), default or ""


def constraints_on_sqlite(cursor: Any, table: str) -> dict[str, dict[str, Any]]:
    """Return a table's constraints and indexes as Django's introspection does, but for one thing.

    That one breaks the statement down, and is led astray by an ``ESCAPE`` clause: it takes the backslash
    for the beginning of a longer text. It loses what follows, or ends with an error.
    """
    quote = cursor.db.ops.quote_name
    cursor.execute(f"PRAGMA table_info({quote(table)})")
    keys = [name for _, name, _, _, _, key in cursor.fetchall() if key]
    found = {"__primary__": _constraint(keys, primary_key=True, unique=True)} if keys else {}
    cursor.execute(f"PRAGMA foreign_key_list({quote(table)})")
    for number, _, target, column, to, *_ in cursor.fetchall():
        found[f"fk_{number}"] = _constraint([column], foreign_key=(target, to))
    cursor.execute(f"PRAGMA index_list({quote(table)})")
    for _, name, unique, origin, _ in cursor.fetchall():
        if origin != "pk":
            cursor.execute(f"PRAGMA index_info({quote(name)})")
            columns = [column for _, _, column in cursor.fetchall()]
            found[name] = _constraint(columns, unique=bool(unique), index=True)
    cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
    for (sql,) in cursor.fetchall():
        checks = (each["name"] for each in _named(sql) if each["kind"] == "CHECK")
        found |= {name: _constraint([], check=True) for name in checks}
    return found


def _constraint(columns: list[str], **said: Any) -> dict[str, Any]:
    nothing = {"primary_key": False, "unique": False, "foreign_key": None, "check": False}
    return {"columns": columns, **nothing, "index": False, **said}


def _named(sql: str) -> Iterator[re.Match[str]]:
    return (found for found in _NAMED.finditer(sql) if found["name"] is not None)


def _clause(sql: str, start: int) -> str:
    """Return what begins at a place, as far as its parentheses reach."""
    depth = 0
    for word in _WORD.finditer(sql, start):
        depth += {"(": 1, ")": -1}.get(word[0], 0)
        if depth == 0 and word[0] == ")":
            return sql[start : word.end()]
    return sql[start:]


_ASKED: Final[Mapping[str, Callable[[Any, str], Iterable[_Item]]]] = {
    "postgresql": _on_postgresql,
    "mysql": _on_mysql,
    "mariadb": _on_mariadb,
    "sqlite": _on_sqlite,
}
