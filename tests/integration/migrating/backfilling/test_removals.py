"""Values that go with their field are kept aside while everybody goes on writing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from lowcode_async import get_model
from lowcode_async.errors import StageFailed
from lowcode_async.models import LostValue
from lowcode_async.planning.findings import Finding, FindingKind
from lowcode_async.planning.removals import removal_in, removal_of
from lowcode_async.planning.rows import Column
from tests.integration.migrating.backfilling.meanwhile import (
    TEXT,
    Writer,
    is_of_change,
    leftovers,
    people,
)
from tests.integration.migrating.changes import NAME, Case, Change, field, look, revert, upgrade
from tests.integration.migrating.dying import Died, Wire, is_write

pytestmark = pytest.mark.parametrize("database", ["postgresql", "mysql"], indirect=True)

STOCK = field("stock", "IntegerField", default=7)
CASES = {
    "alone": Case(old=(NAME, TEXT), new=(NAME,), rows=people, force=True),
    "beside others": Case(
        old=(NAME, TEXT, field("size", "CharField", max_length=9, null=True)),
        new=(NAME, field("size", "IntegerField", null=True, db_index=True), STOCK),
        rows=people,
        force=True,
    ),
    "out of the way": Case(
        old=(NAME, TEXT),
        new=(field("age", "CharField", max_length=50, renamed_from="name"), STOCK),
        rows=people,
        force=True,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_removed_is_kept_whoever_writes_meanwhile(
    wire: Wire, writer: Callable[[], Writer], case: str
) -> None:
    change = Change(CASES[case])
    somebody = writer()
    first, last = min(somebody.texts), max(somebody.texts)
    pages, held, late = 0, False, dict[int, str | None]()

    def write(sql: str) -> None:
        nonlocal pages, held
        if sql.startswith("LOCK TABLES") and not late:
            # PostgreSQL may hold it already. Of many, it counts as if it went a moment later.
            late[last - 2] = somebody.texts[last - 2]
            somebody.delete(last - 2)
        held = held or sql.startswith("LOCK TABLE")
        pages += _keeps(sql) and not held
        if _keeps(sql) and pages == 2:
            somebody.change(first, "changed")
            somebody.change(first + 1, None)
            somebody.change(first + 3, "was nothing")
            somebody.change(last, "later")
            somebody.move(first + 4, to=last + 1000)
            somebody.delete(first + 2)
            for text in ("new", None, ""):
                somebody.insert(text)

    with wire.tapped(before=write, only=lambda sql: is_write(sql) or "COUNT(" in sql):
        findings = change.work()
    assert pages > 2
    assert not [each for each in _while_held(wire.statements) if _counts_all(each)]
    somebody.texts |= late
    _assert_kept(somebody, change, findings, rows=len(somebody.texts) - len(late))


def test_a_field_that_takes_the_name_counts_for_itself(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    number = field("age", "IntegerField", null=True, renamed_from="name")
    change = Change(Case(old=(NAME, TEXT), new=(number,), rows=_few, force=True))
    somebody, held = writer(), False

    def write(sql: str) -> None:
        nonlocal held
        if sql.startswith("LOCK TABLE") and not held:
            held = True
            somebody.insert("later")

    with wire.tapped(before=write):
        findings = change.work()
    assert held
    counts = {(each.kind, each.field): each.count for each in findings}
    assert counts == {(FindingKind.CLEARED, "age"): 5, (FindingKind.REMOVED, "age"): 3}


def test_a_worker_that_dies_leaves_the_old_structure_in_force(wire: Wire) -> None:
    few = Case(old=(NAME, TEXT), new=(NAME,), rows=_few, force=True)
    change = Change(few)
    for number in range(1, 100):
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
    assert LostValue.objects.count() == 3


def _few(item: Any) -> None:
    item.objects.bulk_create(item(name="n", age=age) for age in ("7", "8", None, ""))


def test_the_next_worker_begins_anew(wire: Wire, writer: Callable[[], Writer]) -> None:
    change = Change(CASES["alone"])
    somebody = writer()
    pages = 0

    def die(sql: str) -> None:
        nonlocal pages
        pages += _keeps(sql)
        if pages == 2:
            wire.die()

    with wire.tapped(before=die), contextlib.suppress(Died):
        change.work()
    assert leftovers()
    assert LostValue.objects.exists()
    change.take_back()
    assert look() == change.old
    assert leftovers() == []
    assert not LostValue.objects.exists()
    somebody.delete(min(somebody.texts))
    _assert_kept(somebody, change, change.work())


def test_a_value_that_comes_where_none_may_be_lost_ends_it(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change = Change(replace(CASES["alone"], force=False))
    with pytest.raises(StageFailed, match="field_removed_with_values"), wire.tapped():
        change.work()
    assert look() == change.old
    assert leftovers() == []
    assert not LostValue.objects.exists()


def test_as_much_is_told_as_is_lost_with_a_field_that_is_taken_back() -> None:
    upgrade("Item", NAME, field("mood", "CharField", max_length=9, default="abc"))
    item = get_model("Item")
    item.objects.bulk_create(item(name="n", mood=mood) for mood in ("abc", "ABC", "abc ", "", "x"))
    column = Column(item, "mood", connection)
    [told] = removal_of(column, "mood", besides="abc")
    page = list(item.objects.values_list("pk", "mood"))
    lost = removal_in(column, page, "mood", besides="abc")
    assert lost is not None
    assert (told.count, told.samples) == (lost.count, lost.samples)
    assert told.count == 3


def _keeps(sql: str) -> bool:
    return sql.startswith("INSERT") and "lowcode_async_lostvalue" in sql


def _while_held(statements: list[str]) -> list[str]:
    """Return what was said between LOCK TABLES and UNLOCK TABLES; nothing on PostgreSQL."""
    marks = [n for n, sql in enumerate(statements) if "LOCK TABLES" in sql]
    return statements[marks[0] : marks[-1]] if marks else []


def _counts_all(sql: str) -> bool:
    return "COUNT(" in sql and "LIMIT" not in sql


def _assert_kept(
    somebody: Writer, change: Change, findings: tuple[Finding, ...], *, rows: int | None = None
) -> None:
    change.assert_new()
    assert leftovers() == []
    values = LostValue.objects.filter(field="age")
    kept = {int(each.row_key): json.loads(each.value or "null") for each in values}
    assert len(values) == len(kept)
    assert kept == {key: text for key, text in somebody.texts.items() if text is not None}
    counts = {each.field: (each.kind, each.count) for each in findings}
    assert counts == {"age": (FindingKind.REMOVED, sum(map(bool, somebody.texts.values())))}
    assert get_model("Item").objects.count() == (rows or len(somebody.texts))


def test_an_addition_is_taken_back_with_what_was_written_since(wire: Wire) -> None:
    upgrade("Item", NAME)
    get_model("Item").objects.bulk_create(get_model("Item")(name="n") for _ in range(5))
    added = upgrade("Item", NAME, STOCK)
    get_model("Item").objects.filter(pk__gt=2).update(stock=8)
    with wire.tapped():
        back = revert(added)
    assert any("lowcode_touched" in each or "lowcode_stale" in each for each in wire.statements)
    kept = LostValue.objects.filter(upgrade=back, field="stock", removed=True)
    assert sorted(kept.values_list("value", flat=True)) == ["7", "7", "8", "8", "8"]
    assert leftovers() == []
