"""Indexes of a large table are built while everybody goes on writing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import psycopg
import pytest
from django.db import OperationalError
from django.test import override_settings

from lowcode_async.definitions.declared import IndexDefinition
from lowcode_async.sentences import JSON
from tests.integration.migrating.backfilling.meanwhile import (
    AGES,
    ROWS,
    TEXT,
    Writer,
    leftovers,
    people,
)
from tests.integration.migrating.changes import (
    NAME,
    Case,
    Change,
    field,
    look,
)
from tests.integration.migrating.dying import Died, Wire, is_of_tables

POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
MYSQL = pytest.mark.parametrize("database", ["mysql"], indirect=True)

INDEXED = Case(
    old=(NAME, TEXT, field("size", "CharField", max_length=9)),
    old_beside={"indexes": (IndexDefinition(name="by_size", fields=("size",)),)},
    new=(
        field("title", "CharField", max_length=50, renamed_from="name", db_index=True),
        field("age", "IntegerField", null=True, db_index=True),
        field("size", "IntegerField"),
        field("note", "IntegerField", null=True, db_index=True),
    ),
    new_beside={
        "indexes": (
            IndexDefinition(name="by_size", fields=("-size",)),
            IndexDefinition(name="by_title", fields=("title", "size")),
            IndexDefinition(name="by_names", fields=("-title",)),
        )
    },
    rows=lambda item: item.objects.bulk_create(
        item(name=f"n{number}", age=AGES[number % 4], size="1") for number in range(ROWS)
    ),
    force=True,
)


@POSTGRESQL
def test_indexes_are_built_beforehand_where_their_columns_stay_what_they_are(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change = Change(INDEXED)
    somebody = writer()
    built, told = list[str](), list[JSON]()

    def tell(_: float, **detail: JSON) -> None:
        told.append(detail.get("operation"))

    def write(sql: str) -> None:
        if sql.startswith("CREATE INDEX") and not sql.startswith('CREATE INDEX "lc_'):
            built.append(sql)
        if "CONCURRENTLY" in sql:
            assert told[-1] == "Create indexes"
            somebody.change(min(somebody.texts), "41")

    with wire.tapped(before=write):
        findings = change.work(progress=tell)
    # Two for the renamed text, of which one serves patterns. by_size is made anew under the name that it has,
    # by_title is on a column that is converted, and the column of note is not there yet.
    beforehand = [each for each in built if "CONCURRENTLY" in each]
    assert len([each for each in beforehand if '("name"' in each]) == 3
    assert len([each for each in beforehand if '("age_v2")' in each]) == 1
    assert len(beforehand) == 4
    somebody.assert_all_is_well(change, findings)
    assert leftovers() == []


@POSTGRESQL
def test_a_worker_that_dies_leaves_no_index(wire: Wire) -> None:
    only_indexes = Case(
        old=(NAME, TEXT),
        new=(field("name", "CharField", max_length=50, db_index=True), TEXT),
        new_beside={"indexes": (IndexDefinition(name="by_age", fields=("age",)),)},
        rows=people,
    )
    change = Change(only_indexes)
    for number in range(1, 100):
        with wire.tapped(last=number, only=is_of_tables), contextlib.suppress(Died):
            change.work()
        if change.recorded:
            break
        change.take_back()
        assert look() == change.old, wire.statements[-3:]
        assert leftovers() == []
    assert number > 4
    assert any("CONCURRENTLY" in each for each in wire.statements)
    change.assert_new()
    assert leftovers() == []


@POSTGRESQL
def test_an_index_that_cannot_be_built_beforehand_is_built_under_the_lock(wire: Wire) -> None:
    change = Change(INDEXED)

    def fail(sql: str) -> None:
        if "CREATE INDEX CONCURRENTLY" in sql and "by_names" in sql:
            raise OperationalError("cancelled") from psycopg.errors.QueryCanceled()

    with wire.tapped(before=fail):
        change.work()
    assert any('CREATE INDEX "by_names"' in each for each in wire.statements)
    change.assert_new()
    assert leftovers() == []


@POSTGRESQL
def test_what_is_left_of_an_index_makes_room_for_the_whole(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    """A long transaction lets an index neither be finished nor be dropped."""
    change = Change(INDEXED)
    somebody, reader = writer(), writer()
    reader.connection.autocommit = False
    reader.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    begun = 0

    def read(sql: str) -> None:
        nonlocal begun
        begun += "CREATE INDEX CONCURRENTLY" in sql
        if "CREATE INDEX CONCURRENTLY" in sql and begun == 4:
            reader.execute("SELECT count(*) FROM dynamic_item")
        if begun and sql.startswith("ALTER TABLE"):
            reader.connection.rollback()

    with override_settings(LOWCODE_LOCK_PATIENCE=0.5), wire.tapped(before=read):
        findings = change.work()
    assert begun == 4
    assert any(each.startswith("DROP INDEX IF EXISTS") for each in wire.statements)
    somebody.assert_all_is_well(change, findings)
    assert leftovers() == []


@MYSQL
def test_the_index_of_a_shadow_is_built_before_the_table_is_held(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change = Change(INDEXED)
    somebody = writer()
    with wire.tapped():
        findings = change.work()
    before, held = _at_lock(wire.statements)
    assert [each for each in before if "(`age_v2`)" in each]
    assert not [each for each in held if "(`age_v2`)" in each]
    somebody.assert_all_is_well(change, findings)
    assert leftovers() == []


@MYSQL
def test_nothing_is_written_anew_while_the_table_is_held(wire: Wire) -> None:
    required = Case(
        old=(NAME, field("age", "CharField", max_length=20), field("size", "IntegerField")),
        new=(
            NAME,
            field("age", "IntegerField", db_index=True),
            field("size", "TextField"),
        ),
        rows=lambda item: item.objects.bulk_create(
            item(name=f"n{number}", age=str(number), size=number) for number in range(ROWS)
        ),
        after=(("age", list(range(ROWS))), ("size", [str(number) for number in range(ROWS)])),
    )
    change = Change(required)
    with wire.tapped():
        change.work()
    _, held = _at_lock(wire.statements)
    altering = [each for each in held if each.startswith(("ALTER", "CREATE", "UPDATE"))]
    assert len(altering) > 4
    assert not [
        each for each in altering if each.startswith(("CREATE", "UPDATE `dyn")) or "MODIFY" in each
    ]
    change.assert_new()
    assert leftovers() == []


def _at_lock(statements: list[str]) -> tuple[list[str], list[str]]:
    """Return what was done before a table of MySQL was held, and while it was.

    What is left out because it has been done before never reaches the server.
    """
    [lock] = [n for n, each in enumerate(statements) if each.startswith("LOCK TABLES")]
    [unlock] = [n for n, each in enumerate(statements) if each.startswith("UNLOCK TABLES")]
    before, held = statements[:lock], statements[lock:unlock]
    return before, [each for each in held if f"{each} LOCK=NONE" not in before]
