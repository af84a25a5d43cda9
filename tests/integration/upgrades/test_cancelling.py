"""An upgrade is cancelled before it changes anything, or not at all; and asked for again."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import override_settings

from lowcode_async import cancel_upgrade, retry_upgrade
from lowcode_async.clock import database_now
from lowcode_async.definitions.model import FORMAT
from lowcode_async.errors import CancelTooLate, RetryRefused, UpgradeConflict, VersionMovedOn
from lowcode_async.models import Backup, DynamicModel, Process, SchemaVersion, Upgrade, UpgradeEvent
from lowcode_async.upgrades import leases, recording, runner
from lowcode_async.upgrades.reading import describe
from lowcode_async.upgrades.stages import backup
from lowcode_async.upgrades.work import StageResult
from tests.databases import Database
from tests.integration.upgrades.conftest import Upgraded

VALIDATE, BACKUP, MIGRATE, RESTART = Upgrade.Stage
NAME = {"name": "name", "type": "CharField", "max_length": 100}
DEFINITION = {"format": FORMAT, "name": "Product", "fields": [NAME]}


@pytest.fixture
def upgrade(staff_user: User) -> Upgrade:
    return make()


def make(**values: Any) -> Upgrade:
    given = {"active_model": "product", "enqueued_at": database_now(), **values}
    return Upgrade.objects.create(model_name="Product", definition=DEFINITION, **given)


def told(upgrade: Upgrade) -> tuple[str, list[str]]:
    upgrade.refresh_from_db()
    kinds = UpgradeEvent.objects.filter(upgrade=upgrade).order_by("sequence")
    return upgrade.state, list(kinds.values_list("kind", flat=True))


def claimed(upgrade: Upgrade, stage: Upgrade.Stage = VALIDATE) -> leases.Claim:
    claim = leases.claim(upgrade.pk, stage)
    assert claim is not None
    return claim


@pytest.mark.parametrize("stage", [VALIDATE, BACKUP, MIGRATE])
def test_what_nobody_works_at_ends_at_once(
    upgrade: Upgrade, staff_user: User, stage: Upgrade.Stage
) -> None:
    Upgrade.objects.update(stage=stage)
    assert cancel_upgrade(upgrade.pk, user=staff_user).state == Upgrade.State.CANCELLED
    assert told(upgrade) == ("cancelled", ["upgrade.cancelled"])
    assert upgrade.active_model is None
    assert upgrade.finished_at is not None
    assert (upgrade.stage, upgrade.error_code) == (stage, "upgrade_cancelled")
    event = UpgradeEvent.objects.get()
    assert event.payload["cancelled_by"] == "staff"
    assert leases.claim(upgrade.pk, stage) is None
    assert leases.lost() == []
    assert cancel_upgrade(str(upgrade.pk)).state == Upgrade.State.CANCELLED
    assert UpgradeEvent.objects.count() == 1


@pytest.mark.parametrize("stage", [VALIDATE, BACKUP])
def test_what_a_worker_has_ends_with_its_stage(upgrade: Upgrade, stage: Upgrade.Stage) -> None:
    Upgrade.objects.update(stage=stage)
    claim = claimed(upgrade, stage)
    for _ in range(2):
        cancelled = cancel_upgrade(upgrade.pk)
        assert cancelled.state == Upgrade.State.RUNNING
        assert cancelled.cancel_requested_at is not None
    written, following = recording.advance(claim, StageResult())
    assert following is None
    assert written[-1].terminal
    assert told(upgrade) == (
        "cancelled",
        ["stage.started", "upgrade.cancel_requested", "stage.succeeded", "upgrade.cancelled"],
    )


async def test_what_a_lost_worker_had_ends_when_it_is_taken_up_again(upgrade: Upgrade) -> None:
    claim = await sync_to_async(claimed)(upgrade)
    await sync_to_async(cancel_upgrade)(upgrade.pk)
    assert await sync_to_async(leases.release)(claim)
    await runner.run_stage(upgrade.pk, VALIDATE)
    assert await sync_to_async(told)(upgrade) == (
        "cancelled",
        ["stage.started", "upgrade.cancel_requested", "upgrade.cancelled"],
    )


async def test_a_worker_drops_what_it_is_doing(
    upgraded: Upgraded, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_backup = backup.make_backup

    def slow_backup(*, progress: Callable[[int], None], upgrade: Upgrade, using: str) -> Backup:
        cancel_upgrade(upgrade.pk)
        deadline, percent = time.monotonic() + 60, itertools.count()
        while time.monotonic() < deadline:
            progress(next(percent) % 100)
            time.sleep(0.01)
        return make_backup(progress=progress, upgrade=upgrade, using=using)

    monkeypatch.setattr(backup, "make_backup", slow_backup)
    with override_settings(LOWCODE_LEASE_SECONDS=0.3):
        upgrade, events = await upgraded("Product", NAME)
    assert upgrade.state == Upgrade.State.CANCELLED
    assert [each.kind.value for each in events][-3:] == [
        "stage.started",
        "upgrade.cancel_requested",
        "upgrade.cancelled",
    ]
    stages = (await sync_to_async(describe)(upgrade))["stages"]
    assert [each["state"] for each in stages] == ["success", "cancelled", "pending", "pending"]
    assert not await Backup.objects.aexists()
    with monkeypatch.context() as patched:
        patched.setattr(backup, "make_backup", make_backup)
        again, _ = await upgraded("Product", NAME)
    assert again.state == Upgrade.State.SUCCEEDED


def test_it_is_too_late_once_the_table_is_being_changed_or_all_is_over(upgrade: Upgrade) -> None:
    Upgrade.objects.update(stage=MIGRATE)
    claim = claimed(upgrade, MIGRATE)
    with pytest.raises(CancelTooLate) as caught:
        cancel_upgrade(upgrade.pk)
    assert caught.value.params == {"model": "Product", "stage": "migrate", "state": "running"}
    # A worker that died in the middle leaves a table that somebody has to put in order.
    leases.release(claim)
    for values in (
        {},
        {"stage": RESTART, "attempts": 0},
        {"state": Upgrade.State.SUCCEEDED},
        {"state": Upgrade.State.FAILED},
    ):
        Upgrade.objects.update(**values)
        with pytest.raises(CancelTooLate):
            cancel_upgrade(upgrade.pk)
    assert told(upgrade)[1] == ["stage.started"]


def test_a_stage_begins_or_is_cancelled_never_both(upgrade: Upgrade) -> None:
    """Eight threads at once, half of them for each, ten times."""
    for _ in range(10):
        Upgrade.objects.all().delete()
        mine = make(stage=MIGRATE)
        barrier, won = Barrier(8), list[str]()

        def act(number: int, mine: Upgrade = mine, barrier: Barrier = barrier) -> None:
            barrier.wait()
            try:
                if number % 2:
                    cancel_upgrade(mine.pk)
                    won.append("cancel")  # noqa: B023
                elif leases.claim(mine.pk, MIGRATE):
                    won.append("claim")  # noqa: B023
            except CancelTooLate:
                pass
            finally:
                connections.close_all()

        threads = [Thread(target=act, args=(number,)) for number in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        state, kinds = told(mine)
        expected = (
            ("running", ["stage.started"])
            if "claim" in won
            else (
                "cancelled",
                ["upgrade.cancelled"],
            )
        )
        assert (state, kinds) == expected
        assert len(set(won)) == 1


@pytest.fixture
def server(database: Database) -> None:
    now = database_now()
    kind = Process.Kind.EMBEDDED
    Process.objects.create(kind=kind, host="here", pid=1, started_at=now, last_seen_at=now)


@pytest.mark.parametrize("state", [Upgrade.State.FAILED, Upgrade.State.CANCELLED])
def test_what_came_to_nothing_is_asked_for_again(
    server: None, staff_user: User, state: Upgrade.State
) -> None:
    former = make(
        state=state,
        active_model=None,
        no_backup=True,
        force=True,
        agreed_findings=[],
        retry_of=None,
    )
    again = retry_upgrade(former.pk, user=staff_user)
    assert (again.state, again.model_name) == (Upgrade.State.QUEUED, "Product")
    assert again.definition == former.definition
    assert (again.no_backup, again.no_restart, again.force) == (True, False, True)
    assert again.agreed_findings == []
    assert (again.retry_of, again.requested_by) == (former, staff_user)
    assert UpgradeEvent.objects.get().payload["retry_of"] == str(former.pk)
    with pytest.raises(UpgradeConflict):
        retry_upgrade(former.pk)


def test_what_is_asked_for_again_leaves_nothing_to_what_is_in_force(server: None) -> None:
    """What a definition does not speak of stays as it is, but this one had spoken."""
    index = {"name": "by_name", "fields": ["name"]}
    model = DynamicModel.objects.create(name="Product", name_lower="product", version=1)
    before = {**DEFINITION, "indexes": [index], "options": {"ordering": ["name"]}}
    SchemaVersion.objects.create(model=model, number=1, definition=before)
    for asked in (
        DEFINITION,
        {**DEFINITION, "options": {"get_latest_by": ["name"]}},
        {**before, "deleted": True},
        {
            **before,
            "name": "Ware",
            "renamed_from": "Product",
            "former_names": ["Product"],
            "table": "dynamic_product",
        },
    ):
        former = Upgrade.objects.create(
            model_name=asked["name"], definition=asked, from_version=1, state="failed"
        )
        again = retry_upgrade(former.pk)
        assert again.definition == asked
        assert again.from_version == 1
        Upgrade.objects.filter(pk=again.pk).update(active_model=None, state="failed")


def test_nothing_else_is_asked_for_again(server: None, upgrade: Upgrade) -> None:
    for state in (Upgrade.State.QUEUED, Upgrade.State.RUNNING, Upgrade.State.SUCCEEDED):
        Upgrade.objects.update(state=state)
        with pytest.raises(RetryRefused):
            retry_upgrade(upgrade.pk)
    Upgrade.objects.update(state=Upgrade.State.FAILED, active_model=None)
    model = DynamicModel.objects.create(name="Product", name_lower="product", version=1)
    SchemaVersion.objects.create(model=model, number=1, definition=DEFINITION)
    with pytest.raises(VersionMovedOn):
        retry_upgrade(upgrade.pk)
    assert Upgrade.objects.count() == 1
