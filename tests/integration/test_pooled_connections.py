"""Pooled connections to PostgreSQL: the last used is used next, and is looked at, not asked, before."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import OperationalError

from asgi_site.postgresql.base import look
from tests.databases import Database
from tests.integration.runtime.dynamic import eventually

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def observed(sql: str, pid: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, [pid])
        return (cursor.fetchone() or [None])[0]


def test_one_that_lives_is_not_asked(database: Database) -> None:
    with psycopg.connect(**_parameters(), autocommit=True) as beside:
        beside.execute("SELECT 1 AS former")
        look(beside)
        pid = beside.info.backend_pid
        last = observed("SELECT query FROM pg_stat_activity WHERE pid = %s", pid)
        assert last == "SELECT 1 AS former"


def test_one_that_the_server_has_closed_is_found_out(database: Database) -> None:
    with psycopg.connect(**_parameters(), autocommit=True) as beside:
        assert observed("SELECT pg_terminate_backend(%s)", beside.info.backend_pid)

        def gone() -> bool:
            try:
                look(beside)
            except OperationalError:
                return True
            return False

        assert eventually(gone)


def test_request_does_not_get_one_that_the_server_has_closed(database: Database) -> None:
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    connection.close()  # it goes back to the pool
    with psycopg.connect(**_parameters(), autocommit=True) as beside:
        ended = beside.execute(
            "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
        # All of them: the pool may give any, and one that has not heard yet that it must go still answers.
        pids = [each for each, _ in ended]
        living = "SELECT 1 FROM pg_stat_activity WHERE pid = ANY(%s)"
        assert eventually(lambda: beside.execute(living, [pids]).fetchone() is None)
    assert observed("SELECT 1 WHERE %s > 0", pid) == 1
    assert connection.connection.info.backend_pid != pid


def test_the_one_last_given_back_is_the_next(database: Database) -> None:
    connection.ensure_connection()
    pool: Any = connection.pool  # type: ignore[attr-defined]
    several = [pool.getconn() for _ in range(3)]
    for each in several:
        pool.putconn(each)
    assert [pool.getconn() for _ in range(3)] == several[::-1]
    for each in several:
        pool.putconn(each)


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {
        name: given[name]
        for name in ("dbname", "user", "password", "host", "port")
        if name in given
    }
