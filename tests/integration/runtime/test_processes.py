"""The row of a process, and the thread that keeps it true."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import override_settings

from lowcode_async.clock import database_now
from lowcode_async.models import Process
from lowcode_async.runtime import processes
from lowcode_async.runtime.generation import served_number
from lowcode_async.runtime.processes import (
    ID_VARIABLE,
    Registration,
    close_pools,
    live,
    own,
    report_now,
)
from lowcode_async.runtime.signals import generation_swapped
from tests.databases import Database
from tests.integration.followers import Follower
from tests.integration.runtime.dynamic import definition, eventually, publish, record, text

pytestmark = pytest.mark.usefixtures("database")

Follow = Callable[..., Follower]
PRODUCT = definition("Product", name=text())
PRICED = definition("Product", name=text(), price={"type": "FloatField", "null": True})


@contextmanager
def registered(
    kind: Process.Kind = Process.Kind.WEB, *, on_restart: Callable[[UUID], None] | None = None
) -> Iterator[Registration]:
    """Register this process for the length of a block."""
    registration = Registration(kind, on_restart=on_restart)
    registration.start()
    try:
        assert registration.registered.wait(60)
        yield registration
    finally:
        registration.stop()


@pytest.fixture
def swapped() -> Iterator[threading.Event]:
    """Set when this process swaps its generation."""
    event = threading.Event()

    def hear(**_: object) -> None:
        event.set()

    generation_swapped.connect(hear)
    yield event
    generation_swapped.disconnect(hear)


def quick_to_die() -> override_settings:
    """Make signs of life due every 50 ms."""
    return override_settings(LOWCODE_GENERATION_POLL=0.02, LOWCODE_PROCESS_TIMEOUT=0.2)


def row(registration: Registration) -> Process:
    return Process.objects.get(pk=registration.id)


def test_process_has_a_row_as_long_as_it_is_registered() -> None:
    number = record(PRODUCT)
    before = database_now()
    with registered(Process.Kind.EMBEDDED) as registration:
        process = row(registration)
        assert (process.kind, process.host, process.pid) == (
            "embedded",
            socket.gethostname(),
            os.getpid(),
        )
        assert (process.incarnation, process.restart_requested) == (1, None)
        assert process.generation == number
        assert before <= process.started_at <= process.last_seen_at <= database_now()
        assert own() is registration
    assert not Process.objects.exists()
    assert own() is None


def test_stop_takes_no_longer_than_the_work_under_way() -> None:
    with override_settings(LOWCODE_GENERATION_POLL=3600), registered() as registration:
        stopping = threading.Thread(target=registration.stop)
        stopping.start()
        stopping.join(60)
        assert not stopping.is_alive()
        assert not registration._thread.is_alive()


def test_process_follows_without_being_told_and_reports_it(swapped: threading.Event) -> None:
    with override_settings(LOWCODE_GENERATION_POLL=0.02), registered() as registration:
        swapped.clear()
        number = record(PRODUCT)
        assert swapped.wait(60)
        assert served_number() == number
        eventually(lambda: row(registration).generation == number)


def test_two_real_processes_follow_without_being_told(follow: Follow) -> None:
    publish(PRODUCT)
    followers = [follow("web"), follow("worker")]
    for follower in followers:
        assert follower.hear("generation")["fields"] == {"Product": ["id", "name"]}
        follower.hear("id")
    assert sorted(Process.objects.values_list("kind", "pid")) == sorted(
        zip(["web", "worker"], [each.pid for each in followers], strict=True)
    )
    number = publish(PRICED)
    for follower in followers:
        said = follower.hear("generation")
        assert said == {"generation": number, "fields": {"Product": ["id", "name", "price"]}}
    eventually(lambda: Process.objects.filter(generation=number).count() == 2)
    for follower in followers:
        follower.end()
    assert not Process.objects.exists()


def test_killed_process_leaves_a_row_that_grows_old(follow: Follow) -> None:
    follower = follow("web")
    follower.hear("id")
    assert live().count() == 1
    follower.kill()
    assert live(Process.Kind.WEB).count() == 1
    assert live(Process.Kind.WORKER, Process.Kind.EMBEDDED).count() == 0
    long_ago = database_now() - timedelta(seconds=16)
    Process.objects.update(last_seen_at=long_ago)
    assert live().count() == 0


def test_process_gives_signs_of_life() -> None:
    with quick_to_die(), registered() as registration:
        first = row(registration).last_seen_at
        eventually(lambda: row(registration).last_seen_at > first)


def test_process_is_not_written_to_at_each_look() -> None:
    seldom = override_settings(LOWCODE_GENERATION_POLL=0.01, LOWCODE_PROCESS_TIMEOUT=3600)
    with seldom, registered() as registration:
        first = row(registration).last_seen_at
        looks = threading.Semaphore(0)
        registration._look = lambda look=registration._look: (look(), looks.release())  # type: ignore[method-assign, misc]
        for _ in range(5):
            assert looks.acquire(timeout=60)
        assert row(registration).last_seen_at == first


def test_next_incarnation_takes_over_the_row(follow: Follow) -> None:
    with registered() as registration:
        Process.objects.update(restart_requested=uuid4())
        first = row(registration)
        registration.hand_over()
    assert os.environ.pop(ID_VARIABLE) == str(registration.id)
    assert Process.objects.filter(pk=registration.id).exists()

    follower = follow("web", **{ID_VARIABLE: str(registration.id)})
    assert follower.hear("id")["id"] == str(registration.id)
    second = row(registration)
    assert (second.incarnation, second.restart_requested) == (2, None)
    assert second.pid == follower.pid
    assert second.started_at > first.started_at
    follower.end()
    assert not Process.objects.exists()


def test_id_of_a_former_incarnation_is_not_left_to_programs_this_process_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ID_VARIABLE, str(uuid4()))
    inherited = os.environ[ID_VARIABLE]
    assert str(Registration(Process.Kind.WEB).id) == inherited
    assert ID_VARIABLE not in os.environ
    assert str(Registration(Process.Kind.WEB).id) != inherited


def test_restart_that_is_asked_for_is_noticed_once() -> None:
    asked: list[UUID] = []
    heard = threading.Semaphore(0)

    def on_restart(upgrade: UUID) -> None:
        asked.append(upgrade)
        heard.release()

    with override_settings(LOWCODE_GENERATION_POLL=0.01), registered(on_restart=on_restart):
        first, second = uuid4(), uuid4()
        for upgrade in (first, second):
            Process.objects.update(restart_requested=upgrade)
            assert heard.acquire(timeout=60)
        assert not heard.acquire(timeout=0.2)
    assert asked == [first, second]


def test_callback_may_stop_the_registration() -> None:
    stopped = threading.Event()

    def on_restart(upgrade: UUID) -> None:
        registration.stop()
        stopped.set()

    registration = Registration(Process.Kind.WEB, on_restart=on_restart)
    with override_settings(LOWCODE_GENERATION_POLL=0.01):
        registration.start()
        assert registration.registered.wait(60)
        Process.objects.update(restart_requested=uuid4())
        assert stopped.wait(60)
        eventually(lambda: not Process.objects.exists())


def test_row_that_vanished_is_written_again() -> None:
    with quick_to_die(), registered() as registration:
        Process.objects.all().delete()
        eventually(lambda: Process.objects.filter(pk=registration.id).exists())


def test_rows_of_processes_killed_long_ago_are_deleted_by_who_registers() -> None:
    now = database_now()
    for hours in (0, 2):
        Process.objects.create(
            kind="web",
            host="elsewhere",
            pid=hours,
            started_at=now,
            last_seen_at=now - timedelta(hours=hours),
        )
    with registered():
        assert list(Process.objects.filter(host="elsewhere").values_list("pid")) == [(0,)]


@contextmanager
def away(database: Database) -> Iterator[None]:
    """Take the server away; from SQLite, which has none, the tables that are used."""
    if database.server is not None:
        with database.server.away(killed=True):
            yield
        return
    tables = {"lowcode_async_counter": "away_counter", "lowcode_async_process": "away_process"}
    with connection.cursor() as cursor:
        for table, hidden in tables.items():
            cursor.execute(f"ALTER TABLE {table} RENAME TO {hidden}")
        try:
            yield
        finally:
            for table, hidden in tables.items():
                cursor.execute(f"ALTER TABLE {hidden} RENAME TO {table}")


def test_database_that_is_away_is_told_once_and_waited_for(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def told() -> list[str]:
        return [
            each.msg.split()[0]
            for each in caplog.records
            if each.name == processes.__name__ and each.levelno >= logging.WARNING
        ]

    quick = override_settings(LOWCODE_GENERATION_POLL=0.02)
    with database.impatient(), quick, registered() as registration:
        with away(database):
            eventually(told, within=60)
        eventually(lambda: len(told()) == 2, within=60)
        assert told() == ["cannot", "following"]
        connection.close()
        number = record(PRODUCT)
        eventually(lambda: row(registration).generation == number)
        assert len(told()) == 2


def test_registration_begins_while_the_database_is_away(database: Database) -> None:
    registration = Registration(Process.Kind.WEB)
    with database.impatient(), override_settings(LOWCODE_GENERATION_POLL=0.02):
        with away(database):
            registration.start()
            assert not registration.registered.wait(0.2)
        assert registration.registered.wait(60)
        connection.close()
        registration.stop()


def test_report_now_swaps_and_reports_without_waiting_for_the_next_look() -> None:
    with override_settings(LOWCODE_GENERATION_POLL=3600), registered() as registration:
        number = record(PRODUCT)
        assert report_now() == number
        assert served_number() == number
        assert row(registration).generation == number


def test_report_now_without_a_registration_only_swaps() -> None:
    number = record(PRODUCT)
    assert report_now() == number == served_number()
    assert not Process.objects.exists()


def test_process_that_cannot_build_the_newest_generation_stays_alive_with_the_former() -> None:
    with quick_to_die():
        number = record(PRODUCT)
        with registered() as registration:
            record(definition("Broken", name={"type": "NoSuchField"}))
            first = row(registration).last_seen_at
            eventually(lambda: row(registration).last_seen_at > first)
            assert row(registration).generation == number == served_number()


def test_pools_are_closed_before_the_process_ends(database: Database) -> None:
    pools = getattr(connection, "_connection_pools", {})
    connection.ensure_connection()
    assert bool(pools) == (database.vendor == "postgresql")
    close_pools()
    assert connection.connection is None
    assert not pools


def test_process_can_be_registered_once_only() -> None:
    with registered(), pytest.raises(RuntimeError):
        Registration(Process.Kind.WORKER).start()


def test_thread_closes_its_connection_in_the_end() -> None:
    opened: list[tuple[threading.Thread, BaseDatabaseWrapper]] = []

    def remember(*, connection: BaseDatabaseWrapper, **_: object) -> None:
        opened.append((threading.current_thread(), connection))

    connection_created.connect(remember)
    try:
        with registered() as registration:
            thread = registration._thread
    finally:
        connection_created.disconnect(remember)
    assert not thread.is_alive()
    own_connections = [each for opener, each in opened if opener is thread]
    assert own_connections
    assert all(each.connection is None for each in own_connections)
