"""What the site itself has made about a SQLite table does not go with it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from django.db import connection

from lowcode_async.errors import Retryable, StageFailed
from tests.integration.migrating.backfilling.meanwhile import CASE, Writer, is_batch, leftovers
from tests.integration.migrating.changes import Change
from tests.integration.migrating.dying import Wire

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "made",
    [
        "CREATE VIEW of_the_site AS SELECT age FROM dynamic_item",
        "CREATE TRIGGER of_the_site AFTER INSERT ON dynamic_shelf"
        " BEGIN UPDATE dynamic_item SET age = NULL; END",
        "CREATE INDEX of_the_site ON dynamic_item (name)",
    ],
)
@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_table_that_the_site_has_more_about_is_changed_in_one_go(
    wire: Wire, writer: Callable[[], Writer], made: str, meanwhile: bool
) -> None:
    change, somebody, batches = Change(CASE), writer(), 0

    def write(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if is_batch(sql) and batches == 3:
            somebody.execute(made)

    if meanwhile:
        with wire.tapped(before=write), pytest.raises(Retryable):
            change.work()
    else:
        somebody.execute(made)
    with wire.tapped(), contextlib.suppress(StageFailed):
        change.work()
    assert not any("_new" in each and each.startswith("CREATE") for each in wire.statements)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name = 'of_the_site'")
        assert cursor.fetchone() is not None
    assert leftovers() == []
