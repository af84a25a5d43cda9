"""What upgrades leave behind, on each database: nothing that an inspection would find."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async

from lowcode_async import get_model
from lowcode_async.models import Upgrade
from lowcode_async.upgrades.inspecting import inspect
from tests.integration.upgrades.conftest import Upgraded


def text(name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "type": "CharField", "max_length": 20, **options}


@sync_to_async
def problems() -> list[str]:
    return [each.sentence("en") for each in inspect().remarks]


@sync_to_async
def create(model: str, /, **values: Any) -> None:
    get_model(model).objects.create(**values)


async def test_after_conversions_renames_and_removals_everything_is_as_defined(
    upgraded: Upgraded,
) -> None:
    to_user = {"type": "ForeignKey", "to": "auth.User", "on_delete": "CASCADE", "null": True}
    users = {"name": "users", "type": "ManyToManyField", "to": "auth.User"}
    await upgraded("Product", text("size"), text("name"), text("old"), users)
    assert await problems() == []
    await create("Product", size="7", name="ink", old="x")
    for fields in (
        [{"name": "size", "type": "IntegerField"}, text("title", renamed_from="name"), text("old")],
        [
            {"name": "size", "type": "FloatField", "db_index": True},
            text("title", max_length=9, unique=True),
            {"name": "owner", **to_user},
        ],
        [
            {"name": "amount", "type": "DecimalField", "renamed_from": "size", "max_digits": 9,
             "decimal_places": 3},
            {"name": "title", "type": "TextField"},
            {"name": "owner", "type": "BigIntegerField", "null": True},
            users,
        ],
    ):  # fmt: skip
        upgrade, _ = await upgraded("Product", *fields, force=True)
        assert upgrade.state == Upgrade.State.SUCCEEDED, upgrade.error_params
        assert await problems() == []
