"""Keeping shadows in step with what is written while they are filled.

Triggers convert by the very guard and expression that fill the shadow, so that most writes need no
second look. A row about which the database is not sure, or was not before, goes into a list of
stale keys: the function of the conversion looks at it again, at the latest under the lock.

Everything bears the number of its upgrade, and the shadows say so in their comments. So what a
worker leaves that is killed can be found and dropped, whatever the table is called by then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from lowcode_async.migrating.numbered import upgrade_in
from lowcode_async.planning.shortcuts.sql import NEVER, VALUE

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.backends.base.base import BaseDatabaseWrapper

    from lowcode_async.planning.shortcuts import Shortcut

STALE: Final = "lowcode_stale_"
"""Tables of this name list stale keys."""

_FUNCTION: Final = "lowcode_watch_"
_TRIGGER: Final = "zz_lowcode_watch_"
"""Triggers go in the order of their names: ours sees what others have made of the row."""

_STANDING: Final = """
    SELECT relname FROM pg_class
    WHERE relname LIKE 'lowcode\\_stale\\_%' AND relkind = 'r' AND pg_table_is_visible(oid)
"""
_WATCHED: Final = """
    SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger WHERE tgname LIKE %s
"""
_SHADOWS: Final = """
    SELECT a.attrelid::regclass::text, quote_ident(a.attname)
    FROM pg_description d JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
    WHERE d.classoid = 'pg_class'::regclass AND d.description = %s AND NOT a.attisdropped
