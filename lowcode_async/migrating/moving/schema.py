"""What SQLite has no statement for: other names for indexes, and keys that no longer point anywhere.

The text of a definition is changed where it is stored, as SQLite's own documentation of ALTER TABLE
has it for changes that leave all pages as they are. The transaction changes the schema by a statement, too:
that is how other connections notice.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_NAME: Final = r'"(?:[^"]|"")*"'
_INDEX: Final = re.compile(rf"(CREATE (?:UNIQUE )?INDEX )(?:{_NAME}|[^\s(]+)")
_REFERENCE: Final = re.compile(
    rf" REFERENCES {_NAME} \({_NAME}\)(?: DEFERRABLE INITIALLY DEFERRED)?"
)


def release(cursor: Any, table: str) -> None:
    """Let a table point at others no more, so that nobody is refused anything for its sake.

    Nothing happens where the library does not allow it; see `planning.moves`.
    """
    cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
    for (sql,) in cursor.fetchall():
        with _writable(cursor) as allowed:
            if not allowed:
                return
            cursor.execute(
                "UPDATE sqlite_master SET sql = %s WHERE type = 'table' AND name = %s",
                [_REFERENCE.sub("", sql), table],
            )


def rename_indexes(cursor: Any, names: Mapping[str, str]) -> None:
    """Give indexes other names, in this order."""
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL")
    definitions = dict(cursor.fetchall())
    with _writable(cursor):
        for name, to in names.items():
            cursor.execute(
                "UPDATE sqlite_master SET name = %s, sql = %s WHERE type = 'index' AND name = %s",
                [to, as_index(definitions[name], to), name],
            )


def as_index(sql: str, name: str) -> str:
    """Return the statement that makes an index of another name."""
    return _INDEX.sub(lambda found: f'{found[1]}"{name}"', sql, count=1)


def index_in(sql: str) -> str:
    """Return the name of the index that a statement of Django's makes."""
    found = re.match(rf"CREATE (?:UNIQUE )?INDEX ({_NAME})", sql)
    assert found is not None, sql
    return found[1][1:-1].replace('""', '"')


@contextlib.contextmanager
def _writable(cursor: Any) -> Iterator[bool]:
    cursor.execute("PRAGMA writable_schema = ON")
    cursor.execute("PRAGMA writable_schema")
    (allowed,) = cursor.fetchone()
    try:
        yield bool(allowed)
    finally:
        # Reads the schema anew, too.
        cursor.execute("PRAGMA writable_schema = RESET")
