"""What a statement does to a table: asked of each server, by watching it on an empty clone.

No list of ours says which change rewrites a table; such lists go stale with each release.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol

from django.db import DatabaseError


class Lock(StrEnum):
    """Who has to wait."""

    NONE = "none"
    WRITERS = "writers"
    EVERYBODY = "everybody"
    """Readers too."""


LOCKS: Final = tuple(Lock)
"""From the weakest to the strongest."""

_CHANGE: Final = re.compile(r"\s*(ALTER|CREATE|DROP|INSERT|UPDATE|DELETE|LOCK)\b", re.IGNORECASE)
_INDEX: Final = re.compile(r"\s*CREATE (UNIQUE )?INDEX\b", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Observation:
    """What has been seen of one operation."""

    rewrites: bool | None = False
    """Whether the rows are written anew; None if the server does not say."""
    scans: bool | None = False
    """Whether all rows are read."""
    lock: Lock = Lock.NONE
    """What its statements ask for."""


class Observer(Protocol):
    """Watches the table of one clone."""

    def watching(self) -> contextlib.AbstractContextManager[Observation]:
        """Watch what is executed in a block; the observation is complete when it has ended."""


def observer_of(place: Any, table: str) -> Observer:
    """Return what watches a table on this database."""
    observers: Mapping[str, Callable[[Any, str], Observer]] = {
        "sqlite": SQLiteObserver,
        "postgresql": PostgreSQLObserver,
        "mysql": MySQLObserver,
    }
    return observers[place.vendor](place, table)


def _stronger(first: Lock, second: Lock) -> Lock:
    return max(first, second, key=LOCKS.index)


class PostgreSQLObserver:
    """Sees by the file of the table whether it was rewritten, by the server's counters whether it was read."""

    def __init__(self, place: Any, table: str) -> None:
        self.place = place
        self.table = table

    @contextlib.contextmanager
    def watching(self) -> Iterator[Observation]:
        """Compare the file and the number of scans before and behind the block."""
        seen = Observation()

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
            if _CHANGE.match(sql) and self.table in sql:
                asked = Lock.WRITERS if _INDEX.match(sql) else Lock.EVERYBODY
                seen.lock = _stronger(seen.lock, asked)
            return execute(sql, params, many, context)

        file, scans = self._look()
        with self.place.execute_wrapper(note):
            yield seen
        file_after, scans_after = self._look()
        seen.rewrites = file_after != file
        seen.scans = seen.rewrites or (
            None if scans is None or scans_after is None else scans_after > scans
        )

    def _look(self) -> tuple[int, int | None]:
        with self.place.cursor() as cursor:
            cursor.execute(
                """
                SELECT pg_relation_filenode(%(table)s::regclass),
                       (SELECT sum(pg_stat_get_xact_numscans(each))
                        FROM (SELECT %(table)s::regclass::oid AS each
                              UNION SELECT indexrelid FROM pg_index
                              WHERE indrelid = %(table)s::regclass) AS both_kinds),
                       current_setting('track_counts')
                """,
                {"table": self.table},
            )
            file, scans, counted = cursor.fetchone()
        return int(file), int(scans or 0) if counted == "on" else None


class _Way(NamedTuple):
    """A way in which MySQL or MariaDB may be told to carry a statement out."""

    algorithm: str
    lock: str | None


_WAYS: Final = (
    _Way("INSTANT", None),
    _Way("NOCOPY", "NONE"),
    _Way("NOCOPY", "SHARED"),
    _Way("INPLACE", "NONE"),
    _Way("INPLACE", "SHARED"),
    _Way("COPY", "NONE"),
    _Way("COPY", "SHARED"),
)
"""From the cheapest to the dearest; the server refuses those that it cannot take."""
_DROPS_INDEX: Final = re.compile(r"\bDROP (INDEX|KEY|FOREIGN KEY|CONSTRAINT)\b", re.IGNORECASE)
_DDL: Final = re.compile(r"\s*(ALTER TABLE|(CREATE (UNIQUE )?|DROP )INDEX)\b", re.IGNORECASE)


class MySQLObserver:
    """Demands the cheapest way first, until the server does not refuse."""

    def __init__(self, place: Any, table: str) -> None:
        self.place = place
        self.table = table

    @contextlib.contextmanager
    def watching(self) -> Iterator[Observation]:
        """Execute each change of the table in the cheapest way there is, and note which it was."""
        seen = Observation()

        def find(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
            if not _DDL.match(sql) or self.table not in sql:
                return execute(sql, params, many, context)
            for way in _WAYS:
                try:
                    result = execute(_told(sql, way), params, many, context)
                except DatabaseError:
                    continue
                self._note(seen, sql, way)
                return result
            self._note(seen, sql, _Way("COPY", "EXCLUSIVE"))
            return execute(sql, params, many, context)

        with self.place.execute_wrapper(find):
            yield seen

    def _note(self, seen: Observation, sql: str, way: _Way) -> None:
        if way.lock is not None:
            asked = {"NONE": Lock.NONE, "SHARED": Lock.WRITERS}.get(way.lock, Lock.EVERYBODY)
            seen.lock = _stronger(seen.lock, asked)
        if way.algorithm == "INSTANT":
            return
        if not (way.algorithm == "NOCOPY" and _DROPS_INDEX.search(sql)):
            seen.scans = True
        if way.algorithm == "COPY" or (way.algorithm == "INPLACE" and self.place.mysql_is_mariadb):
            seen.rewrites = True
        elif way.algorithm == "INPLACE" and not seen.rewrites:
            # MySQL has no NOCOPY, and does not say whether what it does in place copies the rows.
            seen.rewrites = None


def _told(sql: str, way: _Way) -> str:
    clauses = [f"ALGORITHM={way.algorithm}", *([f"LOCK={way.lock}"] if way.lock else [])]
    if sql.lstrip().upper().startswith("ALTER"):
        return f"{sql}, {', '.join(clauses)}"
    return f"{sql} {' '.join(clauses)}"


class SQLiteObserver:
    """Reads in the program that SQLite makes of a statement what it does to the table's pages."""

    def __init__(self, place: Any, table: str) -> None:
        self.place = place
        self.table = table

    @contextlib.contextmanager
    def watching(self) -> Iterator[Observation]:
        """Have each statement explained before it is executed."""
        seen = Observation()

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
            if _CHANGE.match(sql) and self.table in sql:
                seen.lock = Lock.WRITERS
                rewrites, scans = self._explained(sql)
                seen.rewrites = seen.rewrites or rewrites
                seen.scans = seen.scans or scans
            return execute(sql, params, many, context)

        with self.place.execute_wrapper(note):
            yield seen

    def _explained(self, sql: str) -> tuple[bool, bool]:
        """Return whether a statement writes all rows anew, and whether it reads them."""
        if f"new__{self.table}" in sql:
            # Django moves all rows to a new table.
            return True, True
        plain = self.place.connection
        with self.place.wrap_database_errors:
            root = plain.execute(
                "SELECT rootpage FROM main.sqlite_master WHERE name = ?", [self.table]
            ).fetchone()
            program = [each[1:4] for each in plain.execute(f"EXPLAIN {sql}")]
        cursors = {
            first
            for name, first, second in program
            if name in ("OpenRead", "OpenWrite") and root and second == root[0]
        }
        scans = any(name in ("Rewind", "Last") and p1 in cursors for name, p1, _ in program)
        writes = any(name == "Insert" and p1 in cursors for name, p1, _ in program)
        return scans and writes, scans
