"""The database refuses a statement, or grants no lock, or goes away: at any of the statements."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, DataError, InterfaceError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings

from lowcode_async.errors import Retryable, StageFailed
from tests.databases import Database
from tests.integration.migrating.changes import CASES, Change, look
from tests.integration.migrating.dying import Wire, is_of_tables


class SqlState(Exception):
    """The driver's error behind PostgreSQL's refusal."""

    sqlstate = "55P03"


def refused() -> DatabaseError:
    """Return what a database says that will not do it."""
    if connection.vendor == "mysql":
        return OperationalError(1114, "The table is full")
    return DataError("value out of range")


def not_granted() -> DatabaseError:
    """Return what a database says that does not grant a lock in time."""
    match connection.vendor:
        case "sqlite":
            return OperationalError("database is locked")
        case "postgresql":
            error = OperationalError("canceling statement due to lock timeout")
            error.__cause__ = SqlState()
            return error
    return OperationalError(1205, "Lock wait timeout exceeded; try restarting transaction")


class Once:
    """Raises an error at one statement, by its number, from 1."""

    def __init__(self, error: Callable[[], Exception], *, at: int) -> None:
        self.error = error
        self.left = at
        self.happened = False

    def __call__(self, sql: str) -> None:
        self.left -= 1
        if self.left == 0:
            self.happened = True
            raise self.error()


class FirstTime:
    """Raises an error at each statement when it comes for the first time."""

    def __init__(self, error: Callable[[], Exception]) -> None:
        self.error = error
        self.seen: set[str] = set()

    def __call__(self, sql: str) -> None:
        if sql not in self.seen:
            self.seen.add(sql)
            raise self.error()


@pytest.mark.parametrize(
    ("database", "case"),
    [(each, "conversions") for each in ("sqlite", "postgresql", "mysql")] + [("mysql", "removals")],
    indirect=["database"],
)
def test_what_is_refused_leaves_everything_as_it_was(
    database: Database, wire: Wire, case: str
) -> None:
    change = Change(CASES[case])
    for number in itertools.count(1):
        refusal = Once(refused, at=number)
        with wire.tapped(before=refusal, only=is_of_tables):
            if error := error_of(change):
                assert refusal.happened
                assert error.code == "database_refused"
                assert error.params["operation"] != "?"
        if change.recorded:
            break
        assert look() == change.old, wire.statements[-3:]
    change.work()
    change.assert_new()


def test_a_lock_that_is_not_granted_is_tried_again_at_every_statement(
    database: Database, wire: Wire
) -> None:
    change = Change(CASES["additions"])
    # Where all is one transaction, all of it is tried again.
    before = FirstTime(not_granted) if database.vendor == "mysql" else Once(not_granted, at=5)
    with wire.tapped(before=before, only=is_of_tables):
        change.work()
    change.assert_new()


@pytest.mark.parametrize("database", ["postgresql", "mysql"], indirect=True)
def test_a_table_that_is_never_let_go_ends_the_patience_and_nothing_has_changed(
    database: Database,
) -> None:
    change = Change(CASES["conversions"])
    with (
        override_settings(LOWCODE_LOCK_PATIENCE=1.0),
        contextlib.closing(connection.copy()) as other,
        transaction_of(other),
        other.cursor() as cursor,
    ):
        cursor.execute("UPDATE dynamic_item SET name = 'held'")
        error = error_of(change)
    assert error is not None
    assert error.code == "lock_not_granted"
    assert error.params["table"] == "dynamic_item"
    assert look() == change.old


@contextlib.contextmanager
def transaction_of(other: BaseDatabaseWrapper) -> Iterator[None]:
    """Begin a transaction that is rolled back."""
    other.set_autocommit(False)
    try:
        yield
    finally:
        other.rollback()


@pytest.mark.parametrize("database", ["postgresql", "mysql"], indirect=True)
def test_a_connection_that_is_lost_at_any_statement_is_no_failure(
    database: Database, wire: Wire
) -> None:
    change = Change(CASES["conversions"])
    for number in itertools.count(1, step=2):
        killed = Killed(at=number)
        try:
            with wire.tapped(before=killed, only=is_not_of_the_session):
                change.work()
        except (OperationalError, InterfaceError, Retryable):
            # By these the runner knows that it is to try again. The last one says that the server has not
            # let go of the lock yet that the lost connection held.
            continue
        if not killed.happened:
            break
    change.assert_new()


def is_not_of_the_session(sql: str) -> bool:
    """Tell whether a statement is one of the work itself."""
    return not sql.startswith("SET")


class Killed:
    """Ends the connection before one statement, as a server does that is stopped."""

    def __init__(self, *, at: int) -> None:
        self.left = at
        self.happened = False

    def __call__(self, sql: str) -> None:
        self.left -= 1
        if self.left:
            return
        self.happened = True
        with contextlib.closing(connection.copy()) as other, other.cursor() as cursor:
            if connection.vendor == "mysql":
                cursor.execute(f"KILL {connection.connection.thread_id()}")
            else:
                pid = connection.connection.info.backend_pid
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def error_of(change: Change) -> StageFailed | None:
    """Let a worker work, and return the error by which it fails."""
    try:
        change.work()
    except StageFailed as error:
        return error
    return None
