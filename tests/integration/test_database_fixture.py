"""The fixture `database` itself: the tests stand on it."""

from __future__ import annotations

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, connections

from lowcode_async.models import Counter, DynamicModel
from tests.databases import Database

TABLE = "CREATE TABLE dynamic_thing (id integer PRIMARY KEY, user_id integer)"


def test_django_is_pointed_at_the_database(database: Database) -> None:
    assert connection.vendor == database.vendor
    assert not DynamicModel.objects.exists()


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_the_database_clean(database: Database, turn: int) -> None:
    assert not User.objects.exists()
    assert set(Counter.objects.values_list("value", flat=True)) == {0}
    assert "dynamic_thing" not in connection.introspection.table_names()
    User.objects.create_user("somebody", password="secret")
    Counter.objects.update(value=turn)
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute("CREATE VIEW dynamic_view AS SELECT * FROM dynamic_thing")


def test_other_threads_see_the_same_rows(database: Database) -> None:
    DynamicModel.objects.create(name="Product", name_lower="product", version=1)
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(DynamicModel.objects.count()))
    thread.start()
    thread.join()
    assert seen == [1]


@pytest.mark.parametrize("turn", [1, 2])
async def test_async_tests_see_the_same_rows(
    database: Database, staff_user: User, turn: int
) -> None:
    counts = await asyncio.gather(
        User.objects.acount(), sync_to_async(User.objects.count, thread_sensitive=False)()
    )
    assert counts == [1, 1]


def test_sqlite_runs_as_the_site_runs_it(database: Database) -> None:
    if database.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
    assert connections["default"].transaction_mode == "IMMEDIATE"


def test_mysql_is_strict_and_speaks_utf8mb4(database: Database) -> None:
    if database.vendor != "mysql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@sql_mode, @@character_set_database, '日本🎉'")
        mode, charset, text = cursor.fetchone()
    assert "STRICT_TRANS_TABLES" in mode
    assert (charset, text) == ("utf8mb4", "日本🎉")


@pytest.mark.parametrize("turn", [1, 2])
def test_a_server_that_was_killed_is_back_for_the_next_test(database: Database, turn: int) -> None:
    assert not User.objects.exists()
    if database.server is None:
        return
    with database.impatient(), database.server.away(killed=True), pytest.raises(DatabaseError):
        User.objects.count()


@pytest.mark.parametrize("turn", [1, 2])
def test_a_transaction_left_open_does_not_hinder_the_next_test(
    database: Database, turn: int
) -> None:
    assert not User.objects.exists()
    connection.set_autocommit(False)
    User.objects.create_user("somebody", password="secret")
