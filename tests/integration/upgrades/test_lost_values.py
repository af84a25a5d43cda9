"""What an upgrade changes or removes is kept aside, exactly, and nothing else is."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import DatabaseError

from lowcode_async.models import LostValue, Upgrade
from lowcode_async.planning.lost_values import read, same
from lowcode_async.upgrades.runner import run_stage
from tests.integration.upgrades.conftest import Upgraded
from tests.integration.upgrades.test_upgrade import create, rows

NAME = {"name": "name", "type": "CharField", "max_length": 20}


def text(name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "type": "CharField", "max_length": 40, **options}


def typed(name: str, type_: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **options}


@sync_to_async
def kept(upgrade: Upgrade) -> list[tuple[str, Any, Any, str]]:
    """Return field, value, what it became and why, in the order of fields and rows."""
    found = LostValue.objects.filter(upgrade=upgrade).order_by("field", "removed", "pk")
    return [
        (
            each.field,
            read(each.kind, each.value),
            read(each.became_kind, each.became),
            each.finding,
        )
        for each in found
    ]


async def test_what_the_way_back_would_not_give_again_is_kept(upgraded: Upgraded) -> None:
    moment = dt.datetime(2024, 5, 1, 12, 30, tzinfo=dt.UTC)
    await upgraded(
        "Item",
        text("number"),
        text("word"),
        typed("price", "DecimalField", max_digits=8, decimal_places=4),
        typed("at", "DateTimeField"),
        typed("ratio", "FloatField", null=True),
    )
    common = {"price": "1.5", "at": moment.replace(hour=0, minute=0), "ratio": 2.0}
    await create(
        "Item",
        {**common, "number": "7", "word": "short"},
        {**common, "number": " 007", "word": "abcdefgh", "price": "1.2345"},
        {**common, "number": "many", "word": "x", "at": moment, "ratio": None},
    )
    upgrade, _ = await upgraded(
        "Item",
        typed("number", "IntegerField", null=True),
        {**text("word"), "max_length": 5},
        typed("price", "DecimalField", max_digits=8, decimal_places=2),
        typed("at", "DateField"),
        typed("ratio", "IntegerField", default=0),
        force=True,
    )
    assert upgrade.state == Upgrade.State.SUCCEEDED
    assert await kept(upgrade) == [
        ("at", moment, dt.date(2024, 5, 1), "truncated"),
        ("number", " 007", 7, "reformatted"),
        ("number", "many", None, "cleared"),
        ("price", Decimal("1.2345"), Decimal("1.23"), "rounded"),
        ("ratio", None, 0, "null"),
        ("word", "abcdefgh", "abcde", "truncated"),
    ]


async def test_how_many_are_kept_is_recorded_with_the_end_of_the_change(upgraded: Upgraded) -> None:
    await upgraded("Item", NAME, text("note", null=True))
    await create("Item", {"name": "a", "note": "x"}, {"name": "b"}, {"name": "c", "note": "y"})
    upgrade, _ = await upgraded("Item", NAME, force=True)
    assert (upgrade.state, upgrade.lost_count) == (Upgrade.State.SUCCEEDED, 2)
    # A worker dies behind the change; the one that ends the stage has seen none of the values.
    await Upgrade.objects.filter(pk=upgrade.pk).aupdate(
        state=Upgrade.State.RUNNING,
        stage=Upgrade.Stage.MIGRATE,
        active_model="item",
        no_restart=True,
        lost_count=None,
    )
    await run_stage(upgrade.pk, Upgrade.Stage.MIGRATE)
    again = await Upgrade.objects.aget(pk=upgrade.pk)
    assert (again.state, again.lost_count) == (Upgrade.State.SUCCEEDED, 2)


VALUES = {
    "a": ("TextField", {}, "a 'text'\n\N{SNOWMAN}"),
    "b": ("BinaryField", {}, b"\x00\xff"),
    "c": ("DecimalField", {"max_digits": 10, "decimal_places": 3}, Decimal("-12.300")),
    "d": ("DateTimeField", {}, dt.datetime(2024, 5, 1, 1, 2, 3, 456789, tzinfo=dt.UTC)),
    "e": ("DurationField", {}, dt.timedelta(days=-2, microseconds=7)),
    "f": ("UUIDField", {}, uuid.UUID(int=5)),
    "g": ("JSONField", {}, {"x": [1, 2.5, None, "y"]}),
    "h": ("TimeField", {}, dt.time(23, 59, 1, 2)),
    "i": ("BigIntegerField", {}, -(2**63)),
    "j": ("BooleanField", {}, False),
    "k": ("GenericIPAddressField", {}, "2001:db8::1"),
    "l": ("DateField", {}, dt.date(1, 1, 1)),
    "m": ("CharField", {"max_length": 5}, ""),
}


async def test_all_that_goes_with_a_field_is_kept_to_the_last_bit(upgraded: Upgraded) -> None:
    await upgraded("Tag", NAME)
    fields = [typed(name, type_, **options) for name, (type_, options, _) in VALUES.items()]
    tags = typed("tags", "ManyToManyField", to="Tag")
    owner = typed("owner", "ForeignKey", to="auth.User", on_delete="CASCADE", null=True)
    await upgraded("Item", NAME, tags, owner, *fields)
    [tag] = await create("Tag", {"name": "t"})
    user = await User.objects.acreate(username="u")
    row = {name: value for name, (_, _, value) in VALUES.items()}
    [item, _] = await create("Item", {"name": "a", "owner": user, **row}, {"name": "b", **row})
    await item.tags.aadd(tag)
    upgrade, _ = await upgraded("Item", NAME, force=True)
    assert upgrade.state == Upgrade.State.SUCCEEDED
    found = await kept(upgrade)
    by_field = {field: [value for each, value, *_ in found if each == field] for field in row}
    for name, (_, _, value) in VALUES.items():
        assert len(by_field[name]) == 2
        assert all(same(bytes(each) if name == "b" else each, value) for each in by_field[name])
    assert [each[1:] for each in found if each[0] == "owner"] == [(user.pk, None, "removed")]
    assert [each[1] for each in found if each[0] == "tags"] == [[item.pk, tag.pk]]


async def test_infinities_are_kept(upgraded: Upgraded) -> None:
    """MariaDB has none."""
    await upgraded("Item", NAME, typed("ratio", "FloatField"))
    try:
        await create("Item", {"name": "a", "ratio": float("-inf")})
    except DatabaseError:
        pytest.skip("not on this database")
    upgrade, _ = await upgraded("Item", NAME, typed("ratio", "IntegerField", null=True), force=True)
    assert await kept(upgrade) == [("ratio", float("-inf"), None, "cleared")]


@pytest.mark.parametrize(
    ("policy", "became"), [({"null": True, "on_invalid": "null"}, None),
                           ({"default": 5, "on_invalid": "default"}, 5),
                           ({"null": True, "default": 5, "on_invalid": "default"}, 5)],
)  # fmt: skip
async def test_a_policy_says_what_becomes_of_what_does_not_fit(
    upgraded: Upgraded, policy: dict[str, Any], became: int | None
) -> None:
    await upgraded("Item", text("age"))
    await create("Item", {"age": "1"}, {"age": "many"}, {"age": "2.5"})
    upgrade, _ = await upgraded("Item", typed("age", "IntegerField", **policy))
    assert upgrade.state == Upgrade.State.SUCCEEDED
    assert [each["age"] for each in await rows("Item")] == [1, became, became]
    assert [(each["kind"], each["policy"]) for each in upgrade.findings] == [
        ("cleared", policy["on_invalid"]),
        ("rounded", policy["on_invalid"]),
    ]
    assert [each[1:] for each in await kept(upgrade)] == [
        ("many", became, "cleared"),
        ("2.5", became, "rounded"),
    ]


async def test_a_policy_that_would_make_values_the_same_does_not_make_them_unique(
    upgraded: Upgraded,
) -> None:
    await upgraded("Item", text("age"))
    await create("Item", {"age": "1"}, {"age": "many"}, {"age": "more"})
    age = typed("age", "IntegerField", unique=True, default=5, on_invalid="default")
    upgrade, _ = await upgraded("Item", age)
    assert (upgrade.state, upgrade.error_code) == (Upgrade.State.FAILED, "unforceable_cleared")
    assert await kept(upgrade) == []


async def test_a_policy_is_forgotten_with_its_upgrade(upgraded: Upgraded) -> None:
    await upgraded("Item", text("age"))
    await upgraded("Item", typed("age", "IntegerField", null=True, on_invalid="null"))
    upgrade, _ = await upgraded("Item", typed("age", "IntegerField", null=True))
    assert not await Upgrade.objects.filter(pk=upgrade.pk, schema_version__isnull=False).aexists()
