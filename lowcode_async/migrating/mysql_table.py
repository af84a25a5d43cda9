"""The table that is changed on MySQL or MariaDB: held, edited, filled, and waited for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from lowcode_async.errors import StageFailed
from lowcode_async.migrating.base import Execution, is_filling
from lowcode_async.migrating.locks import patiently
from lowcode_async.migrating.mysql_session import (
    editing,
    holders,
    is_lock_error,
    is_lost,
    lock_tables,
    short_waits,
    unlock_tables,
)
from lowcode_async.migrating.mysql_steps import Parts

log = logging.getLogger(__name__)

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Table:
    """The table, by the connection that changes it."""

    execution: Execution

    @contextmanager
    def held(self, parts: Parts) -> Iterator[None]:
        """Hold the table, if there is a step that needs it."""
        execution = self.execution
        if not any(map(is_filling, parts.held)):
            yield
            return
        # By the names they have now: a table may have been renamed since the plan began.
        own = execution.tables_in(parts.held[0].before)
        there = set(execution.connection.introspection.table_names()) - set(own)
        others = [each for each in execution.tables() if each in there]
        self.patiently(partial(lock_tables, execution.connection, own, others))
        try:
            yield
        finally:
            unlock_tables(execution.connection)

    @contextmanager
    def editing(
        self,
        described: str,
        *,
        allowed: Callable[[BaseException | None], bool] = lambda _: False,
    ) -> Iterator[BaseDatabaseSchemaEditor]:
        """Yield a schema editor that tries each statement until the lock is granted.

        An error of the database that is `allowed` is let pass.
        """
        with short_waits(self.execution.connection) as shortly:

            def execute(statement: Callable[[], None]) -> None:
                try:
                    self.patiently(partial(shortly, statement), described)
                except StageFailed as error:
                    if not allowed(error.__cause__):
                        raise
                    log.info("refused upgrade=%s error=%s", self.execution.upgrade.pk, error)

            with editing(self.execution.connection, execute) as editor:
                yield editor

    def patiently(self, attempt: Callable[[], R], described: str = "LOCK TABLES") -> R:
        """Try until the lock is granted; see `locks.patiently`."""
        return patiently(
            attempt,
            self.execution,
            described=described,
            locked=is_lock_error,
            lost=is_lost,
            holders=lambda: holders(self.execution.connection),
        )
