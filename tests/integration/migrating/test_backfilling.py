"""Values of a large table on PostgreSQL get their new form while everybody goes on writing."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import override_settings

from lowcode_async import get_model
from lowcode_async.definitions.declared import IndexDefinition
from lowcode_async.errors import StageFailed
from lowcode_async.migrating import backfilling
from lowcode_async.models import LostValue, Upgrade
from lowcode_async.planning.findings import FindingKind
from lowcode_async.upgrades.inspecting import inspect
from tests.databases import Database
from tests.integration.migrating.changes import (
    CASES,
    NAME,
    Case,
    Change,
    field,
    look,
    revert,
    upgrade,
)
from tests.integration.migrating.dying import Died, Wire, is_of_tables
from tests.servers.postgresql import ADMIN, ADMIN_PASSWORD

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

TEXT = field("age", "CharField", max_length=20, null=True)
NUMBER = field("age", "IntegerField", null=True)
ROWS = 3000
AGES = ("7", " 8 ", "n/a", None)
"""The database is sure of the first and the last, the second is written in another way, the third lost."""
BECOMES = {"7": 7, " 8 ": 8, "n/a": None, None: None, "41": 41, " 42 ": 42, "?": None}
CHANGED = {" 8 ", "n/a", " 42 ", "?"}
"""What the way back would not give again."""
LOST = {"n/a", "?"}


def _people(item: Any) -> None:
    item.objects.bulk_create(
        item(name=f"n{number}", age=AGES[number % 4]) for number in range(ROWS)
    )


CASE = Case(old=(NAME, TEXT), new=(NAME, NUMBER), rows=_people, force=True)


@pytest.fixture(autouse=True)
def large_tables(database: Database) -> Iterator[None]:
    """Take every table for a large one."""
    with override_settings(LOWCODE_BACKFILL_ROWS=1):
        yield


class Writer:
    """Somebody else who writes to the table, and knows what it should hold."""

    def __init__(self, **account: str) -> None:
        self.texts: dict[int, str | None] = dict(get_model("Item").objects.values_list("pk", "age"))
        given = connection.settings_dict
        own = {"user": given["USER"], "password": given["PASSWORD"]}
        self.connection = psycopg.connect(
            dbname=given["NAME"],
            host=given["HOST"],
            port=given["PORT"],
            **{**own, **account},
            autocommit=True,
            options="-c lock_timeout=20ms -c datestyle=german",
        )

    def change(self, key: int, text: str | None) -> None:
        self.execute("UPDATE dynamic_item SET age = %s WHERE id = %s", text, key)
        self.texts[key] = text

    def move(self, key: int, to: int) -> None:
        self.execute("UPDATE dynamic_item SET id = %s WHERE id = %s", to, key)
        self.texts[to] = self.texts.pop(key)

    def delete(self, key: int) -> None:
        self.execute("DELETE FROM dynamic_item WHERE id = %s", key)
        del self.texts[key]

    def insert(self, text: str | None) -> None:
        statement = "INSERT INTO dynamic_item (name, age) VALUES ('new', %s) RETURNING id"
        [key] = self.execute(statement, text).fetchone() or ()
        self.texts[key] = text

    def execute(self, statement: str, *params: Any) -> Any:
        return self.connection.execute(statement, params)

    def assert_all_is_well(self, change: Change, findings: tuple[Any, ...]) -> None:
        """Assert that each row became what it has to, and that exactly what was lost is kept."""
        change.assert_new()
        found = dict(get_model("Item").objects.values_list("pk", "age"))
        assert found == {key: BECOMES[text] for key, text in self.texts.items()}
        kept = {
            int(each.row_key): json.loads(each.value or "null") for each in LostValue.objects.all()
        }
        assert kept == {key: text for key, text in self.texts.items() if text in CHANGED}
        counts = {each.kind: each.count for each in findings}
        assert counts == {FindingKind.CLEARED: sum(text in LOST for text in self.texts.values())}


@pytest.fixture
def writer(database: Database) -> Iterator[Callable[..., Writer]]:
    with contextlib.ExitStack() as stack:

        def make(**account: str) -> Writer:
            made = Writer(**account)
            stack.callback(made.connection.close)
            return made

        yield make


def is_batch(sql: str) -> bool:
    return sql.startswith('UPDATE "dynamic_item"') and "CASE WHEN" in sql


def die_before_batch(number: int, wire: Wire, change: Change) -> None:
    """Let a worker die when it has filled the shadow in some rows."""
    batches = 0

    def die(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if batches == number:
            wire.die()

    with wire.tapped(before=die), contextlib.suppress(Died):
        change.work()
    assert not wire.alive


def leftovers() -> list[str]:
    """Return what is there of triggers, functions and lists of stale keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'lowcode\\_stale%'"
            " UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'lowcode\\_watch%'"
            " UNION ALL SELECT tgname FROM pg_trigger WHERE tgname LIKE 'zz\\_lowcode%'"
        )
        return [name for (name,) in cursor.fetchall()]


