"""Statements that are compiled once, and prepared where the database knows that."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from lowcode_async import get_model
from lowcode_async.runtime.statements import compiled, condition
from tests.databases import Database
from tests.integration.runtime.dynamic import definition, publish, text

TASK = definition(
    "Task",
    name=text(),
    size={"type": "IntegerField", "default": 0},
    parent={"type": "ForeignKey", "to": "self", "on_delete": "CASCADE", "null": True},
)
OFTEN = 8
"""More often than psycopg waits before it prepares a statement."""


@pytest.fixture
def tasks(database: Database) -> None:
    publish(TASK)
    task = get_model("Task")._default_manager
    first = task.create(name="first", size=1)
    task.create(name="second", size=2, parent=first)


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s",
            ['SELECT "dynamic_task"%'],
        )
        return int(cursor.fetchone()[0])


def test_statement_finds_rows_for_whatever_values(tasks: None) -> None:
    rows = get_model("Task")._default_manager.order_by("size").values_list("name", "size")
    statement, values = compiled(rows.filter(size__gte=1))
    assert values == (1,)
    for _ in range(OFTEN):
        assert statement.tuples([1]) == [("first", 1), ("second", 2)]
        assert statement.tuples([2]) == [("second", 2)]
        assert statement.tuples([1], limit=(1, 2)) == [("second", 2)]
    with transaction.atomic():
        assert statement.tuples([2]) == [("second", 2)]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_prepared_statement_outlives_a_change_of_its_table(tasks: None) -> None:
    rows = get_model("Task")._default_manager.order_by("size").values_list("name", "size")
    statement, _ = compiled(rows.filter(size__gte=1))
    with connection.cursor() as cursor:
        for _ in range(2):  # psycopg has counted the second one: it will not see a third
            cursor.execute("DEALLOCATE ALL")
    for _ in range(OFTEN):
        statement.tuples([1])
    assert prepared() == 1
    other = connection.copy()  # a change by the connection itself would make it forget
    with other.cursor() as cursor:
        cursor.execute("ALTER TABLE dynamic_task ALTER COLUMN size TYPE bigint")
    other.close()
    assert statement.tuples([2]) == [("second", 2)]
    assert prepared() == 0
    for _ in range(OFTEN):
        assert statement.tuples([2]) == [("second", 2)]
    assert prepared() == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_the_server_cannot_prepare_is_asked_plainly(tasks: None) -> None:
    """The type of a value alone is known to the client only."""
    statement, _ = compiled(get_model("Task")._default_manager.values_list("name"))
    for name in ("first", "second"):
        odd = statement.__class__(
            sql=f'{statement.sql} WHERE COALESCE("name", %s) = %s AND %s IS NOT NULL',
            expressions=statement.expressions,
            using=statement.using,
            kind=statement.kind,
            converted=statement.converted,
        )
        assert odd.tuples([name, name, name]) == [(name,)]


def test_what_is_always_true_behind_a_join_is_told_from_no_condition(tasks: None) -> None:
    """It asks for nothing of the other row, but that there is one."""
    every = get_model("Task")._default_manager.order_by("size").values_list("name")
    joined = every.filter(parent__size__lt=10**30)
    assert condition(every) != condition(joined)
    for rows, names in ((every, ["first", "second"]), (joined, ["second"])):
        statement, values = compiled(rows)
        assert [name for (name,) in statement.tuples(values)] == names
