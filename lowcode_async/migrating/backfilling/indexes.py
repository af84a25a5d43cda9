"""Indexes that are built before the transaction of the change, while everybody goes on writing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError

from lowcode_async import conf
from lowcode_async.migrating.base import Execution
from lowcode_async.migrating.postgresql import is_locked, is_lost
from lowcode_async.planning.backfills import Index, is_index

log = logging.getLogger(__name__)


def absent(indexes: Sequence[Index], execution: Execution) -> list[Index]:
    """Return those whose names are free: another of the name may be about to be replaced."""
    with execution.connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_table_is_visible(oid)",
            [[each.name for each in indexes]],
        )
        there = {name for (name,) in cursor.fetchall()}
    return [each for each in indexes if each.name not in there]


def build(indexes: Sequence[Index], execution: Execution) -> list[str]:
    """Build indexes, and return their names. One that cannot be built now is left for later."""
    built = []
    with _long_waits(execution):
        for each in indexes:
            try:
                _execute(execution, each.statement)
                built.append(each.name)
            except DatabaseError as error:
                if is_lost(error):
                    raise
                log.info("index left for later upgrade=%s error=%s", execution.upgrade.pk, error)
                _try_to_drop(each, execution)
    return built


def _try_to_drop(index: Index, execution: Execution) -> None:
    """Drop what there is of an index, unless somebody's transaction holds it; see `skipped`."""
    try:
        _execute(execution, f'DROP INDEX CONCURRENTLY IF EXISTS "{index.name}"')
    except DatabaseError as error:
        if not is_locked(error):
            raise


@contextmanager
def _long_waits(execution: Execution) -> Iterator[None]:
    """Wait for old transactions to end, as building an index must; nobody waits behind it."""
    milliseconds = int(conf.current().lock_patience * 1000)
    _execute(execution, f"SET lock_timeout = {milliseconds}")
    try:
        yield
    finally:
        if execution.connection.is_usable():
            _execute(execution, "RESET lock_timeout")


@contextmanager
def skipped(
    built: Sequence[str], execution: Execution, *, tried: Sequence[Index] = ()
) -> Iterator[None]:
    """Leave out the statements of a block that would build these indexes once more.

    Args:
        built: their names.
        execution: in whose transaction the block is.
        tried: all that were to be built. What is left of the others makes room.
    """
    half = {each.name for each in tried}.difference(built)

    def execute(execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any) -> Any:
        name = is_index(sql)
        if name in built:
            return None
        if name in half:
            execute(f'DROP INDEX IF EXISTS "{name}"', None, many, context)
        return execute(sql, params, many, context)

    with execution.connection.execute_wrapper(execute):
        yield


def _execute(execution: Execution, sql: str) -> None:
    with execution.connection.cursor() as cursor:
        cursor.execute(sql, None)