"""

_NAMES: Final = """
    SELECT quote_ident(current_schema()), quote_ident(n.nspname) || '.' || quote_ident(c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s::regclass
"""
"""The schema in which tables are made, and the whole name of one that is there."""

_OF_TEXTS: Final = ("TimeZone", "DateStyle", "IntervalStyle", "extra_float_digits", "bytea_output")
"""Settings of a session that say how values are written as texts, and read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One column that is converted, or that goes."""

    source: str
    shadow: str | None
    """None where it goes."""
    shortcut: Shortcut | None
    nullable: bool
    """Whether no value becomes no value."""
    doubted: bool
    """Whether each row that is written needs a second look: there may be an original for it."""

    def settled(self, row: str, quote: Any) -> str:
        """Return the condition that nobody needs to look at a row again.

        Args:
            row: ``NEW``, ``OLD``, or what else stands for one.
            quote: quotes the name of a column.
        """
        if self.doubted:
            return NEVER
        value = f"{row}.{quote(self.source)}"
        sure = NEVER if self.shortcut is None else self._on(self.shortcut.part.guard, value)
        return f"({sure} OR {value} IS NULL)" if self.nullable else f"({sure})"

    def value(self, quote: Any) -> str:
        """Return what the shadow of the new row holds; NULL where the database is not sure."""
        if self.shortcut is None:
            return "NULL"
        value = f"NEW.{quote(self.source)}"
        guard, expression = (
            self._on(each, value)
            for each in (self.shortcut.part.guard, self.shortcut.part.expression)
        )
        return f"CASE WHEN {guard} THEN {expression} END"

    @staticmethod
    def _on(sql: Any, value: str) -> str:
        text: str = sql.on("postgresql").replace(VALUE, value)
        return text


@dataclass(frozen=True, slots=True)
class Triggers:
    """The triggers of one upgrade, with what they note, on PostgreSQL."""

    connection: BaseDatabaseWrapper
    task_id: UUID

    notes_deletions: ClassVar[bool] = True

    # -- its life --------------------------------------------------------------------------------

    def begin(
        self, table: str, key: str, columns: Sequence[Watched], *, indexes: Sequence[str]
    ) -> None:
        """Watch a table whose shadows have just been added, in the same transaction.

        Args:
            table: its name.
            key: the column of its primary key.
            columns: what is converted, or goes.
            indexes: names of the indexes that will be built; none of them is there.
        """
        quote = self.connection.ops.quote_name
        self._execute(
            f"CREATE TABLE {self._stale} AS SELECT {quote(key)} AS stale_key FROM {quote(table)}"
            " WITH NO DATA"
        )
        # Where changes of all tables are published, rows without a key could not be deleted otherwise.
        self._execute(f"ALTER TABLE {self._stale} REPLICA IDENTITY FULL")
        self._execute(f"COMMENT ON TABLE {self._stale} IS '{json.dumps(list(indexes))}'")
        if columns:
            self._follow(table, key, columns)

    def _follow(self, table: str, key: str, columns: Sequence[Watched]) -> None:
        quote = self.connection.ops.quote_name
        for shadow in (each.shadow for each in columns if each.shadow is not None):
            self._execute(f"COMMENT ON COLUMN {quote(table)}.{quote(shadow)} IS '{self._comment}'")
        self._execute(self._function_for(table, key, columns))
        names = [key, *(each.source for each in columns)]
        pairs = [(f"NEW.{quote(name)}", f"OLD.{quote(name)}") for name in names]
        # Equal is not the same, 0.0 is not -0.0; and record images cannot be compared here: what pg_dump
        # makes of that would not be taken back. What fills the shadows changes none of it.
        changed = " OR ".join(
            f"{new} IS DISTINCT FROM {old} OR {new}::text IS DISTINCT FROM {old}::text"
            for new, old in pairs
        )
        self._trigger_on(table, "UPDATE", "_u", f"FOR EACH ROW WHEN ({changed})")
        self._trigger_on(table, "INSERT OR DELETE", "", "FOR EACH ROW")
        self._trigger_on(table, "TRUNCATE", "_t", "FOR EACH STATEMENT")

    def _trigger_on(self, table: str, event: str, suffix: str, when: str) -> None:
        name, quoted = f"{self._trigger}{suffix}", self.connection.ops.quote_name(table)
        self._execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {quoted} {when}"
            f" EXECUTE FUNCTION {self._function}()"
        )
        # Who applies the changes of another server, or loads a dump, fires no others.
        self._execute(f"ALTER TABLE {quoted} ENABLE ALWAYS TRIGGER {name}")

    def stands(self) -> bool:
        """Tell whether there is anything left of it."""
        return self.task_id in standing(self.connection)

    def end(self) -> None:
        """Drop everything, the shadows too."""
        self.stop()
        with self.connection.cursor() as cursor:
            cursor.execute(_SHADOWS, [self._comment])
            for table, shadow in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DROP COLUMN {shadow}", None)
            cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [self._stale])
            (indexes,) = cursor.fetchone()
            for name in json.loads(indexes or "[]"):
                quoted = self.connection.ops.quote_name(name)
                cursor.execute(f"DROP INDEX IF EXISTS {quoted}", None)
        self.forget()

    @contextmanager
    def held(self, table: str) -> Iterator[None]:
        """Take the table for the whole transaction, and watch no longer."""
        self._execute(
            f"LOCK TABLE {self.connection.ops.quote_name(table)} IN ACCESS EXCLUSIVE MODE"
        )
        self.stop()
        yield

    def stop(self) -> None:
        """Watch no longer; needs the table for itself."""
        with self.connection.cursor() as cursor:
            cursor.execute(_WATCHED, [f"{self._trigger}%".replace("_", r"\_")])
            for table, trigger in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {trigger} ON {table}", None)

    def keep(self, table: str, shadow: str, comment: str | None) -> None:
        """Let a shadow be a column like others."""
        quote = self.connection.ops.quote_name
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT quote_nullable(%s)", [comment])
            (quoted,) = cursor.fetchone()
            cursor.execute(f"COMMENT ON COLUMN {quote(table)}.{quote(shadow)} IS {quoted}", None)

    def forget(self) -> None:
        """Drop the list of stale keys, and what filled it."""
        self._execute(f"DROP TABLE IF EXISTS {self._stale}")
        self._execute(f"DROP FUNCTION IF EXISTS {self._function}()")

    # -- what it notes ---------------------------------------------------------------------------

    @contextmanager
    def taken(self, limit: int) -> Iterator[list[Any]]:
        """Take some stale keys off the list, in the current transaction."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self._stale} WHERE ctid = ANY(ARRAY("
                f"SELECT ctid FROM {self._stale} LIMIT {limit})) RETURNING stale_key"
            )
            keys = list({key for (key,) in cursor.fetchall()})
        yield keys

    def stale(self) -> list[Any]:
        """Return the stale keys."""
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT stale_key FROM {self._stale}")
            return [key for (key,) in cursor.fetchall()]

    # -- in SQL ----------------------------------------------------------------------------------

    def _function_for(self, table: str, key: str, columns: Sequence[Watched]) -> str:
        quote = self.connection.ops.quote_name
        with self.connection.cursor() as cursor:
            cursor.execute(_NAMES, [quote(table)])
            schema, whole = cursor.fetchone()
        old, new, each_row = (
            " AND ".join(each.settled(row, quote) for each in columns)
            for row in ("OLD", "NEW", "lowcode_row")
        )
        values = "\n".join(
            f"  NEW.{quote(each.shadow)} := {each.value(quote)};"
            for each in columns
            if each.shadow is not None
        )
        note = f"INSERT INTO {schema}.{self._stale} VALUES ({{}}.{quote(key)});"
        # Whoever may write to the table may note its keys, whatever else is granted to them; and what
        # a value is as text does not hang on their session.
        settings = " ".join(f"SET {each} FROM CURRENT" for each in _OF_TEXTS)
        return f"""
CREATE FUNCTION {self._function}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = {schema}, pg_temp {settings} AS $lowcode$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    INSERT INTO {schema}.{self._stale} SELECT lowcode_row.{quote(key)} FROM {whole} lowcode_row
    WHERE ({each_row}) IS NOT TRUE;
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' AND ({old}) IS NOT TRUE THEN
    {note.format("OLD")}
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
{values}
  IF ({new}) IS NOT TRUE THEN
    {note.format("NEW")}
  END IF;
  RETURN NEW;
END
$lowcode$"""

    @property
    def _stale(self) -> str:
        return f"{STALE}{self.task_id.hex}"

    @property
    def _function(self) -> str:
        return f"{_FUNCTION}{self.task_id.hex}"

    @property
    def _trigger(self) -> str:
        return f"{_TRIGGER}{self.task_id.hex}"

    @property
    def _comment(self) -> str:
        return f"lowcode_backfill {self.task_id.hex}"

    def _execute(self, sql: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, None)


def standing(connection: BaseDatabaseWrapper) -> set[UUID]:
    """Return the upgrades of which anything is there; none on other databases than PostgreSQL."""
    if connection.vendor != "postgresql":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, None)
        found = {upgrade_in(name, STALE) for (name,) in cursor.fetchall()}
    return {each for each in found if each is not None}
