"""What somebody has changed under the same name is told, in the words of the server."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.db import connection

from lowcode_async.definitions.declared import (
    ConstraintDefinition,
    ConstraintKind,
    IndexDefinition,
)
from lowcode_async.planning.drift import standing_differences
from tests.databases import Database
from tests.integration.planning.tables import Tables, field

LOW: Final = {"field": "low", "lookup": "gt", "value": 0}
NAMED: Final = {
    "any": [
        {"field": "name", "lookup": "startswith", "value": 'it\'s 10%_ \\ ("a")'},
        {"not": {"field": "name", "lookup": "in", "value": ["a", ""]}},
        {"field": "owner", "lookup": "isnull", "value": True},
        {"field": "owner", "lookup": "in", "value": [1, 2]},
        {"field": "price", "lookup": "range", "value": ["0.50", "9.99"]},
    ]
}
SHELF: Final = "11111111-2222-3333-4444-555555555555"
FIELDS: Final = (
    field("name", "CharField", max_length=100),
    field("low", "IntegerField"),
    field("price", "DecimalField", max_digits=8, decimal_places=2),
    field("owner", "ForeignKey", to="auth.User", on_delete="CASCADE", null=True),
    field("shelf", "ForeignKey", to="Shelf", on_delete="CASCADE", null=True),
    field("extra", "JSONField", null=True),
)


def check(name: str, condition: Any) -> ConstraintDefinition:
    return ConstraintDefinition(name=name, type=ConstraintKind.CHECK, condition=condition)


def beside(database: Database) -> dict[str, Any]:
    """Return as much as this database knows of."""
    on_shelf = {"field": "shelf", "lookup": "exact", "value": SHELF}
    constraints = [check("low_chk", LOW), check("name_chk", NAMED)]
    pair = ConstraintDefinition(name="pair", type=ConstraintKind.UNIQUE, fields=("name", "low"))
    indexes = [IndexDefinition(name="by_low", fields=("-low", "name"))]
    if database.vendor != "mysql":
        # Django quotes a UUID twice in a check on MariaDB.
        constraints.append(check("shelf_chk", on_shelf))
        pair = ConstraintDefinition(
            name="pair", type=ConstraintKind.UNIQUE, fields=("name", "low"), condition=LOW
        )
        indexes.append(IndexDefinition(name="some", fields=("price",), condition=LOW))
    if database.vendor == "postgresql":
        alike = ConstraintDefinition(
            name="alike", type=ConstraintKind.UNIQUE, fields=("owner", "low"), nulls_distinct=False
        )
        constraints.append(alike)
    return {"constraints": (*constraints, pair), "indexes": tuple(indexes)}


@pytest.fixture
def item(tables: Tables, database: Database) -> Tables:
    """A table with all that a definition can say beside its fields."""
    tables.upgrade("Shelf", field("id", "UUIDField", primary_key=True))
    tables.upgrade("Item", *FIELDS, **beside(database))
    return tables


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def codes(tables: Tables) -> list[tuple[str, str]]:
    found = standing_differences(connection, tables.definitions, "Item")
    for each in found:
        assert each.sentence("zh") != each.sentence("en")
    return [(each.code, str(each.params["constraint"])) for each in found]


def test_what_is_as_defined_has_no_differences(item: Tables) -> None:
    assert codes(item) == []


def test_what_has_moved_with_its_fields_has_none(item: Tables, database: Database) -> None:
    options = beside(database)
    title = field("title", "CharField", max_length=150, renamed_from="name")
    low = field("low", "BigIntegerField")
    price = field("price", "DecimalField", max_digits=10, decimal_places=4)
    kept = [each for each in options["constraints"] if each.name in ("low_chk", "shelf_chk")]
    indexes = (IndexDefinition(name="by_low", fields=("-low", "title")), *options["indexes"][1:])
    item.upgrade("Item", title, low, price, *FIELDS[3:], constraints=tuple(kept), indexes=indexes)
    assert codes(item) == []
    low = field("low", "FloatField")
    title = field("title", "CharField", max_length=150)
    item.upgrade("Item", title, low, price, *FIELDS[3:], constraints=tuple(kept))
    assert codes(item) == []


CHANGES: Final[dict[str, dict[str, tuple[tuple[str, ...], list[tuple[str, str]]]]]] = {
    "postgresql": {
        "condition": (
            (
                "ALTER TABLE dynamic_item DROP CONSTRAINT low_chk",
                "ALTER TABLE dynamic_item ADD CONSTRAINT low_chk CHECK (low > 1)",
            ),
            [("drift_constraint_changed", "low_chk")],
        ),
        "not valid": (
            (
                "ALTER TABLE dynamic_item DROP CONSTRAINT low_chk",
                "ALTER TABLE dynamic_item ADD CONSTRAINT low_chk CHECK (low > 0) NOT VALID",
            ),
            [("drift_constraint_changed", "low_chk")],
        ),
        "the same in other words": (
            (
                "ALTER TABLE dynamic_item DROP CONSTRAINT low_chk",
                "ALTER TABLE dynamic_item ADD CONSTRAINT low_chk CHECK (((low) > (0)))",
            ),
            [],
        ),
        "nulls": (
            (
                "ALTER TABLE dynamic_item DROP CONSTRAINT alike",
                "ALTER TABLE dynamic_item ADD CONSTRAINT alike UNIQUE (owner_id, low)",
            ),
            [("drift_constraint_changed", "alike")],
        ),
        "rows of a unique set": (
            ("DROP INDEX pair", "CREATE UNIQUE INDEX pair ON dynamic_item (name, low)"),
            [("drift_constraint_changed", "pair")],
        ),
        "order of an index": (
            ("DROP INDEX by_low", "CREATE INDEX by_low ON dynamic_item (low, name)"),
            [("drift_constraint_changed", "by_low")],
        ),
        "default": (
            ("ALTER TABLE dynamic_item ALTER low SET DEFAULT 7",),
            [("drift_column_default", "low")],
        ),
        "comments": (
            (
                "COMMENT ON COLUMN dynamic_item.low IS 'mine'",
                "COMMENT ON TABLE dynamic_item IS 'all mine'",
            ),
            [("drift_table_comment", ""), ("drift_column_comment", "low")],
        ),
    },
    "mysql": {
        "condition": (
            (
                "ALTER TABLE dynamic_item DROP CONSTRAINT low_chk",
                "ALTER TABLE dynamic_item ADD CONSTRAINT low_chk CHECK (low > 1)",
            ),
            [("drift_constraint_changed", "low_chk")],
        ),
        "order of an index": (
            (
                "DROP INDEX by_low ON dynamic_item",
                "CREATE INDEX by_low ON dynamic_item (low, name)",
            ),
            [("drift_constraint_changed", "by_low")],
        ),
        "default": (
            ("ALTER TABLE dynamic_item ALTER low SET DEFAULT 7",),
            [("drift_column_default", "low")],
        ),
        "comments": (
            (
                "ALTER TABLE dynamic_item MODIFY low integer NOT NULL COMMENT 'mine'",
                "ALTER TABLE dynamic_item COMMENT 'all mine'",
            ),
            [("drift_table_comment", ""), ("drift_column_comment", "low")],
        ),
    },
    "sqlite": {
        "condition": (
            (
                "PRAGMA writable_schema = ON",
                "UPDATE sqlite_master SET sql = replace(sql, '\"low\" > 0', '\"low\" > 1')"
                " WHERE type = 'table' AND name = 'dynamic_item'",
                "PRAGMA writable_schema = RESET",
            ),
            [("drift_constraint_changed", "low_chk")],
        ),
        "rows of a unique set": (
            ("DROP INDEX pair", "CREATE UNIQUE INDEX pair ON dynamic_item (name, low)"),
            [("drift_constraint_changed", "pair")],
        ),
        "default": (
            (
                "PRAGMA writable_schema = ON",
                "UPDATE sqlite_master SET sql = replace(sql, '\"low\" integer NOT NULL',"
                " '\"low\" integer NOT NULL DEFAULT 7') WHERE name = 'dynamic_item'",
                "PRAGMA writable_schema = RESET",
            ),
            [("drift_column_default", "low")],
        ),
    },
}


@pytest.mark.parametrize(
    ("database", "change"),
    [(vendor, change) for vendor, changes in CHANGES.items() for change in changes],
    indirect=["database"],
)
def test_what_is_another_thing_under_the_same_name_is_told(
    item: Tables, database: Database, change: str
) -> None:
    statements, told = CHANGES[database.vendor][change]
    execute(*statements)
    assert codes(item) == told
