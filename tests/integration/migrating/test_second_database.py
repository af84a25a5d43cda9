"""A table in another database than the records: a worker may die at any moment, and nothing is lost."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings

from lowcode_async.errors import StageFailed
from lowcode_async.migrating import marks
from lowcode_async.models import LostValue
from tests.integration.migrating.changes import CASES, NAME, Case, Change, field, live, look
from tests.integration.migrating.dying import Died, Wire, is_write


def rows(item: Any) -> None:
    """Make a row whose value fits, and one whose value does not."""
    for name, age in (("ann", "41"), ("bob", "many")):
        item.objects.create(name=name, age=age)


def many_rows(item: Any) -> None:
    """Make rows of which none fits."""
    item.objects.bulk_create(item(name=f"n{number}", age="many") for number in range(MANY))


LOSSY = Case(
    old=(NAME, field("age", "CharField", max_length=20), field("note", "TextField", default="n")),
    new=(NAME, field("age", "IntegerField", null=True)),
    rows=rows,
    after=(("age", [41, None]),),
    force=True,
)
MANY = 300
"""More rows than one batch gives to the function."""
KEPT = {"41": "41", "many": "many"}
"""What the old column holds; each is in a new column, or else among the lost values."""


def test_worker_after_worker_dies_and_no_value_is_ever_gone(
    archive: BaseDatabaseWrapper, wire: Wire
) -> None:
    change = Change(LOSSY)
    deaths = 0
    # What MySQL does statement by statement is the same wherever the records are.
    for _ in dying(change, wire, step=3 if archive.vendor == "mysql" else 1):
        deaths += 1
        assert_nothing_is_gone(change)
    assert deaths > 5
    change.assert_new()
    assert_nothing_is_gone(change)
    assert look("archive").rows.keys() == {"dynamic_item", "dynamic_shelf"}
    assert marks.standing(archive) == set()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_no_value_is_gone_where_a_large_table_of_mariadb_is_filled_batch_by_batch(
    archive: BaseDatabaseWrapper, wire: Wire
) -> None:
    change = Change(LOSSY)
    with override_settings(LOWCODE_BACKFILL_ROWS=1):
        for _ in dying(change, wire, step=2):
            assert_nothing_is_gone(change)
    change.assert_new()
    assert_nothing_is_gone(change)
    assert LostValue.objects.filter(field="age").count() == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_a_batch_loses_is_counted_once_though_it_is_tried_again(
    archive: BaseDatabaseWrapper, wire: Wire
) -> None:
    change = Change(replace(LOSSY, rows=many_rows, after=()))
    refused = 0

    def refuse_once(sql: str) -> None:
        nonlocal refused
        if sql.startswith("UPDATE `dynamic_item` SET `lowcode_touched") and "CASE" not in sql:
            refused += 1
            if refused == 2:
                raise OperationalError(1213, "Deadlock found when trying to get lock")

    with override_settings(LOWCODE_BACKFILL_ROWS=1), wire.tapped(before=refuse_once):
        findings = change.work()
    assert refused > 2
    assert LostValue.objects.filter(field="age").count() == MANY
    assert [each.count for each in findings if each.field == "age"] == [MANY]


@pytest.mark.parametrize("database", ["sqlite", "mysql"], indirect=True)
def test_what_a_dead_worker_left_is_taken_back_or_finished(
    archive: BaseDatabaseWrapper, wire: Wire
) -> None:
    change = Change(LOSSY)
    old = look("archive")
    for number in itertools.count(1):
        with wire.tapped(last=number, only=is_write), contextlib.suppress(Died):
            change.work()
        change.take_back()
        if change.recorded:
            break
        assert look("archive") == old, wire.statements[-3:]
        assert not LostValue.objects.exists()
    change.work()
    change.assert_new()
    assert_nothing_is_gone(change)
    assert marks.standing(archive) == set()


@pytest.mark.parametrize("case", ["conversions", "deletion", "names"])
def test_every_change_is_made_there(archive: BaseDatabaseWrapper, wire: Wire, case: str) -> None:
    change = Change(CASES[case])
    change.work()
    assert change.recorded
    if case != "deletion":
        assert change.differences() == []


def test_what_the_database_refuses_leaves_nothing(archive: BaseDatabaseWrapper, wire: Wire) -> None:
    # The first loss can be forced, and is kept aside; nothing can stand where the second one was.
    code = field("code", "CharField", max_length=9, default="x")
    new = (*LOSSY.new, field("code", "IntegerField"))
    change = Change(Case(old=(*LOSSY.old, code), new=new, rows=rows, force=True))
    old = look("archive")
    with pytest.raises(StageFailed):
        change.work()
    assert look("archive") == old
    assert not LostValue.objects.exists()
    assert marks.standing(archive) == set()


def dying(change: Change, wire: Wire, *, step: int) -> Iterator[int]:
    """Let one worker after the other die, each a little later, until the last has done the work."""
    number, recorded = 1, False
    while True:
        with wire.tapped(last=number, only=is_write), contextlib.suppress(Died):
            change.work()
        if wire.alive:
            return
        yield number
        number += step
        if change.recorded and not recorded:
            recorded, number = True, 1


def assert_nothing_is_gone(change: Change) -> None:
    """Assert that each old value is in the table, as it was or as it is now, or kept aside."""
    (table,) = [each for name, each in look("archive").rows.items() if name == "dynamic_item"]
    there = {str(value) for row in table for name, value in row.items() if name.startswith("age")}
    aside = {each.value.strip('"') for each in LostValue.objects.filter(field="age") if each.value}
    assert set(KEPT) <= there | aside, (table, aside)
    if change.recorded:
        assert list(live("Item").order_by("pk").values_list("age", flat=True)) == [41, None]
