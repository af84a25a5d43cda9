"""What the column has to see that says which rows were written, on MariaDB and MySQL."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db import connection

from lowcode_async import get_model
from lowcode_async.models import LostValue
from tests.integration.migrating.backfilling.meanwhile import (
    AGES,
    BECOMES,
    CASE,
    CHANGED,
    NUMBER,
    ROWS,
    TEXT,
    Writer,
    is_batch,
    leftovers,
    people,
)
from tests.integration.migrating.changes import NAME, Case, Change, field
from tests.integration.migrating.dying import Wire

pytestmark = pytest.mark.parametrize("database", ["mysql"], indirect=True)

CODE = field("code", "CharField", max_length=20, primary_key=True)
KEYED = Case(
    old=(CODE, TEXT),
    new=(CODE, NUMBER),
    rows=lambda item: item.objects.bulk_create(
        item(code=f"k{number}", age=AGES[number % 4]) for number in range(40)
    ),
    force=True,
)


def test_rows_whose_keys_are_texts_are_found_again(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    """Rows of which something was kept aside go, or get keys that the database takes for the same."""
    change = Change(KEYED)
    somebody = writer()
    texts: dict[str, str | None] = {f"k{number}": AGES[number % 4] for number in range(40)}

    def write(sql: str) -> None:
        if not sql.startswith("CREATE INDEX `lowcode_touched"):
            return
        somebody.execute("UPDATE dynamic_item SET code = 'K2' WHERE code = 'k2'")
        somebody.execute("DELETE FROM dynamic_item WHERE code IN ('k6', 'k10')")
        somebody.execute("INSERT INTO dynamic_item (code, age) VALUES ('K10', '41')")
        texts.update({"K2": texts.pop("k2"), "K10": "41"})
        del texts["k6"], texts["k10"]

    with wire.tapped(before=write):
        change.work()
    change.assert_new()
    found = dict(get_model("Item").objects.values_list("pk", "age"))
    assert found == {key: BECOMES[text] for key, text in texts.items()}
    kept = {json.loads(each.row_key) for each in LostValue.objects.all()}
    assert kept == {key for key, text in texts.items() if text in CHANGED}


@pytest.mark.parametrize(
    "statement",
    [
        "REPLACE INTO dynamic_item (id, name, age) VALUES ({key}, 'r', '41')",
        "INSERT INTO dynamic_item (id, name, age) VALUES ({key}, 'i', '7')"
        " ON DUPLICATE KEY UPDATE age = '41'",
        "UPDATE dynamic_item a JOIN dynamic_item b ON b.id = a.id SET a.age = '41' WHERE a.id = {key}",
        "SET timestamp = 1; UPDATE dynamic_item SET age = '41' WHERE id = {key}; SET timestamp = 0",
        "SET sql_mode = '', time_zone = '-12:00'; UPDATE dynamic_item SET age = '41' WHERE id = {key}",
    ],
    ids=["replaced", "inserted again", "joined", "at another time", "in other modes"],
)
def test_however_a_row_is_written_it_is_seen(
    wire: Wire, writer: Callable[[], Writer], statement: str
) -> None:
    change = Change(CASE)
    somebody = writer()
    batches = 0

    def write(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if not is_batch(sql) or batches != 2:
            return
        for key in [min(somebody.texts) + kind for kind in range(4)]:
            for each in statement.format(key=key).split("; "):
                somebody.execute(each)
            somebody.texts[key] = "41"

    with wire.tapped(before=write):
        findings = change.work()
    assert batches >= 2
    somebody.assert_all_is_well(change, findings)
    assert leftovers() == []


def test_a_row_that_changes_with_another_is_converted_while_the_table_is_held(wire: Wire) -> None:
    """The server does not note what a foreign key that the site has made by hand does to a row."""
    change = Change(Case(old=CASE.old, new=CASE.new, rows=people, force=True))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE dynamic_ages (age VARCHAR(20) PRIMARY KEY)")
        cursor.execute(
            "INSERT INTO dynamic_ages SELECT DISTINCT age FROM dynamic_item WHERE age IS NOT NULL"
        )
        cursor.execute(
            "ALTER TABLE dynamic_item ADD CONSTRAINT by_hand FOREIGN KEY (age)"
            " REFERENCES dynamic_ages (age) ON UPDATE CASCADE"
        )
    try:
        with wire.tapped():
            change.work()
    finally:
        with connection.cursor() as cursor:
            if "by_hand" in connection.introspection.get_constraints(cursor, "dynamic_item"):
                cursor.execute("ALTER TABLE dynamic_item DROP FOREIGN KEY by_hand")
            cursor.execute("DROP TABLE dynamic_ages")
    assert not any("lowcode_touched" in each for each in wire.statements)
    assert get_model("Item").objects.filter(age=7).count() == ROWS // 4


def test_what_only_a_trigger_changes_is_converted_while_the_table_is_held(wire: Wire) -> None:
    """MySQL does not note that a trigger has changed a row that was set to what it held."""
    change = Change(Case(old=CASE.old, new=CASE.new, rows=people, force=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER by_hand BEFORE UPDATE ON dynamic_item FOR EACH ROW SET NEW.name = 'changed'"
        )
    with wire.tapped():
        change.work()
    assert not any("lowcode_touched" in each for each in wire.statements)
    assert get_model("Item").objects.filter(age=7).count() == ROWS // 4


def test_rows_come_without_a_new_required_field_while_shadows_are_filled(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    stock = field("stock", "IntegerField", default=7)
    change = Change(Case(old=CASE.old, new=(*CASE.new, stock), rows=people, force=True))
    somebody = writer()

    def write(sql: str) -> None:
        if sql.startswith("CREATE INDEX `lowcode_touched"):
            somebody.insert(" 42 ")

    with wire.tapped(before=write):
        findings = change.work()
    assert len(somebody.texts) == ROWS + 1
    somebody.assert_all_is_well(change, findings)


def test_a_table_that_gets_another_name_is_not_without_one_for_long(wire: Wire) -> None:
    """It is held from then on, and not filled batch by batch: nobody would find it meanwhile."""
    beside = {"table": "dynamic_stock"}
    change = Change(Case(old=CASE.old, new=CASE.new, rows=people, force=True, new_beside=beside))
    with wire.tapped():
        change.work()
    change.assert_new()
    assert not any("lowcode_touched" in each for each in wire.statements)


def test_json_that_is_required_is_filled_too(wire: Wire) -> None:
    """MySQL takes no default for it as Django writes one."""
    numbers = field("age", "IntegerField")
    change = Change(
        Case(
            old=(NAME, numbers),
            new=(NAME, field("age", "JSONField")),
            rows=lambda item: item.objects.bulk_create(item(name="n", age=n) for n in range(9)),
            after=(("age", [*range(9)]),),
        )
    )
    with wire.tapped():
        change.work()
    change.assert_new()
    assert any("lowcode_touched" in each for each in wire.statements)


@pytest.mark.parametrize(
    ("full", "number"),
    [("ADD INDEX by_hand_{} (name)", 63), ("ADD COLUMN by_hand_{} TINYINT NULL", 1013)],
    ids=["indexes", "columns"],
)
def test_a_table_with_no_room_for_the_column_or_its_index_is_converted_while_it_is_held(
    wire: Wire, writer: Callable[[], Writer], full: str, number: int
) -> None:
    change = Change(CASE)
    somebody = writer()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE dynamic_item {', '.join(map(full.format, range(number)))}")
    with wire.tapped():
        findings = change.work()
    assert any("lowcode_touched" in each for each in wire.statements)
    assert leftovers() == []
    with connection.cursor() as cursor:
        dropped = full.replace("ADD", "DROP").partition("{}")[0]
        by_hand = (f"{dropped}{each}" for each in range(number))
        cursor.execute(f"ALTER TABLE dynamic_item {', '.join(by_hand)}")
    somebody.assert_all_is_well(change, findings)
