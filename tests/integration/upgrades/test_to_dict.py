"""What a live model declares of its rows' JSON: upgraded without a table, read by one query."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lowcode_async import astart_upgrade, follow, get_model
from lowcode_async.models import DynamicModel, SchemaVersion
from lowcode_async.runtime import get_published
from lowcode_async.upgrades.asking import posted_form
from tests.integration.upgrades.conftest import Upgraded

NAME = {"name": "name", "type": "CharField", "max_length": 100}


def to(model: str, name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "type": "ForeignKey", "to": model, "on_delete": "CASCADE", **options}


TASK = [
    NAME,
    to("Part", "part", null=True),
    to("auth.User", "owner"),
    to("self", "former", null=True),
]
TO_DICT = [
    "id",
    "name",
    {"name": "template", "path": "part.template.name"},
    {"name": "template_id", "path": "part.template_id"},
    {"name": "owner", "path": "owner.username"},
    {"name": "former", "path": "former.name"},
]


async def test_declaration_is_an_upgrade_without_a_table_and_one_query_a_page(
    upgraded: Upgraded,
) -> None:
    await upgraded("Pattern", NAME, no_backup=True, no_restart=True)
    await upgraded("Part", to("Pattern", "template"), no_backup=True, no_restart=True)
    await upgraded("Task", *TASK, no_backup=True, no_restart=True)
    body = {"model_name": "Task", "fields": TASK, "to_dict": TO_DICT}
    started = await astart_upgrade(body, no_backup=True, no_restart=True)
    assert [event async for event in follow(started.pk)][-1].kind == "upgrade.succeeded"
    assert (await DynamicModel.objects.aget(name="Task")).version == 2
    version = await SchemaVersion.objects.aget(model__name="Task", number=2)
    assert version.operations == []
    assert version.definition["to_dict"] == TO_DICT
    await sync_to_async(_read)()
    # Who says nothing of it leaves it as it is.
    upgrade, _ = await upgraded("Task", *TASK, NAME | {"name": "note", "default": ""})
    assert (upgrade.state, upgrade.definition["to_dict"]) == ("succeeded", TO_DICT)


def _read() -> None:
    user = User.objects.create_user("ann")
    part: Any = get_model("Part")
    template = get_model("Pattern").objects.create(name="t")  # type: ignore[attr-defined]
    with_part = part.objects.create(template_id=template.pk)
    found = get_published("Task")
    model: Any = found.model
    first = model.objects.create(name="0", owner=user)
    model.objects.bulk_create(
        model(name=str(number), owner=user, former=first, part_id=with_part.pk)
        for number in range(1, 100)
    )
    to_dict = found.to_dict
    assert to_dict is not None
    with CaptureQueriesContext(connection) as queries:
        rows = [to_dict(row) for row in to_dict.loaded(model.objects.order_by("pk"))]
    assert (len(rows), len(queries)) == (100, 1)
    shared = {"owner": "ann", "template": None, "template_id": None, "former": None}
    assert rows[0] == {"id": first.pk, "name": "0", **shared}
    assert list(rows[1]) == ["id", "name", "template", "template_id", "owner", "former"]
    assert rows[1]["template"] == "t"
    assert (rows[99]["template_id"], rows[99]["former"]) == (template.pk, "0")
    assert found.definition is not None
    posted = posted_form(found.definition)
    assert posted is not None
    assert posted["to_dict"] == TO_DICT
