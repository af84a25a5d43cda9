"""The log has no gap and nobody who reads behind a number misses a line."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import connections, transaction

from lowcode_async.models import Upgrade
from lowcode_async.upgrades import events
from lowcode_async.upgrades.events import EventKind
from tests.databases import Database


@pytest.fixture
def upgrade(database: Database) -> Upgrade:
    return Upgrade.objects.create(model_name="Product", definition={})


def append(upgrade: Upgrade, kind: EventKind = EventKind.STAGE_PROGRESS) -> events.EventData:
    with transaction.atomic():
        return events.append(upgrade.pk, kind, stage="validate", payload={"rows": 1})


def test_sequences_count_from_one(upgrade: Upgrade) -> None:
    assert [append(upgrade).sequence for _ in range(3)] == [1, 2, 3]


def test_an_event_taken_back_leaves_no_gap(upgrade: Upgrade) -> None:
    append(upgrade)
    with transaction.atomic():
        events.append(upgrade.pk, EventKind.STAGE_PROGRESS)
        transaction.set_rollback(True)
    assert append(upgrade).sequence == 2
    assert events.newest_position() == 2


def test_reading_after_a_number_gives_what_follows_in_order(upgrade: Upgrade) -> None:
    for _ in range(5):
        append(upgrade)
    assert [e.sequence for e in events.read_after(upgrade.pk, 2)] == [3, 4, 5]
    assert [e.sequence for e in events.read_after(upgrade.pk, 0, limit=2)] == [1, 2]
    assert events.read_after(upgrade.pk, 5) == []


def test_positions_run_over_all_upgrades(upgrade: Upgrade) -> None:
    other = Upgrade.objects.create(model_name="Other", definition={})
    append(upgrade), append(other), append(upgrade)
    read = events.read_all_after(0)
    assert [(e.task_id, e.sequence, e.position) for e in read] == [
        (upgrade.pk, 1, 1),
        (other.pk, 1, 2),
        (upgrade.pk, 2, 3),
    ]
    assert [e.position for e in events.read_all_after(2)] == [3]


def test_simultaneous_writers_leave_no_gap_and_no_double(upgrade: Upgrade) -> None:
    others = [Upgrade.objects.create(model_name=f"M{n}", definition={}) for n in range(3)]
    barrier = Barrier(4)

    def write(one: Upgrade) -> None:
        barrier.wait()
        try:
            for _ in range(5):
                append(one)
        finally:
            connections.close_all()

    threads = [Thread(target=write, args=(one,)) for one in (upgrade, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.position for e in events.read_all_after(0)] == list(range(1, 21))
    assert [e.sequence for e in events.read_after(upgrade.pk)] == [1, 2, 3, 4, 5]


def test_the_wire_form_tells_the_time_in_utc_and_speaks_the_readers_language(
    upgrade: Upgrade,
) -> None:
    with transaction.atomic():
        told = {"code": "upgrade_succeeded", "params": {"model": "Product"}}
        event = events.append(upgrade.pk, EventKind.UPGRADE_SUCCEEDED, payload=told)
    wire = event.to_wire("zh")
    assert wire["message"] == "模型 Product 升级成功"
    assert event.to_wire("en")["message"] == "Model Product was upgraded"
    assert wire["at"].endswith("Z")
    assert wire["sequence"] == 1
    assert wire["kind"] == "upgrade.succeeded"
    assert events.read_after(upgrade.pk)[0].to_wire("zh") == wire
