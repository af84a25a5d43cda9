"""Tables that somebody has changed by hand are told apart from those that are as defined."""

from __future__ import annotations

import pytest
from django.db import connection

from lowcode_async.planning.drift import Difference, differences, drift_error
from lowcode_async.planning.leftovers import PREFIX
from lowcode_async.planning.planner import Plan
from tests.databases import Database
from tests.integration.planning.tables import Tables, field

FIELDS = (
    field("name", "CharField", max_length=100),
    field("size", "IntegerField", null=True),
    field("owner", "ForeignKey", to="auth.User", on_delete="CASCADE", null=True),
    field("users", "ManyToManyField", to="auth.User"),
    field("code", "SlugField", unique=True),
    field("price", "DecimalField", max_digits=8, decimal_places=2, db_index=True),
)


@pytest.fixture
def plan(tables: Tables) -> Plan:
    """A plan that starts from a table of many columns, and does nothing."""
    tables.upgrade("Product", *FIELDS)
    return tables.plan("Product", *FIELDS)


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def notes(plan: Plan) -> list[str]:
    return [each.note for each in differences(connection, plan)]


def test_a_table_as_defined_has_no_differences(plan: Plan) -> None:
    assert notes(plan) == []
    assert not any(each.startswith(PREFIX) for each in connection.introspection.table_names())


def test_a_missing_column_is_told(plan: Plan) -> None:
    execute("ALTER TABLE dynamic_product DROP COLUMN size")
    assert notes(plan) == ["- dynamic_product.size"]


def test_an_extra_column_is_told(plan: Plan) -> None:
    execute("ALTER TABLE dynamic_product ADD COLUMN extra integer")
    assert notes(plan) == ["+ dynamic_product.extra"]


@pytest.mark.parametrize("database", ["postgresql", "mysql"], indirect=True)
def test_another_type_is_told(plan: Plan, database: Database) -> None:
    execute(
        "ALTER TABLE dynamic_product ALTER COLUMN name TYPE varchar(50)"
        if database.vendor == "postgresql"
        else "ALTER TABLE dynamic_product MODIFY name varchar(50) NOT NULL"
    )
    [difference] = differences(connection, plan)
    assert difference.code == "drift_column_type"
    assert "varchar(50)" in difference.note.replace("character varying", "varchar")
    assert "name" in difference.sentence("zh")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nullability_and_constraints_are_told(plan: Plan) -> None:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "dynamic_product")
    doomed = [name for name, each in constraints.items() if each["foreign_key"]]
    doomed += [
        name for name, each in constraints.items() if each["unique"] and each["columns"] == ["code"]
    ]
    execute(
        "ALTER TABLE dynamic_product ALTER COLUMN name DROP NOT NULL",
        *(f'ALTER TABLE dynamic_product DROP CONSTRAINT "{name}"' for name in doomed),
    )
    assert sorted(notes(plan)) == [
        "- REFERENCES auth_user (id) (dynamic_product.owner_id)",
        "- UNIQUE (dynamic_product.code)",
        "dynamic_product.name: NULL ≠ NOT NULL",
    ]


def test_an_index_that_somebody_added_does_no_harm(plan: Plan) -> None:
    execute("CREATE INDEX mine ON dynamic_product (size)")
    assert notes(plan) == []


def test_a_unique_index_that_somebody_added_is_told(plan: Plan) -> None:
    execute("CREATE UNIQUE INDEX mine ON dynamic_product (size)")
    assert notes(plan) == ["+ UNIQUE (dynamic_product.size)"]


def test_missing_tables_are_told(plan: Plan) -> None:
    execute("DROP TABLE dynamic_product_users")
    assert notes(plan) == ["- dynamic_product_users"]
    execute("DROP TABLE dynamic_product")
    found = differences(connection, plan)
    assert [each.code for each in found] == ["drift_table_missing"] * 2
    error = drift_error(found)
    assert error.code == "drift"
    assert "dynamic_product; - dynamic_product_users" in error.sentence("zh")
    assert "dynamic_product_users" in error.sentence("en")


def test_tables_that_are_there_before_they_are_made_are_told(
    tables: Tables, database: Database
) -> None:
    execute(
        "CREATE TABLE dynamic_product (id integer)",
        "CREATE TABLE dynamic_product_users (id integer)",
    )
    found = differences(connection, tables.plan("Product", *FIELDS))
    assert [each.code for each in found] == ["drift_table_unexpected"] * 2


def test_a_link_table_that_is_there_before_it_is_made_is_told(tables: Tables) -> None:
    tables.upgrade("Product", FIELDS[0])
    execute("CREATE TABLE dynamic_product_users (id integer)")
    found = differences(connection, tables.plan("Product", *FIELDS[:4]))
    assert found == [
        Difference(
            code="drift_table_unexpected",
            note="+ dynamic_product_users",
            params={"table": "dynamic_product_users"},
        )
    ]
