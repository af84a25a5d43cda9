"""Tables that count as large, and somebody who writes to them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings

from tests.databases import Database
from tests.integration.migrating.backfilling.meanwhile import Writer


@pytest.fixture(autouse=True)
def large_tables(database: Database) -> Iterator[None]:
    """Take every table for a large one."""
    with override_settings(LOWCODE_BACKFILL_ROWS=1):
        yield


@pytest.fixture
def writer(database: Database) -> Iterator[Callable[..., Writer]]:
    with contextlib.ExitStack() as stack:

        def make(**account: str) -> Writer:
            made = Writer(**account)
            stack.callback(made.connection.close)
            return made

        yield make
