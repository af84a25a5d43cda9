"""Statements that are counted, and what can happen at one of them: death, a refusal, a lock."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tests.databases import close_connections

READS = ("SELECT", "SHOW", "SET", "PRAGMA", "EXPLAIN")


class Died(BaseException):
    """The worker is dead: nothing of its code can catch that, and none of its statements arrives."""


def is_write(sql: str) -> bool:
    """Tell whether a statement may change something."""
    return not sql.lstrip().upper().startswith(READS)


def is_of_tables(sql: str) -> bool:
    """Tell whether a statement may change a table of a live model, or holds one."""
    return is_write(sql) and "dynamic_" in sql


class Wire:
    """Every statement of every connection that is used while it is tapped, in all threads."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        """Those that counted, in order."""
        self._tapped: list[BaseDatabaseWrapper] = []
        self._dead = False
        self._only: Callable[[str], bool]
        self._before: Callable[[str], None]
        self._last: int

    @contextlib.contextmanager
    def tapped(
        self,
        *,
        last: int = 0,
        before: Callable[[str], None] = lambda sql: None,
        only: Callable[[str], bool] = is_write,
    ) -> Iterator[None]:
        """Count the statements of a block.

        Args:
            last: the number, from 1, of the one after which the worker dies; 0 lets it live.
            before: called before each statement with its SQL; what it raises comes out of the
                statement, which does not arrive.
            only: which statements count.
        """
        self.statements, self._dead = [], False
        self._last, self._before, self._only = last, before, only
        close_connections()
        connection_created.connect(self._tap)
        try:
            yield
        finally:
            connection_created.disconnect(self._tap)
            for each in self._tapped:
                each.execute_wrappers.remove(self._execute)
            self._tapped.clear()
            # The server lets go of what a connection held when it ends, as it would with its worker;
            # and what the dead worker's connection remembers of its transaction is of no interest.
            close_connections()
            for alias in connections:
                del connections[alias]

    @property
    def alive(self) -> bool:
        """Whether the worker of the last block has done its work."""
        return not self._dead

    def die(self) -> NoReturn:
        """Kill the worker."""
        self._dead = True
        raise Died

    def _tap(self, *, connection: BaseDatabaseWrapper, **_: object) -> None:
        if connection not in self._tapped:
            connection.execute_wrappers.append(self._execute)
            self._tapped.append(connection)

    def _execute(
        self, execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any
    ) -> Any:
        if self._dead:
            raise Died
        if not self._only(sql):
            return execute(sql, params, many, context)
        self.statements.append(sql)
        number = len(self.statements)
        self._before(sql)
        result = execute(sql, params, many, context)
        if number == self._last:
            self.die()
        return result
