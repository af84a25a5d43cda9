"""Whoever dies or is refused while a large table is converted leaves the old structure in force."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection

from lowcode_async.errors import Retryable, StageFailed
from lowcode_async.migrating import backfilling, moving
from lowcode_async.models import LostValue, Upgrade
from lowcode_async.upgrades.inspecting import inspect
from lowcode_async.upgrades.leases import LeaseLost
from tests.integration.migrating.backfilling.meanwhile import (
    CASE,
    Writer,
    die_before_batch,
    is_of_change,
    leftovers,
    people,
)
from tests.integration.migrating.changes import (
    CASES,
    Case,
    Change,
    look,
)
from tests.integration.migrating.dying import Died, Wire

IN_THE_END = re.compile(r'DROP COLUMN "age_v2_old"|TO `age_v2_old`|RENAME TO "dynamic_item"')
KNOWN = {"inspected_backfill_left", "inspected_touched_column", "inspected_move_left"}
PATIENCE = 60
UNFORESEEN = {
    "sqlite": RuntimeError("nobody thought of that"),
    "postgresql": RuntimeError("nobody thought of that"),
    "mysql": DatabaseError("nobody thought of that"),
}
"""On MySQL only what the database says is taken back at once: all else is left to the next worker."""


def sweep() -> None:
    """Sweep as an upgrade does: again, as long as the server has not ended a dead worker's session."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            backfilling.sweep(connection)
            moving.sweep(connection)
        except Retryable:
            assert time.monotonic() < deadline
        else:
            return


@pytest.mark.parametrize("case", ["conversions", "hooks"])
def test_a_worker_that_dies_leaves_the_old_structure_in_force(wire: Wire, case: str) -> None:
    change = Change(CASES[case])
    for number in range(1, 200):
        with wire.tapped(last=number, only=is_of_change), contextlib.suppress(Died):
            change.work()
        change.take_back()
        if change.recorded:
            break
        assert look() == change.old, wire.statements[-3:]
        assert leftovers() == []
        assert not LostValue.objects.exists()
    change.work()
    change.assert_new()
    assert leftovers() == []


def test_the_next_worker_begins_anew(wire: Wire, writer: Callable[[], Writer]) -> None:
    change = Change(CASE)
    somebody = writer()
    for number in (1, 2, 2):
        die_before_batch(number, wire, change)
        assert leftovers()
        somebody.change(min(somebody.texts) + number, "?")
        somebody.delete(max(somebody.texts))
    somebody.assert_all_is_well(change, change.work())


def test_a_worker_that_is_taken_for_dead_stops_before_its_next_batch(wire: Wire) -> None:
    change = Change(CASE)
    taken_over = False
    after: list[str] = []

    def take_over(percent: float, **_: object) -> None:
        nonlocal taken_over
        if percent > 0 and not taken_over and leftovers():
            taken_over = bool(Upgrade.objects.filter(pk=change.upgrade.pk).update(lease=uuid4()))

    def note(sql: str) -> None:
        if taken_over and is_of_change(sql):
            after.append(sql)

    with wire.tapped(before=note), pytest.raises(LeaseLost):
        change.work(progress=take_over)
    assert taken_over
    assert after == []
    change.take_back()
    assert (look(), leftovers()) == (change.old, [])


def test_a_value_that_would_be_lost_ends_it_and_nothing_is_left(wire: Wire) -> None:
    change = Change(Case(old=CASE.old, new=CASE.new, rows=people))
    with pytest.raises(StageFailed) as refused:
        change.work()
    assert refused.value.code == "type_change_lossy"
    assert look() == change.old
    assert leftovers() == []


def test_an_error_in_the_last_transaction_leaves_nothing_either(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change = Change(CASE)
    somebody = writer()

    def fail(sql: str) -> None:
        if IN_THE_END.search(sql):
            raise UNFORESEEN[connection.vendor]

    with wire.tapped(before=fail), pytest.raises((RuntimeError, StageFailed)):
        change.work()
    assert look() == change.old
    assert leftovers() == []
    assert not LostValue.objects.exists()
    somebody.assert_all_is_well(change, change.work())


def test_what_an_upgrade_has_left_is_swept_away_once_it_is_over(wire: Wire) -> None:
    change = Change(CASE)
    with connection.cursor() as cursor:
        # Of the same kind of name, by somebody else.
        for each in ("lowcode_move_in", "lowcode_stale_keys"):
            cursor.execute(f"CREATE TABLE {each} (lowcode_touched_at INTEGER NULL)")
    by_others = leftovers()
    die_before_batch(2, wire, change)
    Upgrade.objects.filter(pk=change.upgrade.pk).update(active_model="item")
    sweep()
    assert set(leftovers()) > set(by_others)
    codes = [each.code for each in inspect().remarks]
    assert KNOWN.intersection(codes)
    Upgrade.objects.filter(pk=change.upgrade.pk).update(
        active_model=None, state=Upgrade.State.FAILED
    )
    sweep()
    assert leftovers() == by_others
    if connection.vendor != "mysql":  # On MySQL the journal knows of the shadow.
        assert look() == change.old
