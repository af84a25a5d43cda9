"""What a schema editor does at its end may be refused too, and then takes its transaction back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.test import override_settings

from lowcode_async.models import DynamicModel, Upgrade
from tests.integration.upgrades.conftest import Upgraded

OWNER = {"name": "owner", "type": "ForeignKey", "to": "auth.User", "on_delete": "CASCADE"}


@contextmanager
def somebody_writes_users(seconds: float) -> Iterator[None]:
    """Keep a transaction open that has written to the table of users."""
    written = threading.Event()
    over = threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                User.objects.create_user("busy")
                written.set()
                over.wait(seconds)
        finally:
            connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    assert written.wait(60)
    yield
    over.set()
    thread.join()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_key_to_a_busy_table_waits_for_its_turn(upgraded: Upgraded) -> None:
    with somebody_writes_users(seconds=2):
        upgrade, events = await upgraded("Article", OWNER)
    assert upgrade.state == Upgrade.State.SUCCEEDED
    assert "stage.resumed" not in [each.kind for each in events]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_key_to_a_table_that_stays_busy_fails_and_says_why(upgraded: Upgraded) -> None:
    with somebody_writes_users(seconds=600), override_settings(LOWCODE_LOCK_PATIENCE=1.0):
        upgrade, _ = await upgraded("Article", OWNER)
    assert (upgrade.state, upgrade.error_code) == (Upgrade.State.FAILED, "lock_not_granted")
    assert not await DynamicModel.objects.aexists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_orphan_in_another_table_is_no_concern_of_ours(upgraded: Upgraded) -> None:
    def orphan() -> None:
        with connection.constraint_checks_disabled(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO authtoken_token VALUES ('key', '2020-01-01', 77)")

    await sync_to_async(orphan)()
    upgrade, _ = await upgraded("Article", OWNER)
    assert upgrade.state == Upgrade.State.SUCCEEDED
