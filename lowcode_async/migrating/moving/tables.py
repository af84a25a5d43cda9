"""The tables of one move: the new one, the old one once it is over, and a list of rows to move again.

Everything bears the number of its upgrade, so what a worker leaves that is killed can be found and
dropped. A row of the new table is always one of the old table as it stands: a trigger takes a row away
that others write, and lists its key. Hence whoever deletes what a row points at is not refused for the
sake of the new table, and no row in it can be at odds with one that has gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from lowcode_async.migrating.moving.schema import as_index, index_in, release, rename_indexes
from lowcode_async.migrating.numbered import upgrade_in

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

MOVE: Final = "lowcode_move_"
"""Tables of this name belong to a move."""

_STANDING: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB %s"
_INDEXES: Final = (
    "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql NOT NULL"
)
_DEFINITION: Final = "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = %s"
_TRIGGERS: Final = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB %s"
_EVENTS: Final = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one move, and its triggers. All that changes something belongs in a transaction."""

    connection: BaseDatabaseWrapper
    task_id: UUID

    @property
    def new(self) -> str:
        """The table that rows move to."""
        return self._name("new")

    @property
    def old(self) -> str:
        """The table that they have left, when the new one has taken its name."""
        return self._name("old")

    @property
    def some(self) -> str:
        """A table in which some rows get their new form; it is gone at the end of the transaction."""
        return self._name("some")

    @property
    def keys(self) -> str:
        """The list of keys of rows that others have written."""
        return self._name("keys")

    def stand(self) -> bool:
        """Tell whether there is anything left of the move."""
        return self.task_id in standing(self.connection)

    def is_there(self, name: str) -> bool:
        """Tell whether there is a table of this name."""
        return bool(self._rows(_STANDING, name))

    # -- their life ------------------------------------------------------------------------------

    def begin(self, table: str, key: str, statements: Sequence[str]) -> None:
        """Make the new table, and the list with the triggers that fill it.

        Args:
            table: the old one.
            key: the column of its primary key.
            statements: make the table as it will be, and then its indexes, under their real names.
        """
        quote, (made, *indexes) = self.connection.ops.quote_name, statements
        # Where the table points at itself, it goes on to point at what has the name.
        self._execute(made.replace(quote(table), self.new, 1))
        for number, index in enumerate(indexes):
            named = as_index(index, f"{self.new}_{number}")
            self._execute(named.replace(f" ON {quote(table)}", f" ON {self.new}", 1))
        column, source = quote(key), quote(table)
        self._execute(f"CREATE TABLE {self.keys} AS SELECT {column} AS key FROM {source} WHERE 0")
        for event, rows in _EVENTS.items():
            written = [f"{row}.{column}" for row in rows]
            listed = ", ".join(f"({each})" for each in written)
            self._execute(
                f"CREATE TRIGGER {self._name(event.lower())} AFTER {event} ON {source} BEGIN"
                f" DELETE FROM {self.new} WHERE {column} IN ({', '.join(written)});"
                f" INSERT INTO {self.keys} (key) VALUES {listed}; END"
            )
        self._watch_replacing(table, column)

    def _watch_replacing(self, table: str, key: str) -> None:
        """Treat rows likewise that have the unique values of one that is written: REPLACE takes them away."""
        quote = self.connection.ops.quote_name
        for number, (names, condition) in enumerate(self._unique(table)):
            columns = [quote(each) for each in names]
            same = " AND ".join(f"{each} = NEW.{each}" for each in columns)
            rows = f"SELECT {key} FROM {quote(table)} WHERE {same}{condition}"
            of = "" if condition else f" OF {', '.join(columns)}"
            for event, others in (("INSERT", ""), (f"UPDATE{of}", f" AND {key} <> OLD.{key}")):
                self._execute(
                    f"CREATE TRIGGER {self._name(f'{event[:6].lower()}_{number}')}"
                    f" BEFORE {event} ON {quote(table)} BEGIN"
                    f" INSERT INTO {self.keys} (key) {rows}{others};"
                    f" DELETE FROM {self.new} WHERE {key} IN ({rows}{others}); END"
                )

    def _unique(self, table: str) -> list[tuple[list[str], str]]:
        """Return the columns of unique indexes, each with the condition of a partial one."""
        found, quote = [], self.connection.ops.quote_name
        for _, name, unique, *_ in self._rows(f"PRAGMA index_list({quote(table)})"):
            columns = [each for *_, each in self._rows(f"PRAGMA index_info({quote(name)})")]
            # Of expressions nobody says what they are: see `Rows.gone`.
            if unique and None not in columns:
                [(sql,)] = self._rows(_DEFINITION, name)
                _, where, condition = (sql or "").partition(") WHERE ")
                found.append((columns, f" AND ({condition})" if where else ""))
        return found

    def swap(self, table: str, statements: Sequence[str]) -> None:
        """Put the new table in the place of the old one; what points at it by its name goes on to."""
        self.stop()
        self._go_on_counting(table)
        there = [name for (name,) in self._rows(_INDEXES, table)]
        with self.connection.cursor() as cursor:
            rename_indexes(
                cursor,
                {name: f"{self.old}_{number}" for number, name in enumerate(there)}
                | {
                    f"{self.new}_{number}": index_in(each)
                    for number, each in enumerate(statements[1:])
                },
            )
            release(cursor, table)
        self._rename(table, self.old)
        self._rename(self.new, table)

    def stop(self) -> None:
        """Drop the triggers, and the list."""
        for (name,) in self._rows(_TRIGGERS, self._name("*")):
            self._execute(f"DROP TRIGGER {name}")
        self._execute(f"DROP TABLE IF EXISTS {self.keys}")

    def give_up(self) -> None:
        """Let the new table be of no consequence to anybody."""
        self.stop()
        with self.connection.cursor() as cursor:
            release(cursor, self.new)

    def discard_some(self, size: int) -> int | None:
        """Do a part of what it takes to drop the new table, or the old one; None if both have gone.

        To drop a large one in one go takes as long as to read it.

        Returns:
            How many rows have gone.
        """
        for name in (self.new, self.old):
            if not self.is_there(name):
                continue
            if indexes := self._rows(_INDEXES, name):
                self._execute(f'DROP INDEX "{indexes[0][0]}"')
                return 0
            gone = self._execute(
                f"DELETE FROM {name} WHERE rowid IN (SELECT rowid FROM {name} LIMIT {size})"
            )
            if gone < size:
                self._execute(f"DROP TABLE {name}")
            return gone
        return None

    # -- the list --------------------------------------------------------------------------------

    def listed(self, at_most: int) -> int:
        """Return how many keys are on the list; whether there are more does not matter."""
        [(count,)] = self._rows(f"SELECT count(*) FROM (SELECT 1 FROM {self.keys} LIMIT {at_most})")
        return int(count)

    def take(self, limit: int) -> list[Any]:
        """Take some keys off the list."""
        found = self._rows(f"SELECT rowid, key FROM {self.keys} ORDER BY rowid LIMIT {limit}")
        if found:
            self._execute(f"DELETE FROM {self.keys} WHERE rowid <= %s", found[-1][0])
        return list(dict.fromkeys(key for _, key in found))

    # -- in SQL ----------------------------------------------------------------------------------

    def _rename(self, table: str, to: str) -> None:
        """Rename a table, and nothing else: what points at it goes on to point at what has its name.

        That takes a connection that checks no foreign keys.
        """
        quote = self.connection.ops.quote_name
        [(formerly,)] = self._rows("PRAGMA legacy_alter_table")
        self._execute("PRAGMA legacy_alter_table = ON")
        try:
            self._execute(f"ALTER TABLE {quote(table)} RENAME TO {quote(to)}")
        finally:
            self._execute(f"PRAGMA legacy_alter_table = {formerly}")

    def _go_on_counting(self, table: str) -> None:
        """Let no row get a key that a deleted one has had."""
        if self.is_there("sqlite_sequence"):
            self._execute("DELETE FROM sqlite_sequence WHERE name = %s", self.new)
            self._execute(
                "INSERT INTO sqlite_sequence (name, seq)"
                " SELECT %s, seq FROM sqlite_sequence WHERE name = %s",
                self.new,
                table,
            )

    def _name(self, what: str) -> str:
        return f"{MOVE}{self.task_id.hex}_{what}"

    def _execute(self, sql: str, *params: Any) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, list(params) or None)
            return int(cursor.rowcount)

    def _rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, list(params) or None)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def standing(connection: BaseDatabaseWrapper) -> set[UUID]:
    """Return the upgrades of whose moves anything is there; none on other databases than SQLite."""
    if connection.vendor != "sqlite":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [f"{MOVE}*"])
        found = {upgrade_in(name, MOVE) for (name,) in cursor.fetchall()}
    return {each for each in found if each is not None}
