"""What cannot be done on a second database is said before anything happens."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import RunPython
from django.test import override_settings

from lowcode_async import register_data_migration
from lowcode_async.backups import make_backup, restore_backup
from lowcode_async.errors import BackupError
from lowcode_async.migrating import marks
from lowcode_async.models import Upgrade
from lowcode_async.planning.registered import unregister_operation
from lowcode_async.upgrades.inspecting import inspect
from tests.integration.conftest import ToArchive
from tests.integration.upgrades.conftest import Posted, Upgraded

NAME = {"name": "name", "type": "CharField", "max_length": 50}
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
BESIDE_MYSQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


class OnlyItem(ToArchive):
    """Sends one model there, and no other."""

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return "archive" if model._meta.model_name == "item" else None

    db_for_read = db_for_write

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return True


@ON_SQLITE
async def test_a_model_stays_on_its_database(
    archive: BaseDatabaseWrapper, posted: Posted, upgraded: Upgraded
) -> None:
    await upgraded("Item", NAME, no_backup=True)
    body = {"model_name": "Thing", "renamed_from": "Item", "fields": [NAME]}
    with override_settings(DATABASE_ROUTERS=[OnlyItem()]):
        upgrade, _ = await posted(body)
    assert (upgrade.state, upgrade.error_code) == ("failed", "routed_elsewhere")


@ON_SQLITE
async def test_a_name_is_as_long_as_that_database_takes(
    archive: BaseDatabaseWrapper, posted: Posted
) -> None:
    field = {"name": "f" * 40, "type": "ManyToManyField", "to": "self"}
    upgrade, _ = await posted({"model_name": "M" * 40, "fields": [field]})
    assert (upgrade.state, upgrade.error_code) == ("failed", "name_too_long_elsewhere")


@BESIDE_MYSQL
async def test_functions_are_refused_where_nobody_knows_whether_they_were_run(
    archive: BaseDatabaseWrapper, posted: Posted
) -> None:
    register_data_migration("pass", RunPython.noop, RunPython.noop)
    try:
        body = {"model_name": "Item", "fields": [NAME], "operations": {"after": ["pass"]}}
        upgrade, _ = await posted(body)
    finally:
        unregister_operation("pass")
    assert (upgrade.state, upgrade.error_code) == ("failed", "operation_elsewhere")


@ON_SQLITE
async def test_a_backup_replaces_no_other_database(archive: BaseDatabaseWrapper) -> None:
    def restore() -> str:
        backup = make_backup(progress=lambda _: None, using="archive")
        with pytest.raises(BackupError) as refused:
            restore_backup(backup, using="default")
        return refused.value.code

    assert await sync_to_async(restore)() == "backup_of_another_database"


@ON_SQLITE
async def test_a_mark_that_was_left_is_told_and_swept_away(
    archive: BaseDatabaseWrapper, upgraded: Upgraded
) -> None:
    over, _ = await upgraded("Item", NAME, no_backup=True)
    assert await sync_to_async(codes_with_mark_of)(over) == ["inspected_mark_left"]
    again, _ = await upgraded("Item", {**NAME, "max_length": 60}, no_backup=True)
    assert again.state == "succeeded"
    assert await sync_to_async(lambda: inspect().remarks)() == ()


def codes_with_mark_of(upgrade: Upgrade) -> list[str]:
    marks.make(connections["archive"], upgrade.pk)
    return [each.code for each in inspect().remarks]
