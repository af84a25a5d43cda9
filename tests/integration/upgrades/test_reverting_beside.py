"""What a model is beside its fields comes back too, if the rows of today meet it."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import IntegrityError, connection

from lowcode_async.models import Upgrade
from tests.integration.upgrades.conftest import Posted, Upgraded
from tests.integration.upgrades.test_beyond_fields import assert_sound
from tests.integration.upgrades.test_reverting import edit, values
from tests.integration.upgrades.test_upgrade import create

NAME = {"name": "name", "type": "CharField", "max_length": 20}
LOW = {"name": "low", "type": "IntegerField"}
TEXT = {"name": "low", "type": "CharField", "max_length": 9}
SLOT = {"name": "slot", "type": "IntegerField", "default": 0}


def check(name: str, lookup: str, value: int) -> dict[str, Any]:
    condition = {"field": "low", "lookup": lookup, "value": value}
    return {"type": "check", "name": name, "condition": condition}


BESIDE: dict[str, Any] = {
    "unique_together": [["name", "low"]],
    "indexes": [{"name": "by_low", "fields": ["-low"]}],
    "constraints": [check("low_positive", "gt", 0)],
    "options": {"ordering": ["-low"], "verbose_name": "件"},
}
NOTHING: dict[str, Any] = {
    "unique_together": [],
    "indexes": [],
    "constraints": [check("low_small", "lt", 100)],
    "options": {"ordering": None, "verbose_name": None},
}


def told(upgrade: Upgrade) -> list[tuple[str, str, int]]:
    lost = [each for each in upgrade.findings if each["lossy"]]
    return [(each["kind"], each["field"], each["count"]) for each in lost]


async def test_a_name_and_constraints_come_back_once_the_rows_meet_them(
    posted: Posted, reverted: Upgraded
) -> None:
    await posted({"model_name": "Item", "fields": [NAME, LOW], **BESIDE}, no_backup=True)
    await create("Item", {"name": "a", "low": 1}, {"name": "b", "low": 2})
    fields = [NAME, LOW, SLOT]
    changed, _ = await posted(
        {"model_name": "Thing", "renamed_from": "Item", "fields": fields, **NOTHING}, no_backup=True
    )
    await assert_sound(changed)
    same, small = await create("Thing", {"name": "b", "low": 2}, {"name": "c", "low": -5})
    await edit("Thing", 1, low=50)
    refused, _ = await reverted(changed, force=True)
    assert refused.error_code == "unforceable_check"
    assert told(refused) == [("check", "low_positive", 1), ("duplicate", "name, low", 2)]

    await edit("Thing", same.pk, low=3)
    await edit("Thing", small.pk, low=5)
    back, _ = await reverted(changed)
    await assert_sound(back)
    assert await values("Item", "low") == [50, 2, 3, 5]
    for row in ({"name": "b", "low": 3}, {"name": "d", "low": 0}):
        with pytest.raises(IntegrityError):
            await create("Item", row)
    await create("Item", {"name": "d", "low": 1000})


async def test_originals_and_edited_values_are_asked_as_they_would_be(
    posted: Posted, reverted: Upgraded
) -> None:
    before = {**BESIDE, "options": {}, "unique_together": [["name", "low"], ["name", "slot"]]}
    after = {"unique_together": [], "indexes": [], "constraints": []}
    await posted({"model_name": "Item", "fields": [NAME, LOW, SLOT], **before}, no_backup=True)
    rows = [{"name": "a", "low": n, "slot": n} for n in (1, 2, 3)]
    await create("Item", *rows)
    changed, _ = await posted(
        {"model_name": "Item", "fields": [NAME, TEXT], **after}, force=True, no_backup=True
    )
    await assert_sound(changed)
    await edit("Item", 2, low=" 01")
    await edit("Item", 3, low="-3")
    [new] = await create("Item", {"name": "a", "low": "7"})
    refused, _ = await reverted(changed, force=True)
    assert refused.error_code == "unforceable_check"
    assert told(refused) == [("check", "low_positive", 1), ("duplicate", "name, low", 2)]
    samples = {each["field"]: each["samples"] for each in refused.findings}
    assert [(each["before"], each["after"]) for each in samples["name, low"]] == [
        (["a", "1"], ["a", 1]),
        (["a", " 01"], ["a", 1]),
    ]

    await edit("Item", 2, low="2")
    await edit("Item", 3, low="9")
    back, _ = await reverted(changed)
    await assert_sound(back)
    assert await values("Item", "low") == [1, 2, 9, 7]
    assert await values("Item", "slot") == [1, 2, 3, 0]
    assert new.pk == 4


async def test_a_model_that_was_deleted_returns_with_all_that_it_was(
    posted: Posted, reverted: Upgraded
) -> None:
    body = {"model_name": "Item", "fields": [NAME, LOW], "db_table": "goods", **BESIDE}
    await posted(body, no_backup=True)
    await create("Item", {"name": "a", "low": 1}, {"name": "b", "low": 2})
    gone, _ = await posted({"model_name": "Item", "delete": True}, force=True, no_backup=True)
    assert gone.state == Upgrade.State.SUCCEEDED
    back, _ = await reverted(gone)
    await assert_sound(back)
    assert await values("Item", "name") == ["a", "b"]
    with pytest.raises(IntegrityError):
        await create("Item", {"name": "a", "low": 1})
    again, _ = await reverted(back, force=True)
    assert again.state == Upgrade.State.SUCCEEDED
    assert not await sync_to_async(_tables)()


def _tables() -> list[str]:
    return [each for each in connection.introspection.table_names() if each == "goods"]
