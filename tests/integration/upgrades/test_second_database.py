"""Live models on a second database: all that can be done on the first can be done there."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async import get_model
from lowcode_async.models import Backup, LostValue
from lowcode_async.upgrades.catalog import models as live_models
from lowcode_async.upgrades.details import detail
from lowcode_async.upgrades.inspecting import inspect
from lowcode_async.upgrades.lost import Choice
from lowcode_async.upgrades.putting_back import put_back
from tests.integration.upgrades.conftest import Posted, Upgraded

NAME = {"name": "name", "type": "CharField", "max_length": 50}
TEXT = {"name": "age", "type": "CharField", "max_length": 20}
NUMBER = {"name": "age", "type": "IntegerField", "null": True}


async def test_a_model_lives_where_the_routers_send_it(
    archive: BaseDatabaseWrapper, upgraded: Upgraded, reverted: Upgraded
) -> None:
    made, _ = await upgraded("Item", NAME, TEXT, no_backup=True)
    assert (made.state, made.database) == ("succeeded", "archive"), made.error_params
    assert (await sync_to_async(detail)(made))["database"] == "archive"
    await sync_to_async(make_rows)()
    assert await sync_to_async(tables)(connection) == set()
    assert await sync_to_async(tables)(archive) == {"dynamic_item"}

    changed, _ = await upgraded("Item", {**NAME, "max_length": 90}, NUMBER, force=True)
    assert changed.state == "succeeded", changed.error_params
    assert [each["kind"] for each in changed.findings] == ["cleared"]
    assert await sync_to_async(ages)() == [41, None]
    lost = await LostValue.objects.aget()
    assert (lost.field, lost.value) == ("age", '"many"')
    backup = await Backup.objects.aget(upgrade=changed)
    assert (backup.database, backup.engine) == ("archive", archive.vendor)

    back, _ = await reverted(changed)
    assert back.state == "succeeded", back.error_params
    assert await sync_to_async(ages)() == ["41", "many"]
    assert await sync_to_async(marks_left)(archive) == set()
    await sync_to_async(assert_sound)()

    gone, _ = await upgraded("Item", NAME, no_backup=True, force=True)
    assert gone.state == "succeeded", gone.error_params
    again, _ = await reverted(gone)
    assert again.state == "succeeded", again.error_params
    assert await sync_to_async(ages)() == ["41", "many"]


async def test_lost_values_are_put_back_there(
    archive: BaseDatabaseWrapper, upgraded: Upgraded
) -> None:
    await upgraded("Item", NAME, TEXT, no_backup=True)
    await sync_to_async(make_rows)()
    short = {**TEXT, "max_length": 3}
    cut, _ = await upgraded("Item", NAME, short, no_backup=True, force=True)
    await upgraded("Item", NAME, TEXT, no_backup=True)
    assert await sync_to_async(ages)() == ["41", "man"]
    done = await sync_to_async(put_back)(Choice(upgrade=cut.pk))
    assert (done.restored, done.reasons.total()) == (1, 0)
    assert await sync_to_async(ages)() == ["41", "many"]


async def test_a_backup_of_it_is_restored_there(
    archive: BaseDatabaseWrapper, upgraded: Upgraded
) -> None:
    await upgraded("Item", NAME, TEXT, no_backup=True)
    await sync_to_async(make_rows)()
    await upgraded("Item", NAME, TEXT, {**NAME, "name": "more", "null": True})
    backup = await Backup.objects.aget()
    await sync_to_async(call_command)("lowcode_restore", backup.name, yes=True)
    # The column has gone again, and the definition has not.
    assert await sync_to_async(remarks)() != []
    assert await Backup.objects.filter(database="archive").acount() == 2


@pytest.mark.parametrize("type_", ["ForeignKey", "ManyToManyField"])
async def test_no_relation_leads_to_another_database(
    archive: BaseDatabaseWrapper, posted: Posted, type_: str
) -> None:
    owner = {"name": "owner", "type": type_, "to": "auth.User"}
    on_delete = {"on_delete": "CASCADE"} if type_ == "ForeignKey" else {}
    upgrade, _ = await posted({"model_name": "Item", "fields": [{**owner, **on_delete}]})
    assert (upgrade.state, upgrade.error_code) == ("failed", "relation_across_databases")
    assert await sync_to_async(tables)(archive) == set()


async def test_relations_within_it_are_followed_and_it_can_be_ejected(
    archive: BaseDatabaseWrapper, upgraded: Upgraded, tmp_path: Path
) -> None:
    await upgraded("Shelf", NAME, no_backup=True)
    shelf = {"name": "shelf", "type": "ForeignKey", "to": "Shelf", "on_delete": "CASCADE"}
    likes = {
        "name": "likes",
        "type": "ManyToManyField",
        "to": "Shelf",
        "related_name": "liked",
    }
    made, _ = await upgraded("Item", NAME, shelf, likes, no_backup=True)
    assert made.state == "succeeded", made.error_params
    await sync_to_async(assert_sound)()
    output = io.StringIO()
    await sync_to_async(call_command)(
        "lowcode_eject", app="left", output=tmp_path, stdout=output, no_color=True
    )
    assert "--database" in output.getvalue()


def make_rows() -> None:
    for name, age in (("ann", "41"), ("bob", "many")):
        get_model("Item").objects.create(name=name, age=age)


def ages() -> list[Any]:
    return list(get_model("Item").objects.order_by("pk").values_list("age", flat=True))


def tables(on: BaseDatabaseWrapper) -> set[str]:
    # Of this thread: the fixture's connection is another one's.
    from django.db import connections

    found = connections[on.alias].introspection.table_names()
    return {each for each in found if each.startswith("dynamic")}


def marks_left(on: BaseDatabaseWrapper) -> set[str]:
    from django.db import connections

    found = connections[on.alias].introspection.table_names()
    return {each for each in found if each.startswith("lowcode_done")}


def remarks() -> list[str]:
    return [each.sentence("en") for each in inspect().remarks]


def assert_sound() -> None:
    assert remarks() == []
    assert all(each["rows"] is not None for each in live_models())
