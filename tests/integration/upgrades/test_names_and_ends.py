"""Models get other names and tables, and come to an end, by whole upgrades on each database."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from lowcode_async import get_model
from lowcode_async.errors import DefinitionInvalid, ModelNotFound, VersionMovedOn
from lowcode_async.models import DynamicModel
from tests.integration.upgrades.conftest import Posted
from tests.integration.upgrades.test_beyond_fields import (
    HIGH,
    ITEM,
    LOW,
    NAME,
    PAIR,
    assert_sound,
    column,
    definition,
    write,
)

TAG: dict[str, Any] = {"model_name": "Tag", "fields": [NAME]}
TO_ITEM = {"to": "Item", "on_delete": "CASCADE"}
NOTE: dict[str, Any] = {
    "model_name": "Note",
    "fields": [
        {"name": "item", "type": "ForeignKey", **TO_ITEM},
        {"name": "items", "type": "ManyToManyField", "to": "Item", "related_name": "noted"},
    ],
}
LINKED: dict[str, Any] = {
    "model_name": "Item",
    "fields": [
        NAME,
        {"name": "parent", "type": "ForeignKey", **TO_ITEM, "to": "self", "null": True},
        {"name": "similar", "type": "ManyToManyField", "to": "self"},
        {"name": "tags", "type": "ManyToManyField", "to": "Tag"},
        {"name": "users", "type": "ManyToManyField", "to": "auth.User"},
    ],
    "unique_together": [["name", "parent"]],
}


def link() -> None:
    item, tag = get_model("Item"), get_model("Tag").objects.create(name="t")
    first = item.objects.create(name="a")
    second = item.objects.create(name="b", parent=first)
    first.similar.add(second)
    first.tags.add(tag)
    first.users.add(User.objects.create_user("ann"))
    get_model("Note").objects.create(item=first).items.add(second)


def links(name: str) -> list[Any]:
    first = get_model(name).objects.get(name="a")
    second = get_model(name).objects.get(parent=first)
    [note] = get_model("Note").objects.all()
    return [
        second.name,
        *(each.name for each in first.similar.all()),
        *(each.name for each in first.tags.all()),
        *(each.username for each in first.users.all()),
        note.item.name,
        *(each.name for each in note.items.all()),
    ]


def asked_by_rest(name: str) -> tuple[int, str]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_user("staff", is_staff=True))
    answer = client.get(f"/lowcode/api/data/{name}/")
    return answer.status_code, answer.json()["code"]


def tables() -> set[str]:
    found = connection.introspection.table_names()
    return {each for each in found if each.startswith(("dynamic_", "goods"))}


async def test_a_renamed_model_keeps_its_table_and_all_that_points_at_it(posted: Posted) -> None:
    for body in (TAG, LINKED, NOTE):
        await posted(body)
    await sync_to_async(link)()
    before = await sync_to_async(tables)()
    fields = [{**NAME, "max_length": 30}, *LINKED["fields"][1:]]
    upgrade, _ = await posted({"model_name": "Thing", "renamed_from": "Item", "fields": fields})
    await assert_sound(upgrade)
    assert await sync_to_async(tables)() == before
    assert await sync_to_async(links)("Thing") == ["b", "b", "t", "ann", "a", "b"]
    assert [each["to"] for each in (await definition("Note"))["fields"]] == ["Thing", "Thing"]
    with pytest.raises(ModelNotFound) as unknown:
        await column("name")
    assert unknown.value.code == "model_renamed"
    assert unknown.value.params == {"model": "Item", "now": "Thing"}
    assert await sync_to_async(asked_by_rest)("Item") == (404, "model_renamed")
    with pytest.raises(DefinitionInvalid) as refused:
        await posted(ITEM)
    assert refused.value.problems[0].code == "model_was_renamed"
    # Whoever knows may have a new model of the old name; its table is another one.
    upgrade, _ = await posted({**ITEM, "db_table": "goods"}, base_version=0)
    await assert_sound(upgrade)
    with pytest.raises(DefinitionInvalid):
        await posted({"model_name": "Item", "renamed_from": "Thing", "fields": []})


async def test_a_table_is_renamed_with_its_rows_and_links(posted: Posted) -> None:
    for body in (TAG, LINKED, NOTE):
        await posted(body)
    await sync_to_async(link)()
    upgrade, _ = await posted({**LINKED, "db_table": "goods"})
    await assert_sound(upgrade)
    assert "goods" in await sync_to_async(tables)()
    assert await sync_to_async(links)("Item") == ["b", "b", "t", "ann", "a", "b"]
    # A name, a table and a conversion at once, and what the model has beside stays.
    fields = [{"name": "name", "type": "TextField"}, *LINKED["fields"][1:]]
    names = {"unique_together": None, "renamed_from": "Item", "model_name": "Thing"}
    upgrade, _ = await posted({**LINKED, **names, "fields": fields, "db_table": None})
    await assert_sound(upgrade)
    assert await sync_to_async(links)("Thing") == ["b", "b", "t", "ann", "a", "b"]
    assert "dynamic_thing" in await sync_to_async(tables)()
    with pytest.raises(DefinitionInvalid):
        await posted({**TAG, "db_table": "lowcode_async_upgrade"})


async def test_a_model_goes_when_nothing_points_at_it_and_its_rows_may(posted: Posted) -> None:
    for body in (TAG, LINKED, NOTE):
        await posted(body)
    await sync_to_async(link)()
    with pytest.raises(DefinitionInvalid) as refused:
        await posted({"model_name": "Item", "delete": True})
    assert {each.code for each in refused.value.problems} == {"delete_pointed_at"}
    upgrade, _ = await posted({"model_name": "Note", "delete": True})
    assert (upgrade.error_code, upgrade.error_params["count"]) == ("model_removed_with_rows", 1)
    assert [(each["kind"], each["count"]) for each in upgrade.findings] == [("removed", 1)]
    [sample] = upgrade.findings[0]["samples"]
    assert sample["before"].startswith("item: ")
    for name in ("Note", "Item"):
        upgrade, _ = await posted({"model_name": name, "delete": True}, force=True)
        await assert_sound(upgrade)
        with pytest.raises(ModelNotFound):
            await column("pk", model=name)
    assert await sync_to_async(tables)() == {"dynamic_tag"}
    row = await DynamicModel.objects.aget(name="Note")
    with pytest.raises(VersionMovedOn):
        await posted(NOTE | {"fields": [NAME]}, base_version=row.version)
    upgrade, _ = await posted(NOTE | {"fields": [NAME]}, base_version=0)
    await assert_sound(upgrade)
    await write({"name": "new"}, model="Note")


async def test_rows_that_are_there_get_a_one_off_default(posted: Posted) -> None:
    await posted(ITEM)
    await write({"name": "a", "low": 1}, {"name": "b", "low": 2, "high": 7})
    key = {"name": "key", "type": "UUIDField", "unique": True, "one_off_default": "uuid4"}
    owner = {
        "name": "owner", "type": "ForeignKey", "to": "auth.User", "on_delete": "CASCADE",
        "one_off_default": (await User.objects.acreate(username="ann")).pk,
    }  # fmt: skip
    size = {"name": "size", "type": "DecimalField", "max_digits": 5, "decimal_places": 2}
    body = {
        "model_name": "Item",
        "fields": [
            NAME,
            LOW,
            {**HIGH, "null": False, "one_off_default": -1},
            {**size, "one_off_default": "2.50"},
            {
                "name": "at",
                "type": "DateTimeField",
                "auto_now": True,
                "one_off_default": "2024-01-02T03:04:05Z",
            },
            key,
            owner,
        ],
        "constraints": [PAIR | {"fields": ["low", "high"]}],
    }
    upgrade, _ = await posted(body)
    await assert_sound(upgrade)
    found = [(each["kind"], each["count"]) for each in upgrade.findings]
    assert found == [("filled", 1)]
    assert await column("high") == [-1, 7]
    assert [str(each) for each in await column("size")] == ["2.50", "2.50"]
    assert [each.year for each in await column("at")] == [2024, 2024]
    assert len(set(await column("key"))) == 2
    fields = (await definition())["fields"]
    assert not any("one_off_default" in each or "default" in each for each in fields)
    missing = {
        **body,
        "fields": [*body["fields"][:3], {**owner, "name": "other", "one_off_default": 99}],
    }
    upgrade, _ = await posted(missing, force=True)
    assert upgrade.error_code == "unforceable_orphan"
