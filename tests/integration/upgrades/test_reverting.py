"""An upgrade is taken back by an upgrade: originals return, what was edited since is kept or told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from lowcode_async import RevertRefused, arevert_upgrade, astart_upgrade, follow, get_model
from lowcode_async.models import LostValue, SchemaVersion, Upgrade
from lowcode_async.planning.drift import standing_differences
from lowcode_async.upgrades.reverting import plan_revert
from lowcode_async.upgrades.site import current_definitions
from tests.integration.upgrades.conftest import Upgraded
from tests.integration.upgrades.test_upgrade import create, rows

NAME = {"name": "name", "type": "CharField", "max_length": 20}


def typed(name: str, type_: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **options}


AGE = typed("age", "CharField", max_length=20)
NUMBER = typed("age", "IntegerField", null=True)


@sync_to_async
def edit(name: str, key: int, **values: Any) -> None:
    get_model(name).objects.filter(pk=key).update(**values)


@sync_to_async
def drift(name: str) -> list[str]:
    return [each.note for each in standing_differences(connection, current_definitions(), name)]


@sync_to_async
def definition(number: int) -> Any:
    return SchemaVersion.objects.get(model__name="Item", number=number).definition


async def lossy(upgraded: Upgraded, *ages: str) -> Upgrade:
    await upgraded("Item", AGE)
    await create("Item", *({"age": each} for each in ages))
    upgrade, _ = await upgraded("Item", NUMBER, force=True)
    assert upgrade.state == Upgrade.State.SUCCEEDED
    return upgrade


async def values(name: str, field: str) -> list[Any]:
    return [each[field] for each in await rows(name)]


async def test_rows_untouched_since_get_their_originals(
    upgraded: Upgraded, reverted: Upgraded
) -> None:
    upgrade = await lossy(upgraded, "1", " 007", "many", "2.5")
    assert await values("Item", "age") == [1, 7, None, 3]
    back, _ = await reverted(upgrade)
    assert (back.state, back.reverts_id) == (Upgrade.State.SUCCEEDED, upgrade.pk)
    assert await values("Item", "age") == ["1", " 007", "many", "2.5"]
    assert await definition(3) == await definition(1)
    assert await drift("Item") == []
    assert [(each["kind"], each["count"], each["lossy"]) for each in back.findings] == [
        ("restored", 3, False)
    ]
    assert not await LostValue.objects.filter(upgrade=upgrade, restored_by=None).aexists()

    again, _ = await reverted(back, force=False)
    assert again.state == Upgrade.State.SUCCEEDED, again.error_code
    assert await values("Item", "age") == [1, 7, None, 3]
    last, _ = await reverted(again)
    assert last.state == Upgrade.State.SUCCEEDED
    assert await values("Item", "age") == ["1", " 007", "many", "2.5"]


async def test_numbers_that_a_database_writes_in_another_way_get_their_originals(
    upgraded: Upgraded, reverted: Upgraded
) -> None:
    # PostgreSQL gives 1e23 in JSON back as a whole number, and knows no -0.0.
    texts = ["1e23", '{"a": [1e23]}', "-0.0", "[-0.0]", "123456789012345678901234.5"]
    await upgraded("Item", typed("note", "TextField", null=True))
    await create("Item", *({"note": each} for each in texts))
    upgrade, _ = await upgraded("Item", typed("note", "JSONField", null=True), force=True)
    back, _ = await reverted(upgrade, force=False)
    assert back.state == Upgrade.State.SUCCEEDED, back.error_code
    assert await values("Item", "note") == texts


async def test_rows_edited_or_inserted_since_are_converted_back(
    upgraded: Upgraded, reverted: Upgraded
) -> None:
    upgrade = await lossy(upgraded, "007", "many", "3.5")
    await edit("Item", 1, age=8)
    await create("Item", {"age": 99})
    await edit("Item", 2, age=5)
    back, _ = await reverted(upgrade)
    assert back.state == Upgrade.State.SUCCEEDED
    assert await values("Item", "age") == ["8", "5", "3.5", "99"]


async def test_what_was_edited_since_and_would_be_lost_stops_the_revert_unless_forced(
    upgraded: Upgraded, reverted: Upgraded
) -> None:
    await upgraded("Item", typed("word", "CharField", max_length=5))
    await create("Item", {"word": "ab"}, {"word": "cd"})
    upgrade, _ = await upgraded("Item", typed("word", "CharField", max_length=50))
    await edit("Item", 2, word="a long word")
    back, _ = await reverted(upgrade)
    assert (back.state, back.error_code) == (Upgrade.State.FAILED, "length_shortened")
    [finding] = back.findings
    assert (finding["count"], finding["samples"][0]["before"]) == (1, "a long word")
    forced, _ = await reverted(upgrade, force=True)
    assert forced.state == Upgrade.State.SUCCEEDED
    assert await values("Item", "word") == ["ab", "a lon"]
    lost = await LostValue.objects.aget(upgrade=forced)
    assert (lost.value, lost.became, lost.finding) == ('"a long word"', '"a lon"', "truncated")


async def test_a_shortened_text_comes_back_although_the_way_back_needs_no_conversion(
    upgraded: Upgraded, reverted: Upgraded
) -> None:
    await upgraded("Item", typed("word", "CharField", max_length=50, null=True))
    await create("Item", {"word": "a long word"}, {"word": None}, {"word": "ab"})
    short = typed("word", "CharField", max_length=5, default="none")
    upgrade, _ = await upgraded("Item", short, force=True)
    assert await values("Item", "word") == ["a lon", "none", "ab"]
    back, _ = await reverted(upgrade)
    assert back.state == Upgrade.State.SUCCEEDED
    assert await values("Item", "word") == ["a long word", None, "ab"]
    assert await drift("Item") == []


async def test_removed_fields_return_with_their_values_and_links(
    upgraded: Upgraded, reverted: Upgraded
) -> None:
    fields = (
        typed("price", "DecimalField", max_digits=8, decimal_places=3, default="1.5"),
        typed("note", "TextField", null=True),
        typed("code", "CharField", max_length=5, unique=True, null=True),
        typed("tag", "ForeignKey", to="Tag", on_delete="CASCADE", null=True),
        typed("tags", "ManyToManyField", to="Tag", related_name="+"),
    )
    await upgraded("Tag", NAME)
    one, two = await create("Tag", {"name": "one"}, {"name": "two"})
    await upgraded("Item", NAME, *fields)
    row = {"price": Decimal("2.250"), "note": "x", "code": "c", "tag_id": one.pk}
    a, b = await create("Item", {"name": "a", **row}, {"name": "b", "tag_id": two.pk})
    await a.tags.aadd(one.pk, two.pk)
    await b.tags.aadd(two.pk)
    before = await rows("Item")
    upgrade, _ = await upgraded("Item", NAME, force=True)
    await create("Item", {"name": "new"})
    await two.adelete()
    back, _ = await reverted(upgrade)
    assert back.state == Upgrade.State.SUCCEEDED, (back.error_code, back.error_params)
    assert [(each["kind"], each["field"], each["count"]) for each in back.findings] == [
        ("restored", "price", 2),
        ("restored", "note", 1),
        ("restored", "code", 1),
        ("restored", "tag", 1),
        ("restored", "tags", 1),
    ]
    new = {"name": "new", "price": Decimal("1.5"), "note": None, "code": None, "tag_id": None}
    assert await rows("Item") == [before[0], {**before[1], "tag_id": None}, {"id": 3, **new}]
    [item, *_] = [each async for each in (await aitem()).objects.order_by("pk")]
    assert [each.name async for each in item.tags.all()] == ["one"]
    assert await drift("Item") == []


async def aitem(name: str = "Item") -> Any:
    return await sync_to_async(get_model)(name)


async def test_a_required_field_that_cannot_be_filled_stops_the_revert(
    upgraded: Upgraded, reverted: Upgraded
) -> None:
    await upgraded("Item", NAME, typed("size", "IntegerField"))
    await create("Item", {"name": "a", "size": 1})
    upgrade, _ = await upgraded("Item", NAME, force=True)
    await create("Item", {"name": "b"}, {"name": "c"})
    back, _ = await reverted(upgrade, force=True)
    assert (back.state, back.error_code) == (Upgrade.State.FAILED, "unforceable_null")
    assert [(each["code"], each["count"]) for each in back.findings] == [
        ("values_restored", 1),
        ("restored_field_without_values", 2),
    ]
    await (await aitem()).objects.exclude(name="a").adelete()
    back, _ = await reverted(upgrade)
    assert back.state == Upgrade.State.SUCCEEDED
    assert await values("Item", "size") == [1]


async def test_an_added_field_goes_without_force_while_it_holds_what_it_was_given(
    upgraded: Upgraded, reverted: Upgraded
) -> None:
    await upgraded("Item", NAME)
    await create("Item", {"name": "a"}, {"name": "b"})
    upgrade, _ = await upgraded("Item", NAME, typed("rank", "IntegerField", default=3))
    await edit("Item", 1, rank=4)
    back, _ = await reverted(upgrade)
    assert (back.state, back.error_code) == (Upgrade.State.FAILED, "field_removed_with_values")
    assert [each["count"] for each in back.findings] == [1]
    await edit("Item", 1, rank=3)
    back, _ = await reverted(upgrade)
    assert back.state == Upgrade.State.SUCCEEDED
    assert await rows("Item") == [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]


async def test_renames_are_turned_round(upgraded: Upgraded, reverted: Upgraded) -> None:
    await upgraded("Item", NAME, AGE)
    await create("Item", {"name": "a", "age": "many"})
    title = {**NAME, "name": "title", "renamed_from": "name"}
    count = {**NUMBER, "name": "count", "renamed_from": "age"}
    upgrade, _ = await upgraded("Item", title, count, force=True)
    back, _ = await reverted(upgrade)
    assert back.state == Upgrade.State.SUCCEEDED, (back.error_code, back.error_params)
    assert await rows("Item") == [{"id": 1, "name": "a", "age": "many"}]
    assert await drift("Item") == []


async def test_only_the_newest_change_that_succeeded_can_be_reverted(upgraded: Upgraded) -> None:
    first, _ = await upgraded("Item", AGE)
    await create("Item", {"age": "many"})
    failed, _ = await upgraded("Item", NUMBER)
    second, _ = await upgraded("Item", AGE, NAME | {"null": True})
    nothing, _ = await upgraded("Item", AGE, NAME | {"null": True})
    for upgrade, reason, params in (
        (first, "revert_not_newest", {"model": "Item", "task_id": str(second.pk)}),
        (failed, "revert_of_failed", {"task_id": str(failed.pk)}),
        (nothing, "revert_changed_nothing", {"task_id": str(nothing.pk)}),
    ):
        with pytest.raises(RevertRefused) as raised:
            await arevert_upgrade(upgrade.pk)
        [problem] = raised.value.problems
        assert (problem.code, problem.params) == (reason, params)


async def test_a_creation_and_a_deletion_are_taken_back_with_all_rows(
    upgraded: Upgraded, reverted: Upgraded
) -> None:
    await upgraded("Tag", NAME)
    parent = typed("parent", "ForeignKey", to="self", on_delete="CASCADE", null=True)
    tag = typed("tag", "ForeignKey", to="Tag", on_delete="CASCADE", null=True)
    links = typed("tags", "ManyToManyField", to="Tag", related_name="+")
    created, _ = await upgraded("Item", AGE, parent, tag, links, typed("raw", "BinaryField"))
    one, two = await create("Tag", {"name": "one"}, {"name": "two"})
    a, b = await create(
        "Item", {"age": "7", "raw": b"\x00\xff", "tag_id": two.pk}, {"age": "x", "raw": b""}
    )
    await edit("Item", a.pk, parent_id=b.pk)
    await a.tags.aadd(one.pk, two.pk)
    before = await rows("Item")
    refused, _ = await reverted(created)
    assert (refused.state, refused.error_code) == (Upgrade.State.FAILED, "model_removed_with_rows")
    gone, _ = await reverted(created, force=True)
    assert gone.state == Upgrade.State.SUCCEEDED, (gone.error_code, gone.error_params)
    assert "Item" not in await sync_to_async(current_definitions)()
    await (await aitem("Tag")).objects.filter(pk=two.pk).adelete()
    back, _ = await reverted(gone)
    assert back.state == Upgrade.State.SUCCEEDED, (back.error_code, back.error_params)
    assert [(each["kind"], each["count"]) for each in back.findings] == [("restored", 2)]
    assert await rows("Item") == [{**before[0], "tag_id": None}, before[1]]
    item = await (await aitem()).objects.aget(pk=a.pk)
    assert [each.name async for each in item.tags.all()] == ["one"]
    [new] = await create("Item", {"age": "new", "raw": b""})
    assert new.pk > b.pk
    assert await drift("Item") == []


async def test_a_renamed_model_gets_its_name_back(upgraded: Upgraded, reverted: Upgraded) -> None:
    await upgraded("Item", AGE)
    await create("Item", {"age": "7"})
    started = await astart_upgrade(
        {"model_name": "Thing", "renamed_from": "Item", "fields": [AGE]}, no_backup=True
    )
    _ = [event async for event in follow(started.pk)]
    back, _ = await reverted(started)
    assert back.state == Upgrade.State.SUCCEEDED, (back.error_code, back.error_params)
    assert await rows("Item") == [{"id": 1, "age": "7"}]


async def test_one_change_after_the_other_is_taken_back(
    upgraded: Upgraded, reverted: Upgraded
) -> None:
    first = await lossy(upgraded, "many")
    second, _ = await upgraded("Item", NUMBER, NAME | {"null": True})
    third, _ = await upgraded("Item", NAME | {"null": True}, force=True)
    for upgrade in (third, second, first):
        back, _ = await reverted(upgrade)
        assert back.state == Upgrade.State.SUCCEEDED, back.error_code
    assert await rows("Item") == [{"id": 1, "age": "many"}]
    with pytest.raises(RevertRefused) as raised:
        await arevert_upgrade(second.pk)
    assert raised.value.problems[0].code == "revert_done_already"


async def test_a_revert_is_foreseen_and_held_to_it(upgraded: Upgraded, reverted: Upgraded) -> None:
    upgrade = await lossy(upgraded, "many", "1")
    planned = await sync_to_async(plan_revert)(upgrade.pk)
    assert [(each["kind"], each["count"]) for each in planned.findings] == [("restored", 1)]
    back, _ = await reverted(upgrade, plan_id=planned.pk)
    assert back.state == Upgrade.State.SUCCEEDED
    assert await values("Item", "age") == ["many", "1"]
