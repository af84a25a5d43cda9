"""What a definition says beside its fields goes through the whole upgrade, on each database."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import IntegrityError, connection

from lowcode_async import get_model
from lowcode_async.errors import DefinitionInvalid
from lowcode_async.models import SchemaVersion, Upgrade
from lowcode_async.upgrades.inspecting import inspect
from tests.databases import Database
from tests.integration.upgrades.conftest import Posted

NAME = {"name": "name", "type": "CharField", "max_length": 20}
LOW = {"name": "low", "type": "IntegerField"}
HIGH = {"name": "high", "type": "IntegerField", "null": True}
ITEM: dict[str, Any] = {"model_name": "Item", "fields": [NAME, LOW, HIGH]}
OPTIONS = {
    "verbose_name": "件",
    "ordering": ["-low", "name"],
    "get_latest_by": ["low"],
}
POSITIVE = {
    "type": "check",
    "name": "low_positive",
    "condition": {"field": "low", "lookup": "gt", "value": 0},
    "violation_error_message": "太小",
}
ORDERED = {
    "type": "check",
    "name": "low_below_high",
    "condition": {
        "any": [
            {"field": "high", "lookup": "isnull", "value": True},
            {"field": "low", "lookup": "lte", "other_field": "high"},
            {"not": {"field": "name", "lookup": "startswith", "value": "10%_"}},
        ]
    },
}
PAIR = {"type": "unique", "name": "name_and_low", "fields": ["name", "low"]}
SOME = {"field": "low", "lookup": "in", "value": [1, 2]}


async def write(*rows: dict[str, Any], model: str = "Item") -> None:
    await sync_to_async(lambda: [get_model(model).objects.create(**row) for row in rows])()


async def column(name: str, *, model: str = "Item") -> list[Any]:
    def read() -> list[Any]:
        rows = get_model(model).objects.all()
        ordered = rows if rows.ordered else rows.order_by("pk")
        return list(ordered.values_list(name, flat=True))

    return await sync_to_async(read)()


async def assert_sound(upgrade: Upgrade) -> None:
    """Assert that an upgrade has succeeded, and that the tables are what the definitions say."""
    assert (upgrade.state, upgrade.error_code, upgrade.error_params) == ("succeeded", "", {})
    assert upgrade.warnings == []
    remarks = await sync_to_async(lambda: inspect().remarks)()
    assert [each.sentence("en") for each in remarks] == []


async def definition(name: str = "Item") -> dict[str, Any]:
    rows = SchemaVersion.objects.filter(model__name=name).order_by("-number")
    found: dict[str, Any] = await rows.values_list("definition", flat=True).afirst()
    return found


async def test_options_are_set_kept_and_cleared(posted: Posted) -> None:
    await posted({**ITEM, "options": OPTIONS})
    await write({"name": "a", "low": 1}, {"name": "b", "low": 2})
    assert await column("name") == ["b", "a"]
    # A client that knows of fields only.
    renamed = {**LOW, "name": "least", "renamed_from": "low"}
    upgrade, _ = await posted({"model_name": "Item", "fields": [NAME, renamed, HIGH]})
    await assert_sound(upgrade)
    assert (await definition())["options"] == {
        "verbose_name": "件",
        "ordering": ["-least", "name"],
        "get_latest_by": ["least"],
    }
    with pytest.raises(DefinitionInvalid) as refused:
        await posted({"model_name": "Item", "fields": [NAME, HIGH]})
    assert {each.code for each in refused.value.problems} == {"part_unknown_field"}
    upgrade, _ = await posted(
        {
            "model_name": "Item",
            "fields": [NAME, HIGH],
            "options": {"ordering": None, "get_latest_by": None},
        },
        force=True,
    )
    await assert_sound(upgrade)
    assert (await definition())["options"] == {"verbose_name": "件"}


async def test_indexes_and_sets_follow_their_fields(posted: Posted) -> None:
    sets = {
        "unique_together": [["name", "low"]],
        "indexes": [{"fields": ["-high", "name"]}, {"name": "by_low", "fields": ["low"]}],
        "constraints": [PAIR | {"fields": ["name", "high"]}, POSITIVE, ORDERED],
    }
    await posted({**ITEM, **sets})
    await write({"name": "a", "low": 1, "high": 5}, {"name": "a", "low": 2, "high": 6})
    first = await definition()
    # Renamed, another type (so its column is replaced), and untouched.
    fields = [
        {**NAME, "name": "title", "renamed_from": "name"},
        {"name": "low", "type": "CharField", "max_length": 9},
        HIGH,
    ]
    checks = {**POSITIVE, "condition": {"field": "low", "lookup": "exact", "value": "1"}}
    upgrade, _ = await posted(
        {
            "model_name": "Item",
            "fields": fields,
            "constraints": [
                {**PAIR, "fields": ["title", "high"]},
                {
                    **checks,
                    "condition": {"any": [checks["condition"], {"not": checks["condition"]}]},
                },
            ],
        }
    )
    await assert_sound(upgrade)
    now = await definition()
    assert now["unique_together"] == [["title", "low"]]
    assert [each["fields"] for each in now["indexes"]] == [["-high", "title"], ["low"]]
    assert [each["name"] for each in now["indexes"]] == [each["name"] for each in first["indexes"]]
    for row in ({"title": "a", "low": "2"}, {"title": "a", "low": "x", "high": 6}):
        with pytest.raises(IntegrityError):
            await write(row)
    upgrade, _ = await posted(
        {"model_name": "Item", "fields": [fields[0] | {"renamed_from": None}, HIGH],
         "unique_together": [], "indexes": None, "constraints": []}, force=True,
    )  # fmt: skip
    await assert_sound(upgrade)
    await write({"title": "a", "high": 6})


async def test_rows_that_do_not_meet_a_constraint_are_counted_and_shown(posted: Posted) -> None:
    await posted(ITEM)
    await write(
        {"name": "a", "low": 0}, {"name": "a", "low": 0}, {"name": "b", "low": -1, "high": 3},
        {"name": "10%_", "low": 9, "high": 3}, {"name": "c", "low": 9, "high": 3},
    )  # fmt: skip
    title = {**NAME, "name": "title", "renamed_from": "name"}
    wanted = {
        "model_name": "Item",
        "fields": [title, LOW, HIGH],
        "unique_together": [["title", "low"]],
        "constraints": [
            POSITIVE,
            {
                **ORDERED,
                "condition": {
                    "any": [
                        {"field": "low", "lookup": "lte", "other_field": "high"},
                        {"not": {"field": "title", "lookup": "startswith", "value": "10%_"}},
                    ]
                },
            },
        ],
    }
    upgrade, _ = await posted(wanted, force=True)
    assert (upgrade.state, upgrade.error_code) == ("failed", "unforceable_check")
    found = [(each["kind"], each["field"], each["count"]) for each in upgrade.findings]
    assert found == [
        ("check", "low_positive", 3),
        ("check", "low_below_high", 1),
        ("duplicate", "title, low", 2),
    ]
    assert [each["before"] for each in upgrade.findings[0]["samples"]] == [0, 0, -1]
    assert [each["before"] for each in upgrade.findings[2]["samples"]] == [["a", 0], ["a", 0]]
    assert len(await column("name")) == 5


async def test_constraints_for_some_rows_or_are_refused_in_words(
    posted: Posted, database: Database
) -> None:
    partial = {
        "indexes": [{"fields": ["high"], "condition": SOME}],
        "constraints": [{**PAIR, "fields": ["name"], "condition": SOME}],
    }
    await posted(ITEM)
    if database.vendor == "mysql":
        with pytest.raises(DefinitionInvalid) as refused:
            await posted({**ITEM, **partial})
        assert {each.code for each in refused.value.problems} == {"part_unsupported"}
        return
    await write({"name": "a", "low": 1}, {"name": "a", "low": 3}, {"name": "b", "low": 2})
    upgrade, _ = await posted({**ITEM, **partial})
    await assert_sound(upgrade)
    await write({"name": "a", "low": 3})
    with pytest.raises(IntegrityError):
        await write({"name": "a", "low": 2})


async def test_rows_are_ordered_with_respect_to_another(posted: Posted) -> None:
    await posted({"model_name": "Shelf", "fields": [NAME]})
    shelf = {"name": "shelf", "type": "ForeignKey", "to": "Shelf", "on_delete": "CASCADE"}
    body = {"model_name": "Item", "fields": [NAME, shelf]}
    await posted(body)
    await write({"name": "top"}, model="Shelf")
    await write({"name": "a", "shelf_id": 1}, {"name": "b", "shelf_id": 1})
    upgrade, _ = await posted({**body, "options": {"order_with_respect_to": "shelf"}})
    await assert_sound(upgrade)

    def order() -> list[str]:
        shelf = get_model("Shelf").objects.get()
        shelf.set_item_order([2, 1])
        return [each.name for each in shelf.item_set.all()]

    assert await sync_to_async(order)() == ["b", "a"]
    board = {**shelf, "name": "board", "renamed_from": "shelf"}
    upgrade, _ = await posted({"model_name": "Item", "fields": [NAME, board]})
    await assert_sound(upgrade)
    assert await column("name") == ["b", "a"]
    plain = {
        "model_name": "Item",
        "fields": [NAME, {**board, "renamed_from": None}],
        "options": {"order_with_respect_to": None},
    }
    upgrade, _ = await posted(plain)
    assert upgrade.error_code == "field_removed_with_values"
    upgrade, _ = await posted(plain, force=True)
    await assert_sound(upgrade)


async def test_a_table_has_a_comment_or_it_is_refused_in_words(
    posted: Posted, database: Database
) -> None:
    body = {**ITEM, "options": {"db_table_comment": "it's a 件"}}
    if database.vendor == "sqlite":
        with pytest.raises(DefinitionInvalid) as refused:
            await posted(body)
        assert [each.code for each in refused.value.problems] == ["part_unsupported"]
        return
    await posted(ITEM)
    upgrade, _ = await posted(body)
    await assert_sound(upgrade)

    def comment() -> str:
        with connection.cursor() as cursor:
            tables = connection.introspection.get_table_list(cursor)
        return next(each.comment for each in tables if each.name == "dynamic_item")

    assert await sync_to_async(comment)() == "it's a 件"


async def test_a_percent_sign_in_a_comment_is_refused_where_it_cannot_be_written(
    database: Database, posted: Posted
) -> None:
    upgrade, _ = await posted({**ITEM, "fields": [{**NAME, "db_comment": "10 % of it"}]})
    if database.vendor == "postgresql":
        assert (upgrade.state, upgrade.error_code) == ("failed", "comment_with_percent")
        return
    assert upgrade.state == "succeeded"
    assert await sync_to_async(lambda: inspect().remarks)() == ()


async def test_a_default_that_would_be_rounded_is_refused(
    database: Database, posted: Posted
) -> None:
    number = {"name": "amount", "type": "DecimalField", "max_digits": 20, "decimal_places": 2}
    for name, value, exact in (
        ("default", "123456789012345.67", False),
        ("one_off_default", "123456789012345.67", False),
        ("default", "1234567890123.45", True),
    ):
        upgrade, _ = await posted({**ITEM, "fields": [NAME, {**number, name: value}]})
        if exact or database.vendor != "sqlite":
            assert upgrade.state == "succeeded"
        else:
            assert (upgrade.state, upgrade.error_code) == ("failed", "default_not_exact")
