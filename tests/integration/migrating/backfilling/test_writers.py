"""Values of a large table get their new form while everybody goes on writing."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Callable

import psycopg
import pytest
from django.db import OperationalError, connection

from tests.integration.migrating.backfilling.meanwhile import (
    BECOMES,
    BUSY,
    CASE,
    ROWS,
    Writer,
    is_batch,
    is_over,
    leftovers,
)
from tests.integration.migrating.changes import (
    Change,
)
from tests.integration.migrating.dying import Wire, is_write
from tests.servers.postgresql import ADMIN, ADMIN_PASSWORD

SERVERS = pytest.mark.parametrize("database", ["postgresql", "mysql"], indirect=True)
SETTLES = re.compile(
    r'DROP COLUMN|`dynamic_item` SET `lowcode_touched_|"dynamic_item" RENAME TO "lowcode_move'
)
"""Is near the end of a transaction: on MySQL, of one that has converted rows by the function."""
POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def test_every_value_gets_its_form_and_what_is_lost_is_kept(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    change = Change(CASE)
    reader = writer()
    batches = list[str]()

    def count(sql: str) -> None:
        if is_batch(sql):
            batches.append(sql)

    with wire.tapped(before=count):
        findings = change.work()
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
        if is_over(wire):
            return
        for _ in range(3):
            key = chance.choice([*somebody.texts])
            text = chance.choice([*BECOMES])
            somebody_acts = chance.choice(acts)
            # Whom the worker keeps waiting right now gives up, since the worker waits for us here.
            with contextlib.suppress(*BUSY):
                somebody_acts(key, text)

    # On MySQL even before reads: each statement outside of a transaction stands alone there.
    only = bool if connection.vendor == "mysql" else is_write
    with wire.tapped(before=write, only=only):
        findings = change.work()
    somebody.assert_all_is_well(change, findings)
    assert leftovers() == []


@SERVERS
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
            with contextlib.suppress(*BUSY):
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
        if SETTLES.search(sql) and not refused:
            refused += 1
            raise OperationalError(1205, "locked") from psycopg.errors.LockNotAvailable()

    with wire.tapped(before=refuse):
        findings = change.work()
    assert refused == 1
    somebody.assert_all_is_well(change, findings)


@SERVERS
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
            somebody.truncate()
            for text in ("41", None, "?", "7"):
                somebody.insert(text)

    with wire.tapped(before=truncate):
        findings = change.work()
    assert batches >= 2
    somebody.assert_all_is_well(change, findings)


@POSTGRESQL
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


@POSTGRESQL
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
