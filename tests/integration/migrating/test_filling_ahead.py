"""On MariaDB and MySQL large tables are filled ahead, and whatever others write counts all the same."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import override_settings

from lowcode_async import get_model
from lowcode_async.models import LostValue
from tests.databases import Database
from tests.integration.migrating.changes import NAME, Case, Change, field, look
from tests.integration.migrating.dying import Died, Wire, is_of_tables

pytestmark = pytest.mark.parametrize("database", ["mysql"], indirect=True)

AGES = ("7", " 8 ", "n/a", None)
BECOMES = {"7": 7, " 8 ": 8, "n/a": None, None: None, "41": 41, " 42 ": 42, "?": None}
ROWS = 1200


def _people(item: Any) -> None:
    item.objects.bulk_create(
        item(name=f"n{number}", age=AGES[number % 4], size=str(number)) for number in range(ROWS)
    )


CASE = Case(
    old=(
        NAME,
        field("age", "CharField", max_length=20, null=True),
        field("size", "CharField", max_length=9),
    ),
    new=(NAME, field("age", "IntegerField", null=True), field("size", "IntegerField", unique=True)),
    rows=_people,
    force=True,
)


@pytest.fixture(autouse=True)
def large_tables(database: Database) -> Iterator[None]:
    """Take every table for a large one."""
    with override_settings(LOWCODE_BACKFILL_ROWS=1):
        yield


def executed(*statements: str) -> None:
    """Execute statements as somebody else."""

    def execute() -> None:
        try:
            with connection.cursor() as cursor:
                for each in statements:
                    cursor.execute(each)
        finally:
            connections.close_all()

    other = threading.Thread(target=execute)
    other.start()
    other.join()


def test_what_is_written_until_the_table_is_held_gets_its_form(wire: Wire) -> None:
    change = Change(CASE)
    texts = dict(get_model("Item").objects.values_list("pk", "age"))
    first, last = min(texts), max(texts)
    before_the_lock = list[str]()

    def write(sql: str) -> None:
        if sql.startswith("UPDATE `dynamic_item`") and not held:
            before_the_lock.append(sql)
        if not sql.startswith("LOCK TABLES"):
            return
        held.append(sql)
        for place, text in enumerate(["41", " 42 ", "?", None]):
            for key in (first + 4 * place, first + 4 * place + 2, last - 4 * place):
                value = "NULL" if text is None else f"'{text}'"
                executed(f"UPDATE dynamic_item SET age = {value} WHERE id = {key}")
                texts[key] = text
        executed(f"DELETE FROM dynamic_item WHERE id = {first + 30}")
        del texts[first + 30]

    held = list[str]()
    with wire.tapped(before=write):
        change.work()
    assert len(before_the_lock) >= 2  # both columns
    change.assert_new()
    found = dict(get_model("Item").objects.values_list("pk", "age"))
    assert found == {key: BECOMES[text] for key, text in texts.items()}
    lossy = {int(each.row_key) for each in LostValue.objects.filter(field="age")}
    assert lossy == {key for key, text in texts.items() if text in {" 8 ", "n/a", " 42 ", "?"}}


def test_a_worker_that_dies_before_the_table_is_held_leaves_the_old_structure(wire: Wire) -> None:
    change = Change(CASE)
    for number in itertools.count(1):
        with wire.tapped(last=number, only=is_of_tables), contextlib.suppress(Died):
            change.work()
        if any("LOCK TABLES" in each for each in wire.statements):
            break
        change.take_back()
        assert look() == change.old
    assert number > 4
    change.work()
    change.assert_new()
