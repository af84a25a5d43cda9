"""What is SQLite's own when the rows of a large table move to a new one."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import override_settings

from lowcode_async import get_model
from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.models import LostValue
from lowcode_async.planning.costs import costs_of, estimate_of
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.lost_values import key_text
from lowcode_async.planning.observers import Lock
from lowcode_async.upgrades.planned import plan_of
from tests.databases import Database
from tests.integration.migrating.backfilling.meanwhile import (
    CASE,
    TEXT,
    Writer,
    is_batch,
    is_of_change,
    leftovers,
)
from tests.integration.migrating.changes import CASES, NAME, SHELF, Case, Change, field, upgrade
from tests.integration.migrating.dying import Died, Wire

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PARENT = field("parent", "ForeignKey", to="self", on_delete="CASCADE", null=True)
OWNER = field("owner", "ForeignKey", to="auth.User", on_delete="SET_NULL", null=True)
LIKES = field("likes", "ManyToManyField", to="auth.User")
AGE = field("age", "IntegerField", null=True)


def shelved(item: Any) -> None:
    shelf = get_model("Shelf")
    for name in ("kept", "gone"):
        row = item.objects.create(name="parent", shelf=shelf.objects.create(name=name), age="7")
        for _ in range(600):
            item.objects.create(name="child", shelf=row.shelf, age="8", parent=row)


REFERRING = Case(
    old=(NAME, TEXT, SHELF, PARENT, OWNER, LIKES),
    new=(NAME, AGE, SHELF, PARENT, OWNER, LIKES),
    rows=shelved,
)


def asked(sql: str, *params: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def schema() -> list[tuple[str, str, list[str]]]:
    """Return what SQLite has been told of the tables of live models, whatever the order of columns."""
    found = asked("SELECT type, name, sql FROM sqlite_master WHERE tbl_name GLOB 'dynamic_*'")
    return sorted(
        (kind, name, sorted((sql or "").rstrip(")").split(", "))) for kind, name, sql in found
    )


@pytest.mark.parametrize("case", [*(CASES[each] for each in ("hooks", "conversions")), REFERRING])
def test_a_table_that_rows_have_moved_to_is_what_django_would_have_made(
    wire: Wire, database: Database, case: Case
) -> None:
    with wire.tapped():
        Change(case).work()
    assert any("lowcode_move" in each for each in wire.statements)
    moved = schema()
    database.clean()
    with override_settings(LOWCODE_BACKFILL_ROWS=10**6), wire.tapped():
        Change(case).work()
    assert not any("lowcode_move" in each for each in wire.statements)
    assert schema() == moved


def test_what_refers_to_the_table_and_what_it_refers_to_stays_so(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    """Rows that others point at go in the middle of it, with those that point at them."""
    change = Change(REFERRING)
    upgrade("Label", field("item", "ForeignKey", to="Item", on_delete="CASCADE"))
    kept, gone = get_model("Item").objects.filter(name="parent").order_by("pk")
    label, liking = get_model("Label").objects.create(item_id=kept.pk), User.objects.create()
    kept.likes.add(liking)
    somebody, batches = writer(), 0

    def write(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if is_batch(sql) and batches == 3:
            somebody.execute("UPDATE dynamic_item SET name = 'still' WHERE id = %s", kept.pk)
            somebody.execute("BEGIN")
            somebody.execute("DELETE FROM dynamic_item WHERE shelf_id = %s", gone.shelf_id)
            somebody.execute("DELETE FROM dynamic_shelf WHERE id = %s", gone.shelf_id)
            somebody.execute("COMMIT")

    with wire.tapped(before=write):
        change.work()
    change.assert_new()
    assert batches > 3
    item = get_model("Item")
    assert item.objects.count() == 601
    assert item.objects.filter(parent=kept.pk, age=8).count() == 600
    assert get_model("Label").objects.get(pk=label.pk).item.name == "still"
    assert list(item.objects.get(pk=kept.pk).likes.all()) == [liking]
    pointing = {row[2] for row in asked("PRAGMA foreign_key_list(dynamic_label)")}
    assert pointing == {"dynamic_item"}
    assert asked("PRAGMA foreign_key_check") == []
    assert asked("PRAGMA integrity_check") == [("ok",)]


def test_rows_that_others_replace_are_gone(wire: Wire, writer: Callable[[], Writer]) -> None:
    """SQLite fires no trigger for a row that makes room for another's unique value."""
    change = Change(
        Case(
            old=(field("name", "CharField", max_length=50, unique=True), TEXT),
            new=(field("name", "CharField", max_length=50, unique=True), AGE),
            rows=lambda item: item.objects.bulk_create(
                item(name=f"n{number}", age="7") for number in range(600)
            ),
        )
    )
    somebody, batches = writer(), 0
    first, second = sorted(somebody.texts)[:2]

    def write(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if is_batch(sql) and batches == 3:
            somebody.execute(
                "REPLACE INTO dynamic_item (id, name, age) VALUES (%s, 'n0', '8')", second
            )

    with wire.tapped(before=write):
        change.work()
    assert batches > 3
    rows = dict(get_model("Item").objects.values_list("pk", "age"))
    assert rows == dict.fromkeys(somebody.texts.keys() - {first}, 7) | {second: 8}


@pytest.mark.parametrize(
    ("key", "keys"),
    [
        (field("code", "UUIDField", primary_key=True), [uuid.UUID(int=n) for n in range(300)]),
        (
            field("code", "DateTimeField", primary_key=True),
            [dt.datetime(2024, 1, 1, 0, n // 60, n % 60, tzinfo=dt.UTC) for n in range(300)],
        ),
        (
            field("code", "DecimalField", max_digits=9, decimal_places=2, primary_key=True),
            [decimal.Decimal(n).scaleb(-2) for n in range(300)],
        ),
        (
            field("code", "TimeField", primary_key=True),
            [dt.time(n // 60, n % 60) for n in range(300)],
        ),
        (field("code", "CharField", max_length=9, primary_key=True), [f"é{n}" for n in range(300)]),
    ],
)
def test_rows_are_known_by_whatever_their_key_is(
    wire: Wire, writer: Callable[[], Writer], key: FieldDefinition, keys: list[Any]
) -> None:
    change = Change(
        Case(
            old=(key, TEXT),
            new=(key, AGE),
            rows=lambda item: item.objects.bulk_create(
                item(code=code, age="n/a" if code == keys[1] else "7") for code in keys
            ),
            force=True,
        )
    )
    somebody, batches = writer(), 0

    def write(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if is_batch(sql) and batches in (3, 4):
            somebody.execute("UPDATE dynamic_item SET age = '8' WHERE age = 'n/a'")
            somebody.execute("UPDATE dynamic_item SET age = '?' WHERE rowid = 3")

    with wire.tapped(before=write):
        findings = change.work()
    assert batches > 3
    expected = dict.fromkeys(keys, 7) | {keys[1]: 8, keys[2]: None}
    assert dict(get_model("Item").objects.values_list("pk", "age")) == expected
    [lost] = LostValue.objects.all()
    assert (lost.row_key, lost.value) == (key_text(keys[2]), '"?"')
    assert [each.count for each in findings] == [1]


def test_what_is_written_at_once_before_the_end_does_not_make_it_long(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change, somebody, written = Change(CASE), writer(), 0

    def write(sql: str) -> None:
        nonlocal written
        looked = (n for n, each in enumerate(wire.statements) if "NOT IN (SELECT" in each)
        since = wire.statements[next(looked, len(wire.statements)) :]
        if not written and since.count("BEGIN IMMEDIATE") == 2:  # the first catches up
            written = somebody.execute("UPDATE dynamic_item SET name = 'all'").rowcount

    with wire.tapped(before=write, only=lambda sql: True):
        findings = change.work()
    assert written == len(somebody.texts)
    somebody.assert_all_is_well(change, findings)
    assert set(get_model("Item").objects.values_list("name", flat=True)) == {"all"}
    end = next(n for n, each in enumerate(wire.statements) if "RENAME TO" in each)
    begun = max(n for n, each in enumerate(wire.statements[:end]) if each == "BEGIN IMMEDIATE")
    assert not any("INSERT INTO lowcode_move" in e for e in wire.statements[begun:end])


def test_no_key_is_given_twice(wire: Wire) -> None:
    change = Change(CASE)
    last = get_model("Item").objects.latest("pk")
    key = last.pk
    last.delete()
    change.work()
    assert get_model("Item").objects.create(name="new").pk == key + 1


def test_what_is_removed_is_kept_and_counted_whoever_writes_meanwhile(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change = Change(
        Case(
            old=CASE.old,
            new=(NAME, field("rank", "IntegerField", default=3)),
            rows=CASE.rows,
            force=True,
        )
    )
    somebody, batches = writer(), 0
    first = min(somebody.texts)

    def write(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if is_batch(sql) and batches == 3:
            for number, text in enumerate(("", "x", None, "", "y")):
                somebody.change(first + number, text)
            somebody.delete(first + 5)
            somebody.insert("")
            somebody.insert("new")

    with wire.tapped(before=write):
        findings = change.work()
    change.assert_new()
    kept = {int(each.row_key) for each in LostValue.objects.filter(removed=True)}
    assert kept == {key for key, text in somebody.texts.items() if text is not None}
    counts = {each.kind: each.count for each in findings}
    assert counts == {FindingKind.REMOVED: sum(bool(text) for text in somebody.texts.values())}
    ranks = get_model("Item").objects.values_list("pk", "rank")
    assert dict(ranks) == dict.fromkeys(somebody.texts, 3)
    assert leftovers() == []


def test_workers_that_die_while_the_old_table_is_dropped_leave_the_rest_to_the_next(
    wire: Wire,
) -> None:
    change = Change(CASE)
    deaths = 0

    def die(sql: str) -> None:
        nonlocal deaths
        if change.recorded and sql != "BEGIN IMMEDIATE" and deaths < 4:
            deaths += 1
            wire.die()

    with wire.tapped(before=die, only=lambda sql: "_old " in sql), contextlib.suppress(Died):
        change.work()
    assert change.recorded
    while leftovers():
        with wire.tapped(before=die, only=is_of_change), contextlib.suppress(Died):
            change.work()
    change.assert_new()


def test_what_it_costs_is_told() -> None:
    change = Change(CASE)
    plan = plan_of(change.upgrade)
    costs = costs_of(plan, connection)
    assert {each.lock for each in costs} == {Lock.NONE}
    assert any(each.rewrites for each in costs)
    estimate = estimate_of(plan, connection, costs)
    assert (estimate.code, estimate.seconds) == ("estimate_moves", 0.1)
