"""Others replace rows of a SQLite table that rows move from: what goes fires no trigger of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lowcode_async import get_model
from lowcode_async.definitions.declared import ConstraintDefinition, ConstraintKind
from lowcode_async.models import LostValue
from tests.integration.migrating.backfilling.meanwhile import AGES, TEXT, Writer, is_batch
from tests.integration.migrating.changes import NAME, Case, Change, field
from tests.integration.migrating.dying import Wire

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

AGE = field("age", "IntegerField", null=True)
UNIQUE = field("name", "CharField", max_length=50, unique=True)
PARTLY = ConstraintDefinition(
    name="one_name",
    type=ConstraintKind.UNIQUE,
    fields=("name",),
    condition={"field": "age", "lookup": "isnull", "value": False},
)


def named(item: Any) -> None:
    item.objects.bulk_create(item(name=f"n{n}", age=AGES[n % 4]) for n in range(300))


@pytest.mark.parametrize(
    "case",
    [
        Case(old=(UNIQUE, TEXT), new=(NAME, AGE), rows=named, force=True),
        Case(
            old=(NAME, TEXT),
            old_beside={"constraints": (PARTLY,)},
            new=(NAME, AGE),
            rows=named,
            force=True,
        ),
    ],
    ids=["unique", "partly unique"],
)
@pytest.mark.parametrize(
    "statement",
    [
        "REPLACE INTO dynamic_item (name, age) VALUES ('n2', '7')",
        "UPDATE OR REPLACE dynamic_item SET name = 'n2' WHERE name = 'n5'",
    ],
    ids=["inserted", "updated"],
)
def test_a_row_that_is_replaced_just_before_the_end_does_not_come_back(
    wire: Wire, writer: Callable[[], Writer], case: Case, statement: str
) -> None:
    """Nobody would notice if its value is to be unique no longer."""
    change, somebody, replaced = Change(case), writer(), 0
    gone = get_model("Item").objects.get(name="n2").pk

    def write(sql: str) -> None:
        nonlocal replaced
        looked_over = any("NOT IN (SELECT" in each for each in wire.statements)
        if looked_over and is_batch(sql) and not replaced:
            replaced = somebody.execute(statement).rowcount

    with wire.tapped(before=write, only=lambda sql: True):
        change.work()
    assert replaced == 1
    change.assert_new()
    assert [each.pk for each in get_model("Item").objects.filter(name="n2")] != [gone]
    assert get_model("Item").objects.filter(name="n2").count() == 1
    assert not LostValue.objects.filter(row_key=str(gone)).exists()
