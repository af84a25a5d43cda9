"""Fields may be called like what the plugin's own queries add, and like the columns of relations."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async

from lowcode_async.models import Upgrade
from lowcode_async.upgrades.lost import Choice
from lowcode_async.upgrades.putting_back import put_back
from tests.integration.upgrades.conftest import Posted, Upgraded
from tests.integration.upgrades.test_upgrade import create, rows

QUICK = {"no_backup": True, "no_restart": True}
FORCED = {**QUICK, "force": True}


def text(name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "type": "CharField", "max_length": 20, "default": "x", **options}


AGE, CODE, NOTE = text("age"), text("code"), text("note")
NUMBER = {"name": "age", "type": "IntegerField", "null": True}
OWN = [
    text(f"lowcode_{each}")
    for each in ("value", "count", "verdict", "length", "bytes", "age", "0", "1", "2")
] + [text("n")]


def item(*fields: dict[str, Any], **beside: Any) -> dict[str, Any]:
    return {"model_name": "Item", "fields": [*fields, *OWN], **beside}


def kinds(upgrade: Upgrade) -> list[tuple[str, str, int]]:
    return sorted((each["kind"], each["field"], each["count"]) for each in upgrade.findings)


async def test_fields_are_called_like_what_queries_add(posted: Posted, reverted: Upgraded) -> None:
    await posted(item(AGE, CODE, NOTE), **QUICK)
    await create(
        "Item",
        {"age": " 007", "note": "a"},
        {"age": "many", "note": "b", "lowcode_value": "v"},
        {"age": "2.5", "note": ""},
    )
    before = await rows("Item")

    # Converted, removed, put into a set that is foreseen, and added so that the way back removes it.
    pair = {"unique_together": [["age", "lowcode_count"]]}
    changed, _ = await posted(item(NUMBER, CODE, text("extra"), **pair), **FORCED)
    assert (changed.state, changed.error_code) == (Upgrade.State.SUCCEEDED, "")
    assert kinds(changed) == [
        ("cleared", "age", 1),
        ("reformatted", "age", 1),
        ("removed", "note", 2),
        ("rounded", "age", 1),
    ]
    back, _ = await reverted(changed, no_restart=True)
    assert (back.state, await rows("Item")) == (Upgrade.State.SUCCEEDED, before)

    twice, _ = await posted(item(AGE, {**CODE, "unique": True}, NOTE), **QUICK)
    assert (twice.state, kinds(twice)) == (Upgrade.State.FAILED, [("duplicate", "code", 3)])

    gone, _ = await posted(item(AGE, CODE), **FORCED)
    await posted(item(AGE, CODE, NOTE), **QUICK)
    done = await sync_to_async(put_back)(Choice(upgrade=gone.pk))
    assert (done.restored, await rows("Item")) == (3, before)

    ended, _ = await posted({"model_name": "Item", "delete": True}, **FORCED)
    assert (ended.state, kinds(ended)) == (Upgrade.State.SUCCEEDED, [("removed", "", 3)])


async def test_a_field_is_called_like_the_column_of_the_relation_it_takes_the_place_of(
    posted: Posted, reverted: Upgraded
) -> None:
    owner = {
        "name": "owner",
        "type": "ForeignKey",
        "to": "auth.User",
        "on_delete": "SET_NULL",
        "null": True,
    }
    await posted({"model_name": "Item", "fields": [CODE, owner]}, **QUICK)
    await create("Item", {"code": "a"})
    number = {"name": "owner_id", "type": "IntegerField", "default": 3}
    positive = {
        "name": "positive",
        "type": "check",
        "condition": {"field": "owner_id", "lookup": "gt", "value": 3},
    }
    body = {"model_name": "Item", "fields": [CODE, number], "constraints": [positive]}
    refused, _ = await posted(body, **QUICK)
    assert (refused.state, kinds(refused)) == (Upgrade.State.FAILED, [("check", "positive", 1)])
    positive["condition"]["value"] = 2
    changed, _ = await posted(body, **QUICK)
    assert changed.state == Upgrade.State.SUCCEEDED
    assert await rows("Item") == [{"id": 1, "code": "a", "owner_id": 3}]
    back, _ = await reverted(changed, no_restart=True)
    assert (back.state, await rows("Item")) == (
        Upgrade.State.SUCCEEDED,
        [{"id": 1, "code": "a", "owner_id": None}],
    )
