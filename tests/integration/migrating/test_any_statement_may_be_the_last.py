"""A worker may die after any of its statements: the next one finds the old structure, or the new."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, connection

from tests.databases import Database
from tests.integration.migrating.changes import CASES, Change, live, look
from tests.integration.migrating.dying import Died, Wire, is_of_tables, is_write

TRANSACTIONAL = [(engine, "conversions") for engine in ("sqlite", "postgresql")]
"""Where a transaction holds everything together, one change is as good as another."""
MYSQL = pytest.mark.parametrize("database", ["mysql"], indirect=True)


@pytest.mark.parametrize(
    ("database", "case"), [*TRANSACTIONAL, *(("mysql", case) for case in CASES)],
    indirect=["database"],
)  # fmt: skip
def test_what_a_dead_worker_left_can_be_taken_back(
    database: Database, wire: Wire, case: str
) -> None:
    change = Change(CASES[case])
    for number in itertools.count(1):
        with wire.tapped(last=number, only=is_of_tables), contextlib.suppress(Died):
            change.work()
        change.take_back()
        if change.recorded:
            break
        assert look() == change.old, wire.statements[-3:]
    change.work()
    change.assert_new()


@MYSQL
@pytest.mark.parametrize("case", ["removals", "keys"])
def test_worker_after_worker_dies_and_the_last_one_ends_it(
    database: Database, wire: Wire, case: str
) -> None:
    change = Change(CASES[case])
    assert len(list(generations_of_workers(change, wire, only=is_of_tables))) > 3
    change.assert_new()


@MYSQL
def test_what_is_written_between_two_workers_is_not_lost(database: Database, wire: Wire) -> None:
    change = Change(CASES["conversions"])
    written = [
        number
        for number in generations_of_workers(change, wire, only=is_write, step=2)
        if is_inserted(name="w", age=f"{number}", size=number)
    ]
    change.assert_new()
    assert change.new_values("age") == [41, -7, *written]
    assert change.new_values("extent") == ["1", "2", *map(str, written)]


@MYSQL
def test_rows_can_be_inserted_before_the_old_columns_are_dropped(
    database: Database, wire: Wire
) -> None:
    change = Change(CASES["removals"])

    def die_at_drop(sql: str) -> None:
        if "DROP COLUMN" in sql:
            wire.die()

    with wire.tapped(before=die_at_drop), contextlib.suppress(Died):
        change.work()
    assert change.recorded
    for name in ("new", "newer"):
        live("Item").create(name=name, owner=5)
    change.work()
    change.assert_new()
    assert change.new_values("name") == ["n0", "n1", "n2", "new", "newer"]


def generations_of_workers(
    change: Change, wire: Wire, *, only: Callable[[str], bool], step: int = 1
) -> Iterator[int]:
    """Let one worker after the other die, each a little later, until the last has done the work.

    What is left to do after the new version was recorded is so little that the count begins anew.
    Yields a number behind each death, each another one.
    """
    numbers = itertools.count(1000)
    number = 1
    begun_anew = False
    while True:
        with wire.tapped(last=number, only=only), contextlib.suppress(Died):
            change.work()
        if wire.alive:
            return
        yield next(numbers)
        number += step
        if change.recorded and not begun_anew:
            begun_anew, number = True, 1


def is_inserted(**values: str | int) -> bool:
    """Insert a row as a process does that knows the old structure; return whether it was taken."""
    columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO dynamic_item ({columns}) VALUES ({places})", list(values.values())
            )
    except DatabaseError:
        return False
    return True
