"""A table that is converted, and somebody who writes to it meanwhile."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import Any

import MySQLdb
import psycopg
from django.db import connection

from lowcode_async import get_model
from lowcode_async.models import LostValue
from lowcode_async.planning.findings import FindingKind
from tests.integration.migrating.changes import (
    NAME,
    Case,
    Change,
    field,
)
from tests.integration.migrating.dying import Died, Wire, is_write

TEXT = field("age", "CharField", max_length=20, null=True)
NUMBER = field("age", "IntegerField", null=True)
ROWS = 3000
AGES = ("7", " 8 ", "n/a", None)
"""The database is sure of the first and the last, the second is written in another way, the third lost."""
BECOMES = {"7": 7, " 8 ": 8, "n/a": None, None: None, "41": 41, " 42 ": 42, "?": None}
CHANGED = {" 8 ", "n/a", " 42 ", "?"}
"""What the way back would not give again."""
LOST = {"n/a", "?"}


def people(item: Any) -> None:
    item.objects.bulk_create(
        item(name=f"n{number}", age=AGES[number % 4]) for number in range(ROWS)
    )


CASE = Case(old=(NAME, TEXT), new=(NAME, NUMBER), rows=people, force=True)


BUSY = (psycopg.errors.LockNotAvailable, MySQLdb.OperationalError, sqlite3.OperationalError)
"""What somebody is told whom the worker keeps waiting, and who does not want to."""


class Writer:
    """Somebody else who writes to the table, and knows what it should hold."""

    def __init__(self, **account: str) -> None:
        self.texts: dict[int, str | None] = dict(get_model("Item").objects.values_list("pk", "age"))
        given = connection.settings_dict
        if connection.vendor == "sqlite":
            self.connection: Any = sqlite3.connect(given["NAME"], isolation_level=None, timeout=0.0)
            self.execute("PRAGMA foreign_keys = ON")
            return
        own = {"user": given["USER"], "password": given["PASSWORD"], "host": given["HOST"]}
        own |= account
        if connection.vendor == "mysql":
            self.connection = MySQLdb.connect(
                db=given["NAME"],
                port=int(given["PORT"]),
                **own,
                autocommit=True,
                init_command="SET lock_wait_timeout = 0, innodb_lock_wait_timeout = 0",
            )
            return
        self.connection = psycopg.connect(
            dbname=given["NAME"],
            port=given["PORT"],
            **own,
            autocommit=True,
            options="-c lock_timeout=20ms -c datestyle=german",
        )

    def change(self, key: int, text: str | None) -> None:
        self.execute("UPDATE dynamic_item SET age = %s WHERE id = %s", text, key)
        self.texts[key] = text

    def move(self, key: int, to: int) -> None:
        self.execute("UPDATE dynamic_item SET id = %s WHERE id = %s", to, key)
        self.texts[to] = self.texts.pop(key)

    def delete(self, key: int) -> None:
        self.execute("DELETE FROM dynamic_item WHERE id = %s", key)
        del self.texts[key]

    def insert(self, text: str | None) -> None:
        statement = "INSERT INTO dynamic_item (name, age) VALUES ('new', %s)"
        if connection.vendor == "postgresql":
            key = self.execute(f"{statement} RETURNING id", text).fetchone()[0]
        else:
            key = self.execute(statement, text).lastrowid
        self.texts[key] = text

    def truncate(self) -> None:
        self.execute("TRUNCATE TABLE dynamic_item")
        if connection.vendor == "postgresql":
            self.execute("ALTER SEQUENCE dynamic_item_id_seq RESTART")
        self.texts.clear()

    def execute(self, statement: str, *params: Any) -> Any:
        cursor = self.connection.cursor()
        if connection.vendor == "sqlite":
            return cursor.execute(statement.replace("%s", "?"), params)
        cursor.execute(statement, params or None)
        return cursor

    def assert_all_is_well(self, change: Change, findings: tuple[Any, ...]) -> None:
        """Assert that each row became what it has to, and that exactly what was lost is kept."""
        change.assert_new()
        found = dict(get_model("Item").objects.values_list("pk", "age"))
        assert found == {key: BECOMES[text] for key, text in self.texts.items()}
        kept = [
            (int(each.row_key), json.loads(each.value or "null"))
            for each in LostValue.objects.all()
        ]
        assert sorted(kept) == sorted(
            (key, text) for key, text in self.texts.items() if text in CHANGED
        )
        counts = {each.kind: each.count for each in findings}
        assert counts == {FindingKind.CLEARED: sum(text in LOST for text in self.texts.values())}


def is_batch(sql: str) -> bool:
    """Tell whether a statement begins a batch, or is in it; others can still write before that."""
    if connection.vendor == "sqlite":
        return sql == "BEGIN IMMEDIATE" and any(each.endswith("_keys") for each in leftovers())
    return sql.startswith(('UPDATE "dynamic_item"', "UPDATE `dynamic_item`")) and "CASE WHEN" in sql


def is_over(wire: Wire) -> bool:
    """Tell whether a table of MySQL is held, or was, or one of SQLite moved: what is new may be in place."""
    ends = ("LOCK TABLES", 'RENAME TO "dynamic_item"')
    return any(end in each for each in wire.statements[:-1] for end in ends)


def is_of_change(sql: str) -> bool:
    """Tell whether a statement may change a table of a live model, or one that is made for a time."""
    return is_write(sql) and ("dynamic_" in sql or "lowcode_move" in sql)


def die_before_batch(number: int, wire: Wire, change: Change) -> None:
    """Let a worker die when it has filled the shadow in some rows."""
    batches = 0

    def die(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if batches == number:
            wire.die()

    with wire.tapped(before=die), contextlib.suppress(Died):
        change.work()
    assert not wire.alive


def leftovers() -> list[str]:
    """Return what is there of triggers, functions and lists of stale keys, or of columns in their place."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFTOVERS[connection.vendor])
        return [name for (name,) in cursor.fetchall()]


_LEFTOVERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE name GLOB 'lowcode_move*'",
    "postgresql": "SELECT relname FROM pg_class WHERE relname LIKE 'lowcode\\_stale%'"
    " UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'lowcode\\_watch%'"
    " UNION ALL SELECT tgname FROM pg_trigger WHERE tgname LIKE 'zz\\_lowcode%'",
    "mysql": "SELECT column_name FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND column_name LIKE 'lowcode\\_touched%'",
}
