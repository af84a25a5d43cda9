"""Whatever breaks, a failed upgrade has changed nothing, and one that is in force has not failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import override_settings

from lowcode_async import conf, get_model
from lowcode_async.errors import BrokerUnavailable
from lowcode_async.models import Backup, Upgrade
from lowcode_async.planning import convert_values
from lowcode_async.planning.drift import standing_differences
from lowcode_async.planning.leftovers import PREFIX
from lowcode_async.upgrades import queue
from lowcode_async.upgrades.runner import run_stage
from lowcode_async.upgrades.site import current_definitions
from lowcode_async.upgrades.stages import backup
from tests.integration.upgrades.conftest import Upgraded

AGE = {"name": "age", "type": "CharField", "max_length": 20}
NUMBER = {"name": "age", "type": "IntegerField"}


@sync_to_async
def drift(name: str) -> list[str]:
    return [each.note for each in standing_differences(connection, current_definitions(), name)]


@sync_to_async
def hidden_tables() -> list[str]:
    return [each for each in connection.introspection.table_names() if each.startswith(PREFIX)]


def codes(upgrade: Upgrade) -> list[str]:
    return [each["code"] for each in upgrade.warnings]


async def lose_its_workers(upgrade: Upgrade, stage: Upgrade.Stage) -> Upgrade:
    """Go back to where one worker too many died in a stage, and let the next one claim it."""
    await Upgrade.objects.filter(pk=upgrade.pk).aupdate(
        state=Upgrade.State.RUNNING,
        stage=stage,
        active_model=upgrade.model_name.lower(),
        attempts=conf.current().stage_attempts,
    )
    await run_stage(upgrade.pk, stage)
    return await Upgrade.objects.aget(pk=upgrade.pk)


async def test_an_error_that_nobody_thought_of_leaves_the_table_as_it_was(
    upgraded: Upgraded, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upgraded("Person", AGE)
    await sync_to_async(lambda: get_model("Person")._base_manager.create(age="12"))()

    def broken(*_: Any) -> None:
        raise ValueError("nobody thought of this")

    monkeypatch.setattr(convert_values, "fill_by_database", broken)
    stock = {"name": "stock", "type": "IntegerField", "default": 7}
    upgrade, _ = await upgraded("Person", NUMBER, stock)
    assert (upgrade.state, upgrade.error_code) == (Upgrade.State.FAILED, "internal_error")
    assert await drift("Person") == []
    assert await sync_to_async(lambda: get_model("Person")._base_manager.get().age)() == "12"


async def test_a_table_that_vanishes_behind_validation_is_told_at_once(
    upgraded: Upgraded, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upgraded("Person", AGE)
    made = backup.make_backup

    def make_and_drop(**options: Any) -> Backup:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE dynamic_person")
        return made(**options)

    monkeypatch.setattr(backup, "make_backup", make_and_drop)
    upgrade, events = await upgraded("Person", NUMBER)
    assert (upgrade.state, upgrade.error_code) == (Upgrade.State.FAILED, "database_refused")
    assert "dynamic_person" in upgrade.error_params["detail"]
    assert "stage.resumed" not in [each.kind for each in events]


@pytest.mark.parametrize("database", ["mysql"], indirect=True)
async def test_a_table_that_was_left_behind_validation_goes_before_the_change(
    upgraded: Upgraded, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.make_backup

    def make_and_leave(**options: Any) -> Backup:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {PREFIX}0_left (id int)")
        return made(**options)

    monkeypatch.setattr(backup, "make_backup", make_and_leave)
    await upgraded("Person", AGE)
    assert await hidden_tables() == []


async def test_a_restart_that_breaks_does_not_fail_what_is_in_force(upgraded: Upgraded) -> None:
    with override_settings(LOWCODE_RESTART_STRATEGY="misspelled"):
        upgrade, _ = await upgraded("Person", AGE)
    assert (upgrade.state, codes(upgrade)) == (Upgrade.State.SUCCEEDED, ["restart_unfinished"])


async def test_a_restart_whose_workers_die_does_not_fail_what_is_in_force(
    upgraded: Upgraded,
) -> None:
    upgrade, _ = await upgraded("Person", AGE)
    upgrade = await lose_its_workers(upgrade, Upgrade.Stage.RESTART)
    assert (upgrade.state, codes(upgrade)) == (Upgrade.State.SUCCEEDED, ["restart_unfinished"])


async def test_a_recorded_version_is_no_failure_though_the_workers_die_behind_it(
    upgraded: Upgraded,
) -> None:
    upgrade, _ = await upgraded("Person", AGE, no_restart=True)
    upgrade = await lose_its_workers(upgrade, Upgrade.Stage.MIGRATE)
    assert (upgrade.state, codes(upgrade)) == (Upgrade.State.SUCCEEDED, ["cleanup_unfinished"])


async def test_a_broker_that_takes_the_message_and_does_not_answer_has_started_the_upgrade(
    upgraded: Upgraded, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = queue.send

    def unanswered(task_id: UUID, stage: Upgrade.Stage) -> None:
        sent(task_id, stage)
        if stage == Upgrade.Stage.VALIDATE:
            wait_until(lambda: Upgrade.objects.filter(pk=task_id).exclude(state="queued").exists())
            raise BrokerUnavailable

    monkeypatch.setattr(queue, "send", unanswered)
    upgrade, events = await upgraded("Person", AGE)
    assert upgrade.state == Upgrade.State.SUCCEEDED
    assert [each.sequence for each in events] == list(range(1, len(events) + 1))


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