def test_every_value_gets_its_form_and_what_is_lost_is_kept(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change = Change(CASE)
    reader = writer()
    with wire.tapped():
        findings = change.work()
    batches = [each for each in wire.statements if is_batch(each)]
    assert len(batches) >= 2
    reader.assert_all_is_well(change, findings)
    assert leftovers() == []


def test_what_others_write_meanwhile_gets_its_form_too(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    """Rows are changed, moved, inserted and deleted that are done already, or are still to do."""
    change = Change(CASE)
    somebody = writer()
    first = min(somebody.texts)
    batches = 0

    def write(sql: str) -> None:
        nonlocal batches
        if not is_batch(sql):
            return
        batches += 1
        if batches != 2:
            return
        for start in (first, first + ROWS - 100):
            for place, text in enumerate(["41", " 42 ", "?", None]):
                for kind in range(4):
                    somebody.change(start + 4 * place + kind, text)
            for kind in range(4):
                somebody.delete(start + 20 + kind)
                somebody.move(start + 24 + kind, -start - 24 - kind)
        for text in ("41", " 42 ", "?", None):
            somebody.insert(text)

    with wire.tapped(before=write):
        findings = change.work()
    assert batches >= 2
    somebody.assert_all_is_well(change, findings)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_others_write_at_whatever_moment(
    wire: Wire, writer: Callable[[], Writer], seed: int
) -> None:
    change = Change(CASE)
    somebody = writer()
    chance = random.Random(seed)
    acts: list[Callable[[int, str | None], None]] = [
        somebody.change,
        somebody.change,
        lambda key, text: somebody.move(key, -chance.randrange(1, 10**9)),
        lambda key, text: somebody.delete(key),
        lambda key, text: somebody.insert(text),
    ]

    def write(sql: str) -> None:
        for _ in range(3):
            key = chance.choice([*somebody.texts])
            text = chance.choice([*BECOMES])
            somebody_acts = chance.choice(acts)
            # Whom the worker keeps waiting right now gives up, since the worker waits for us here.
            with contextlib.suppress(psycopg.errors.LockNotAvailable):
                somebody_acts(key, text)

    with wire.tapped(before=write):
        findings = change.work()
    somebody.assert_all_is_well(change, findings)
    assert leftovers() == []


def test_nobody_waits_for_the_table_while_its_rows_are_converted(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change = Change(CASE)
    somebody = writer()
    key = max(somebody.texts)
    held = 0

    def write(sql: str) -> None:
        nonlocal held
        if is_batch(sql):
            with contextlib.suppress(psycopg.errors.LockNotAvailable):
                somebody.change(key, "41")
                return
            held += 1

    with wire.tapped(before=write):
        change.work()
    assert held == 0


def test_what_is_lost_counts_once_although_a_lock_was_not_granted(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change = Change(CASE)
    somebody = writer()
    refused = 0

    def refuse(sql: str) -> None:
        nonlocal refused
        if "DROP COLUMN" in sql and not refused:
            refused += 1
            raise OperationalError("held") from psycopg.errors.LockNotAvailable()

    with wire.tapped(before=refuse):
        findings = change.work()
    assert refused == 1
    somebody.assert_all_is_well(change, findings)


def test_rows_that_are_truncated_have_lost_nothing(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change = Change(CASE)
    somebody = writer()
    batches = 0

    def truncate(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if is_batch(sql) and batches == 2:
            somebody.execute("TRUNCATE dynamic_item RESTART IDENTITY")
            somebody.texts.clear()
            for text in ("41", None, "?", "7"):
                somebody.insert(text)

    with wire.tapped(before=truncate):
        findings = change.work()
    assert batches >= 2
    somebody.assert_all_is_well(change, findings)


def test_replication_goes_on_in_both_directions(wire: Wire, writer: Callable[..., Writer]) -> None:
    """All changes are published, and somebody applies those of another server."""
    change = Change(CASE)
    somebody = writer(user=ADMIN, password=ADMIN_PASSWORD)
    somebody.execute("SET session_replication_role = replica")
    somebody.execute("CREATE PUBLICATION everything FOR ALL TABLES")
    batches = 0

    def write(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if is_batch(sql) and batches == 2:
            for kind in range(4):
                somebody.change(min(somebody.texts) + kind, "41")

    try:
        with wire.tapped(before=write):
            findings = change.work()
    finally:
        somebody.execute("DROP PUBLICATION everything")
    assert batches >= 2
    somebody.assert_all_is_well(change, findings)


def test_a_dump_that_is_made_meanwhile_can_be_restored(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    """The triggers can be made of what the server says of them, which is what pg_dump writes down."""
    change = Change(CASE)
    somebody = writer()
    made = list[str]()

    def make_again(sql: str) -> None:
        if not is_batch(sql) or made:
            return
        found = somebody.execute(
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname LIKE 'zz\\_lowcode%%'"
        ).fetchall()
        for name, definition in found:
            with somebody.connection.transaction(force_rollback=True):
                somebody.connection.execute(f"DROP TRIGGER {name} ON dynamic_item")
                somebody.connection.execute(definition)
            made.append(name)

    with wire.tapped(before=make_again):
        findings = change.work()
    assert len(made) == 3
    somebody.assert_all_is_well(change, findings)


@pytest.mark.parametrize("case", ["conversions", "hooks"])
def test_a_worker_that_dies_leaves_the_old_structure_in_force(wire: Wire, case: str) -> None:
    change = Change(CASES[case])
    for number in range(1, 200):
        with wire.tapped(last=number, only=is_of_tables), contextlib.suppress(Died):
            change.work()
        if change.recorded:
            break
        change.take_back()
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


def test_a_value_that_would_be_lost_ends_it_and_nothing_is_left(wire: Wire) -> None:
    change = Change(Case(old=CASE.old, new=CASE.new, rows=_people))
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
        if "DROP COLUMN" in sql and "age_v2_old" in sql:
            raise RuntimeError("nobody thought of that")

    with wire.tapped(before=fail), pytest.raises(RuntimeError):
        change.work()
    assert look() == change.old
    assert leftovers() == []
    assert not LostValue.objects.exists()
    somebody.assert_all_is_well(change, change.work())


def test_what_an_upgrade_has_left_is_swept_away_once_it_is_over(wire: Wire) -> None:
    change = Change(CASE)
    die_before_batch(2, wire, change)
    Upgrade.objects.filter(pk=change.upgrade.pk).update(active_model="item")
    backfilling.sweep(connection)
    assert leftovers()
    codes = [each.code for each in inspect().remarks]
    assert "inspected_backfill_left" in codes
    Upgrade.objects.filter(pk=change.upgrade.pk).update(
        active_model=None, state=Upgrade.State.FAILED
    )
    backfilling.sweep(connection)
    assert leftovers() == []
    assert look() == change.old


INDEXED = Case(
    old=(NAME, TEXT, field("size", "CharField", max_length=9)),
    old_beside={"indexes": (IndexDefinition(name="by_size", fields=("size",)),)},
    new=(
        field("title", "CharField", max_length=50, renamed_from="name", db_index=True),
        field("age", "IntegerField", null=True, db_index=True),
        field("size", "IntegerField"),
        field("note", "IntegerField", null=True, db_index=True),
    ),
    new_beside={
        "indexes": (
            IndexDefinition(name="by_size", fields=("-size",)),
            IndexDefinition(name="by_title", fields=("title", "size")),
            IndexDefinition(name="by_names", fields=("-title",)),
        )
    },
    rows=lambda item: item.objects.bulk_create(
        item(name=f"n{number}", age=AGES[number % 4], size="1") for number in range(ROWS)
    ),
    force=True,
)


def test_indexes_are_built_beforehand_where_their_columns_stay_what_they_are(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change = Change(INDEXED)
    somebody = writer()
    built = list[str]()

    def write(sql: str) -> None:
        if sql.startswith("CREATE INDEX") and not sql.startswith('CREATE INDEX "lc_'):
            built.append(sql)
        if "CONCURRENTLY" in sql:
            somebody.change(min(somebody.texts), "41")

    with wire.tapped(before=write):
        findings = change.work()
    # Two for the renamed text, of which one serves patterns. by_size is made anew under the name that it has,
    # by_title is on a column that is converted, and the column of note is not there yet.
    beforehand = [each for each in built if "CONCURRENTLY" in each]
    assert len([each for each in beforehand if '("name"' in each]) == 3
    assert len([each for each in beforehand if '("age_v2")' in each]) == 1
    assert len(beforehand) == 4
    somebody.assert_all_is_well(change, findings)
    assert leftovers() == []


def test_a_worker_that_dies_leaves_no_index(wire: Wire) -> None:
    only_indexes = Case(
        old=(NAME, TEXT),
        new=(field("name", "CharField", max_length=50, db_index=True), TEXT),
        new_beside={"indexes": (IndexDefinition(name="by_age", fields=("age",)),)},
        rows=_people,
    )
    change = Change(only_indexes)
    for number in range(1, 100):
        with wire.tapped(last=number, only=is_of_tables), contextlib.suppress(Died):
            change.work()
        if change.recorded:
            break
        change.take_back()
        assert look() == change.old, wire.statements[-3:]
        assert leftovers() == []
    assert number > 4
    assert any("CONCURRENTLY" in each for each in wire.statements)
    change.assert_new()
    assert leftovers() == []


def test_an_index_that_cannot_be_built_beforehand_is_built_under_the_lock(wire: Wire) -> None:
    change = Change(INDEXED)

    def fail(sql: str) -> None:
        if "CREATE INDEX CONCURRENTLY" in sql and "by_names" in sql:
            raise OperationalError("cancelled") from psycopg.errors.QueryCanceled()

    with wire.tapped(before=fail):
        change.work()
    assert any('CREATE INDEX "by_names"' in each for each in wire.statements)
    change.assert_new()
    assert leftovers() == []


def test_what_is_left_of_an_index_makes_room_for_the_whole(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    """A long transaction lets an index neither be finished nor be dropped."""
    change = Change(INDEXED)
    somebody, reader = writer(), writer()
    reader.connection.autocommit = False
    reader.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    begun = 0

    def read(sql: str) -> None:
        nonlocal begun
        begun += "CREATE INDEX CONCURRENTLY" in sql
        if "CREATE INDEX CONCURRENTLY" in sql and begun == 4:
            reader.execute("SELECT count(*) FROM dynamic_item")
        if begun and sql.startswith("ALTER TABLE"):
            reader.connection.rollback()

    with override_settings(LOWCODE_LOCK_PATIENCE=0.5), wire.tapped(before=read):
        findings = change.work()
    assert begun == 4
    assert any(each.startswith("DROP INDEX IF EXISTS") for each in wire.statements)
    somebody.assert_all_is_well(change, findings)
    assert leftovers() == []


def test_originals_come_back_unless_somebody_has_written_since(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    upgrade("Item", *CASE.old)
    _people(get_model("Item"))
    texts = dict(get_model("Item").objects.values_list("pk", "age"))
    made = upgrade("Item", *CASE.new)
    somebody = writer()
    [first, second, *_] = sorted(key for key, text in texts.items() if text == " 8 ")
    last = max(key for key, text in texts.items() if text == " 8 ")
    batches = 0

    def write(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if batches == 2:
            for key in (first, second, last):
                somebody.execute("UPDATE dynamic_item SET age = 99 WHERE id = %s", key)
            batches += 1

    with wire.tapped(before=write):
        revert(made)
    expected = texts | dict.fromkeys((first, second, last), "99")
    assert dict(get_model("Item").objects.values_list("pk", "age")) == expected
    not_restored = LostValue.objects.filter(upgrade=made, restored_at=None)
    assert {int(each.row_key) for each in not_restored} == {first, second, last}


@pytest.mark.parametrize("large", [True, False])
def test_every_original_comes_back_and_is_noted(database: Database, large: bool) -> None:
    """Of several fields, with and without a shortcut of the database's, beside a field that goes."""
    old = (
        field("age", "CharField", max_length=20, null=True),
        field("size", "CharField", max_length=20, null=True),
        field("note", "TextField", null=True),
    )
    upgrade("Item", *old)
    texts = [{"age": text, "size": text, "note": text} for text in AGES]
    get_model("Item").objects.bulk_create(get_model("Item")(**each) for each in texts)
    made = upgrade(
        "Item",
        NUMBER,
        field("size", "IntegerField", null=True),
        field("note", "JSONField", null=True),
        field("more", "IntegerField", null=True),
    )
    get_model("Item").objects.update(more=1)
    with override_settings(LOWCODE_BACKFILL_ROWS=1 if large else 1000):
        revert(made)
    assert list(get_model("Item").objects.order_by("pk").values("age", "size", "note")) == texts
    kept = LostValue.objects.filter(upgrade=made)
    assert set(kept.values_list("field", flat=True)) == {"age", "size", "note"}
    assert not kept.filter(restored_at=None).exists()
