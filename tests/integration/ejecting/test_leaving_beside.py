"""What models are beside their fields leaves with them, and is built again from nothing."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.db import connection

from lowcode_async.definitions.declared import (
    ConstraintDefinition,
    ConstraintKind,
    IndexDefinition,
)
from lowcode_async.planning.clones import Look, look_at
from lowcode_async.planning.particulars import Particular
from lowcode_async.planning.state import APP_LABEL
from tests.databases import Database, pointed_at
from tests.integration.ejecting.leaving import Leaver
from tests.integration.migrating.changes import field, upgrade

LOW = {"field": "low", "lookup": "gt", "value": 0}
NAMED = {
    "any": [
        {"field": "title", "lookup": "startswith", "value": "it's 10%_ \\"},
        {"field": "low", "lookup": "lte", "other_field": "high"},
        {"not": {"field": "price", "lookup": "in", "value": ["0.50", "1.00"]}},
    ]
}
TITLE = field("title", "CharField", max_length=50)
LOW_TEXT = field("low", "CharField", max_length=9)
HIGH = field("high", "IntegerField", null=True)
PRICE = field("price", "DecimalField", max_digits=8, decimal_places=2)
SHELF = field("shelf", "ForeignKey", to="Shelf", on_delete="CASCADE")
BOARD = field("board", "ForeignKey", to="Shelf", on_delete="CASCADE", renamed_from="shelf")
SHELVES = field("shelves", "ManyToManyField", to="Shelf", related_name="others")


def beside(database: Database) -> dict[str, Any]:
    """Return as much as this database knows of."""
    partial = LOW if database.vendor != "mysql" else None
    distinct = False if database.vendor == "postgresql" else None
    options = {} if database.vendor == "sqlite" else {"db_table_comment": "it's a 件"}
    return {
        "options": {"verbose_name": "件", "get_latest_by": ["-low"], **options},
        "unique_together": (("title", "high"),),
        "indexes": (
            IndexDefinition(name="by_low", fields=("-low", "title")),
            IndexDefinition(name="some", fields=("price",), condition=partial),
        ),
        "constraints": (
            ConstraintDefinition(name="named", type=ConstraintKind.CHECK, condition=NAMED),
            ConstraintDefinition(name="low_chk", type=ConstraintKind.CHECK, condition=LOW),
            ConstraintDefinition(
                name="pair",
                type=ConstraintKind.UNIQUE,
                fields=("board", "low"),
                nulls_distinct=distinct,
                violation_error_message="已存在",
            ),
        ),
    }


def make_models(database: Database) -> None:
    """Bring a model to where it is by several ways: renamed, converted, its table renamed."""
    upgrade("Shelf", TITLE)
    upgrade(
        "Item", TITLE, LOW_TEXT, HIGH, PRICE, SHELF, SHELVES,
        options={"order_with_respect_to": "shelf"},
        indexes=(IndexDefinition(name="by_low", fields=("low",)),),
        unique_together=(("title", "low"),),
    )  # fmt: skip
    low = field("low", "IntegerField")
    order = {"order_with_respect_to": "board"}
    told = beside(database)
    upgrade("Thing", TITLE, low, HIGH, PRICE, BOARD, SHELVES, renamed_from="Item",
            **{**told, "options": {**told["options"], **order}})  # fmt: skip
    upgrade("Thing", TITLE, low, HIGH, PRICE, field("board", **SHELF_OPTIONS), SHELVES,
            table="dynamic_goods", **{**told, "options": {**told["options"], **order}})  # fmt: skip


SHELF_OPTIONS: dict[str, Any] = {"type_": "ForeignKey", "to": "Shelf", "on_delete": "CASCADE"}


def looks() -> dict[str, Look]:
    """Return every table of the models, as closely as the database has it."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    found = [each for each in names if each.startswith(f"{APP_LABEL}_")]
    return {each: look_at(connection, each, closely=True) for each in found}


def said(look: Look) -> dict[str, str]:
    """Return what the database says, but of indexes whose names Django makes from others."""
    names = {"by_low", "some", "named", "low_chk", "pair"}
    return {
        f"{kind.name} {name}": text
        for (kind, name), text in look.said.items()
        if kind is not Particular.CONSTRAINT or name in names
    }


def test_options_sets_and_constraints_leave_with_their_models(
    leaver: Leaver, database: Database, empty_database: dict[str, Any]
) -> None:
    make_models(database)
    tables = looks()
    assert sorted(tables) == ["dynamic_goods", "dynamic_item_shelves", "dynamic_shelf"]
    assert {"CONSTRAINT named", "CONSTRAINT pair"} <= said(tables["dynamic_goods"]).keys()
    call_command("lowcode_eject", app=leaver.app, output=leaver.folder, verbosity=0)
    leaver.settle(connection.settings_dict)
    connection.close()
    assert "0001_initial... FAKED" in leaver.manage("migrate", "--fake", leaver.app)
    leaver.manage("makemigrations", "--check", "--dry-run")

    leaver.settle(empty_database)
    leaver.manage("migrate")
    with pointed_at(empty_database):
        built = looks()
    assert built.keys() == tables.keys()
    for name, look in tables.items():
        assert (built[name].columns, built[name].constraints) == (look.columns, look.constraints)
        assert said(built[name]) == said(look)
