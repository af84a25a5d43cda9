"""One upgrade from the request to its success, on each database."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from lowcode_async import get_model
from lowcode_async.models import Backup, DynamicModel, SchemaVersion, Upgrade
from lowcode_async.upgrades.reading import describe
from tests.integration.upgrades.conftest import Upgraded

NAME = {"name": "name", "type": "CharField", "max_length": 100}
PRICE = {"name": "price", "type": "FloatField"}
DESCRIPTION = {"name": "description", "type": "TextField", "null": True}
AGE = {"name": "age", "type": "CharField", "max_length": 20}


async def rows(name: str) -> list[dict[str, Any]]:
    def read() -> list[dict[str, Any]]:
        return list(get_model(name).objects.order_by("pk").values())

    return await sync_to_async(read)()


async def create(name: str, *values: dict[str, Any]) -> list[Any]:
    def write() -> list[Any]:
        model = get_model(name)
        return [model.objects.create(**each) for each in values]

    return await sync_to_async(write)()


async def test_a_new_model_passes_four_stages_and_has_its_table(upgraded: Upgraded) -> None:
    upgrade, events = await upgraded("Product", NAME, DESCRIPTION, PRICE)
    assert upgrade.state == Upgrade.State.SUCCEEDED
    assert [(e.kind, e.stage) for e in events] == [
        ("upgrade.queued", None),
        ("stage.started", "validate"),
        ("stage.succeeded", "validate"),
        ("stage.started", "backup"),
        ("stage.succeeded", "backup"),
        ("stage.started", "migrate"),
        ("stage.succeeded", "migrate"),
        ("stage.started", "restart"),
        ("stage.succeeded", "restart"),
        ("upgrade.succeeded", None),
    ]
    assert [e.sequence for e in events] == list(range(1, 11))
    await create("Product", {"name": "tea", "price": 2.5})
    assert await rows("Product") == [{"id": 1, "name": "tea", "description": None, "price": 2.5}]
    assert await Backup.objects.acount() == 1


async def test_a_changed_model_keeps_its_rows(upgraded: Upgraded) -> None:
    await upgraded("Product", NAME, PRICE)
    await create("Product", {"name": "tea", "price": 2.5}, {"name": "ink", "price": 4.0})
    stock = {"name": "stock", "type": "IntegerField", "default": 7}
    title = {**NAME, "name": "title", "renamed_from": "name", "max_length": 200}
    upgrade, _ = await upgraded("Product", title, PRICE, DESCRIPTION, stock)
    body = await sync_to_async(describe)(upgrade, "zh")
    assert (body["status"], body["message"]) == ("success", "模型 Product 升级成功")
    assert await rows("Product") == [
        {"id": 1, "title": "tea", "price": 2.5, "description": None, "stock": 7},
        {"id": 2, "title": "ink", "price": 4.0, "description": None, "stock": 7},
    ]
    model = await DynamicModel.objects.aget(name="Product")
    assert model.version == 2
    numbers = [version.number async for version in SchemaVersion.objects.order_by("number")]
    assert numbers == [1, 2]


async def test_a_change_that_would_lose_values_fails_and_touches_nothing(
    upgraded: Upgraded,
) -> None:
    await upgraded("Person", AGE)
    await create("Person", {"age": "12"}, {"age": "abc"})
    upgrade, events = await upgraded("Person", {"name": "age", "type": "IntegerField"})
    body = await sync_to_async(describe)(upgrade, "zh")
    assert body["status"] == "failed"
    assert body["error"] == "字段 'age' 类型从 CharField 改为 IntegerField 可能导致数据丢失"
    assert body["findings"][0]["count"] == 1
    assert [sample["before"] for sample in body["findings"][0]["samples"]] == ["abc"]
    assert events[-1].kind == "upgrade.failed"
    assert events[-1].to_wire("zh")["message"] == body["error"]
    assert [row["age"] for row in await rows("Person")] == ["12", "abc"]
    assert (await DynamicModel.objects.aget(name="Person")).version == 1
    assert await Backup.objects.acount() == 1
    assert upgrade.active_model is None


async def test_a_type_change_whose_values_all_fit_converts_them(upgraded: Upgraded) -> None:
    await upgraded("Person", AGE)
    await create("Person", {"age": "12"}, {"age": "-3"})
    upgrade, _ = await upgraded("Person", {"name": "age", "type": "IntegerField"})
    assert upgrade.state == Upgrade.State.SUCCEEDED
    assert [row["age"] for row in await rows("Person")] == [12, -3]


async def test_force_goes_on_and_clears_what_does_not_fit(upgraded: Upgraded) -> None:
    await upgraded("Person", AGE)
    await create("Person", {"age": "12"}, {"age": "abc"})
    age = {"name": "age", "type": "IntegerField", "null": True}
    upgrade, _ = await upgraded("Person", age, force=True)
    assert upgrade.state == Upgrade.State.SUCCEEDED
    assert [row["age"] for row in await rows("Person")] == [12, None]
    assert upgrade.findings[0]["count"] == 1


async def test_skipped_stages_are_marked(upgraded: Upgraded) -> None:
    upgrade, events = await upgraded("Product", NAME, no_backup=True, no_restart=True)
    skipped = [(e.kind, e.stage) for e in events if e.kind == "stage.skipped"]
    assert skipped == [("stage.skipped", "backup"), ("stage.skipped", "restart")]
    assert await Backup.objects.acount() == 0
    stages = (await sync_to_async(describe)(upgrade))["stages"]
    assert [stage["state"] for stage in stages] == ["success", "skipped", "success", "skipped"]


async def test_the_same_definition_again_makes_no_new_version(upgraded: Upgraded) -> None:
    await upgraded("Product", NAME)
    upgrade, _ = await upgraded("Product", NAME)
    assert upgrade.state == Upgrade.State.SUCCEEDED
    assert await SchemaVersion.objects.acount() == 1


async def test_relations_to_live_models_and_to_the_sites_own(upgraded: Upgraded) -> None:
    await upgraded("Shelf", NAME)
    upgrade, _ = await upgraded(
        "Product",
        NAME,
        {"name": "shelf", "type": "ForeignKey", "to": "Shelf", "on_delete": "CASCADE"},
        {
            "name": "owner",
            "type": "ForeignKey",
            "to": "auth.User",
            "on_delete": "SET_NULL",
            "null": True,
        },
        {"name": "likes", "type": "ManyToManyField", "to": "auth.User"},
    )
    assert upgrade.state == Upgrade.State.SUCCEEDED

    def use() -> None:
        user = User.objects.create_user("ann")
        shelf = get_model("Shelf").objects.create(name="top")
        product = get_model("Product").objects.create(name="tea", shelf=shelf, owner=user)
        product.likes.add(user)
        found = get_model("Product").objects.select_related("owner", "shelf").get(likes=user)
        assert (found.owner, found.shelf.name) == (user, "top")

    await sync_to_async(use)()
