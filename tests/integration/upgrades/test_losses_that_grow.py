"""Rows that come between the check and the lock lose nothing that is not told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from lowcode_async import aplan_upgrade, get_model
from lowcode_async.models import Backup, LostValue, Upgrade
from lowcode_async.upgrades.events import EventData
from lowcode_async.upgrades.reading import describe
from lowcode_async.upgrades.stages import backup
from tests.integration.upgrades.conftest import Posted, Upgraded

NAME = {"name": "name", "type": "CharField", "max_length": 20}
AGE = {"name": "age", "type": "CharField", "max_length": 20, "null": True}
NUMBER = {"name": "age", "type": "IntegerField", "null": True}

Before = Callable[..., None]


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Before:
    """Insert rows when the check is done, and the table is not held yet."""
    made = backup.make_backup

    def between(*rows: dict[str, Any]) -> None:
        def insert_and_make(**options: Any) -> Backup:
            insert(*rows)
            return made(**options)

        monkeypatch.setattr(backup, "make_backup", insert_and_make)

    return between


def insert(*rows: dict[str, Any]) -> None:
    for row in rows:
        get_model("Item")._base_manager.create(**row)


async def values(name: str) -> list[Any]:
    rows = await sync_to_async(lambda: get_model("Item")._base_manager.order_by("pk"))()
    return await sync_to_async(list)(rows.values_list(name, flat=True))


def told(upgrade: Upgrade, events: list[EventData]) -> dict[str, Any]:
    """Return what is told of the losses, wherever one looks."""
    end = next(
        each for each in events if each.kind == "stage.succeeded" and each.stage == "migrate"
    )
    return {
        "status": {(each["kind"], each["field"]): each["count"] for each in upgrade.findings},
        "event": {
            (each["kind"], each["field"]): (each["count"], [s["before"] for s in each["samples"]])
            for each in end.payload.get("findings", [])
        },
        "warnings": [(each["code"], each["params"]) for each in upgrade.warnings],
    }


async def test_a_forced_upgrade_tells_what_it_lost_beyond_what_was_counted(
    upgraded: Upgraded, between: Before
) -> None:
    await upgraded("Item", NAME, AGE, {"name": "note", "type": "TextField", "null": True})
    await sync_to_async(insert)({"name": "a", "age": "x"}, {"name": "b", "age": "1"})
    between({"name": "c", "age": "y", "note": "n"}, {"name": "d", "age": "2.5"}, {"name": "e"})
    upgrade, events = await upgraded("Item", NAME, NUMBER, force=True)
    assert upgrade.state == Upgrade.State.SUCCEEDED
    assert await values("age") == [None, 1, None, 3, None]
    assert told(upgrade, events) == {
        "status": {("cleared", "age"): 2, ("rounded", "age"): 1, ("removed", "note"): 1},
        "event": {
            ("cleared", "age"): (2, ["x", "y"]),
            ("rounded", "age"): (1, ["2.5"]),
            ("removed", "note"): (1, ["n"]),
        },
        "warnings": [
            ("lost_more_than_told", {"name": "age", "count": 2, "foreseen": 1}),
            ("lost_more_than_told", {"name": "age", "count": 1, "foreseen": 0}),
            ("lost_more_than_told", {"name": "note", "count": 1, "foreseen": 0}),
        ],
    }
    said = await sync_to_async(describe)(upgrade, "en")
    assert "2 values of 'age' were changed or removed where 1 had" in str(said["warnings"])
    assert await LostValue.objects.filter(upgrade=upgrade).acount() == 4


async def test_what_was_counted_is_not_told_twice(upgraded: Upgraded, between: Before) -> None:
    await upgraded("Item", NAME, AGE)
    await sync_to_async(insert)({"name": "a", "age": "x"}, {"name": "b", "age": "2.5"})
    between({"name": "c", "age": "3"}, {"name": "d", "age": " 4 "})
    upgrade, events = await upgraded("Item", NAME, NUMBER, force=True)
    assert upgrade.state == Upgrade.State.SUCCEEDED
    counts = {("cleared", "age"): 1, ("rounded", "age"): 1}
    assert told(upgrade, events) == {"status": counts, "event": {}, "warnings": []}


async def test_an_upgrade_that_is_held_to_its_plan_loses_no_more(
    upgraded: Upgraded, between: Before
) -> None:
    await upgraded("Item", NAME, AGE)
    await sync_to_async(insert)({"name": "a", "age": "x"})
    body = {"model_name": "Item", "fields": [NAME, NUMBER]}
    planned = await aplan_upgrade(body, force=True)
    between({"name": "b", "age": "y"})
    upgrade, _ = await upgraded("Item", NAME, NUMBER, force=True, plan_id=planned.pk)
    assert (upgrade.state, upgrade.stage) == (Upgrade.State.FAILED, Upgrade.Stage.MIGRATE)
    assert (upgrade.error_code, upgrade.error_params["fields"]) == ("plan_outdated", ["age"])
    assert await values("age") == ["x", "y"]
    assert not await LostValue.objects.aexists()


async def test_an_upgrade_that_nobody_forced_loses_nothing(
    upgraded: Upgraded, between: Before
) -> None:
    await upgraded("Item", NAME, AGE)
    await sync_to_async(insert)({"name": "a", "age": "1"})
    between({"name": "b", "age": "y"})
    upgrade, _ = await upgraded("Item", NAME, NUMBER)
    assert (upgrade.stage, upgrade.error_code) == (Upgrade.Stage.MIGRATE, "type_change_lossy")
    assert await values("age") == ["1", "y"]


async def test_rows_that_go_with_their_model_are_told(posted: Posted, between: Before) -> None:
    await posted({"model_name": "Item", "fields": [NAME]})
    between({"name": "a"})
    upgrade, events = await posted({"model_name": "Item", "delete": True}, force=True)
    assert upgrade.state == Upgrade.State.SUCCEEDED
    found = told(upgrade, events)
    assert found["status"] == {("removed", ""): 1}
    assert found["warnings"] == [
        ("lost_more_than_told", {"name": "Item", "count": 1, "foreseen": 0})
    ]
