"""Others at the same table: two who upgrade it, one who holds it, many who write, one who altered it."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from django.db import DatabaseError

from tests.acceptance.site import Mode, Site
from tests.acceptance.subjects import OLD, Subject, assert_same
from tests.acceptance.test_kills import KINDS
from tests.servers.base import wait_for

SERVERS = KINDS[1:]
"""On SQLite, whoever writes holds everything."""


@pytest.mark.parametrize("hurried_site", KINDS, indirect=True)
def test_one_of_many_posts_at_once_starts_an_upgrade(hurried_site: Site) -> None:
    clients = 6
    barrier = threading.Barrier(clients)
    body = {"model_name": "Wanted", "fields": OLD, "no_backup": True}

    def post(_: int) -> httpx.Response:
        with hurried_site.client() as client:
            barrier.wait()
            return client.post("/lowcode/api/upgrade-model/", json=body)

    with stopped_worker(hurried_site), ThreadPoolExecutor(clients) as pool:
        answers = list(pool.map(post, range(clients)))
    started = [each.json()["task_id"] for each in answers if each.status_code == 202]
    refused = [each.json()["task_id"] for each in answers if each.status_code == 409]
    assert len(started) + len(refused) == clients
    if hurried_site.mode is Mode.DISTRIBUTED:
        assert len(started) == 1
    # An embedded worker cannot be stopped: whoever came after its end has started another upgrade.
    assert set(refused) <= set(started)
    for task_id in started:
        assert hurried_site.wait_for_end(task_id)["status"] == "success"


@pytest.mark.parametrize("hurried_site", SERVERS, indirect=True)
def test_an_upgrade_waits_for_whoever_holds_the_table_and_holds_up_nobody(
    hurried_site: Site,
) -> None:
    site = hurried_site
    held, other = Subject(site=site, rows=100), Subject(site=site, rows=100)
    held.create()
    other.create()
    with held_by_a_writer(held), site.watch(held.upgrade(no_backup=True)) as watch:
        waiting = watch.wait_until(lambda frame: "code" in frame.event["payload"])
        assert waiting.event["payload"]["code"] == "waiting_for_lock"
        assert held.table in waiting.event["message"]
        with writers(site, held.insert) as written:
            other.upgrade(no_backup=True)
            assert other.wait_for_end()["status"] == "success"
            # Whoever queued up behind the upgrade would be stuck as long as the table is held.
            written.wait_for_more(20)
        # Another model's upgrade has passed by, and this one has not ended.
        assert site.status(held.task_id)["status"] == "running"
    assert held.wait_for_end()["status"] == "success"
    print(f"{site.engine}: {len(written.values)} written, longest stall {written.longest:.2f} s")
    assert written.refused == 0
    other.assert_new()
    held.assert_can_go_on()


@pytest.mark.parametrize("hurried_site", KINDS, indirect=True)
def test_what_is_written_during_a_conversion_is_there_afterwards(hurried_site: Site) -> None:
    subject = Subject(site=hurried_site, rows=10_000)
    subject.create()
    with writers(subject.site, subject.insert, subject.update) as written:
        subject.upgrade(no_backup=True)
        assert subject.wait_for_end()["status"] == "success"
    print(f"{hurried_site.engine}: {len(written.values)} written, longest {written.longest:.2f} s")
    rows = dict(hurried_site.query(f"SELECT name, age FROM {subject.table}"))
    expected = {f"n{number}": number for number in range(1, subject.rows + 1)} | written.values
    assert_same(sorted(rows.items()), sorted(expected.items()))
    subject.assert_can_go_on()


@pytest.mark.parametrize("hurried_site", KINDS, indirect=True)
def test_a_table_that_was_altered_by_hand_is_told_and_left_alone(hurried_site: Site) -> None:
    site = hurried_site
    dropped, missing = Subject(site=site, rows=3), Subject(site=site, rows=3)
    retyped, there = Subject(site=site, rows=3), Subject(site=site, rows=0)
    for each in (dropped, missing, retyped):
        each.create()
    site.query(f"ALTER TABLE {dropped.table} DROP COLUMN age")
    site.query(f"DROP TABLE {missing.table}")
    site.query(f"ALTER TABLE {retyped.table} DROP COLUMN name")
    site.query(f"ALTER TABLE {retyped.table} ADD COLUMN name integer NOT NULL DEFAULT 0")
    site.query(f"CREATE TABLE {there.table} (id integer)")
    columns = {each: site.columns(each.table) for each in (dropped, missing, retyped, there)}

    for subject, found in (
        (dropped, f"- {dropped.table}.age"),
        (missing, f"- {missing.table}"),
        (retyped, f"{retyped.table}.name: int"),
        (there, f"+ {there.table}"),
    ):
        subject.upgrade()
        status = subject.wait_for_end()
        assert (status["status"], status["code"]) == ("failed", "drift")
        assert status["error"].startswith(f"数据表 {subject.table} 与模型定义不一致")
        assert found in status["error"]
        assert site.columns(subject.table) == columns[subject]


@contextlib.contextmanager
def stopped_worker(site: Site) -> Iterator[None]:
    """Let the worker rest, if it is a process of its own."""
    group = site.working.pid if site.mode is Mode.DISTRIBUTED else None
    if group is not None:
        os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        if group is not None:
            os.killpg(group, signal.SIGCONT)


@dataclass
class Written:
    """What writers wrote while others changed the table."""

    values: dict[str, int] = field(default_factory=dict)
    """Ages by names, of every write that was acknowledged."""
    refused: int = 0
    longest: float = 0.0
    """Seconds that the slowest write took."""

    def wait_for_more(self, count: int) -> None:
        """Wait until so many more rows have been written."""
        wanted = len(self.values) + count

        def look() -> None:
            assert len(self.values) >= wanted, f"{len(self.values)} written, {self.refused} refused"

        wait_for(look, seconds=60)


Write = Callable[[Any, int], tuple[str, int]]
"""Writes the row of a number by a cursor; returns its name and its age."""


@contextlib.contextmanager
def writers(site: Site, *writes: Write) -> Iterator[Written]:
    """Let a thread for each way to write do so as long as the block lasts."""
    written, over = Written(), threading.Event()

    def write_on(write: Write) -> None:
        with site.connection() as connection, connection.cursor() as cursor:
            number = 0
            while not over.wait(0.002):
                number += 1
                begin = time.monotonic()
                try:
                    name, age = write(cursor, number)
                except DatabaseError:
                    written.refused += 1
                else:
                    written.values[name] = age
                written.longest = max(written.longest, time.monotonic() - begin)

    with ThreadPoolExecutor(len(writes)) as pool:
        under_way = [pool.submit(write_on, write) for write in writes]
        try:
            yield written
        finally:
            over.set()
    for each in under_way:
        each.result()


@contextlib.contextmanager
def held_by_a_writer(subject: Subject) -> Iterator[None]:
    """Hold the table by a transaction that has changed one of its rows, and is rolled back."""
    with subject.site.connection() as connection, connection.cursor() as cursor:
        connection.set_autocommit(False)
        cursor.execute(f"UPDATE {subject.table} SET name = 'held' WHERE id = 1")
        try:
            yield
        finally:
            connection.rollback()
