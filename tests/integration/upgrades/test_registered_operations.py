"""What the site has registered runs within an upgrade, and is taken back with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.db import connection
from django.db.migrations import operations
from django.db.migrations.operations.base import Operation

from lowcode_async import (
    plan_upgrade,
    register_data_migration,
    register_operation,
    register_sql,
)
from lowcode_async.errors import DefinitionInvalid
from lowcode_async.planning.registered import registered_operations, unregister_operation
from tests.databases import Database
from tests.integration.upgrades.conftest import Posted
from tests.integration.upgrades.test_beyond_fields import NAME, assert_sound, column, write

PERSON: dict[str, Any] = {"model_name": "Person", "fields": [NAME]}
FIRST = {"name": "first", "type": "CharField", "max_length": 20, "default": ""}
UPPER = {
    "sqlite": "UPDATE dynamic_person SET name = upper(name)",
    "postgresql": ["UPDATE dynamic_person SET name = upper(name)"],
    "mysql": "UPDATE dynamic_person SET name = upper(name)",
}


class Greet(Operation):
    """An operation of a site's own."""

    reversible = True
    reduces_to_sql = False

    def __init__(self, model: str) -> None:
        self.model = model

    def state_forwards(self, app_label: str, state: Any) -> None: ...

    def database_forwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        Group.objects.using(editor.connection.alias).create(name=f"hello {self.model}")

    def database_backwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        Group.objects.using(editor.connection.alias).filter(name__startswith="hello").delete()

    def describe(self) -> str:
        return f"Greet {self.model}"


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """What a site registers in `AppConfig.ready`."""

    def back(apps: Any, editor: Any) -> None:
        Group.objects.filter(name="split").delete()

    @register_data_migration("split", reverse=back, description="First names")
    def split(apps: Any, editor: Any) -> None:
        model = apps.get_model("dynamic", "Person")
        Group.objects.create(name="split")
        for row in model._base_manager.using(editor.connection.alias).all():
            row.first = row.name.split()[0]
            row.save()

    def fail(apps: Any, editor: Any) -> None:
        raise ValueError("no")

    register_data_migration("fail", fail, operations.RunPython.noop)
    register_sql("upper", UPPER, operations.RunSQL.noop)
    register_sql(
        "shoe",
        "ALTER TABLE dynamic_person ADD COLUMN shoe integer NULL",
        "ALTER TABLE dynamic_person DROP COLUMN shoe",
        state_operations=lambda model: [
            operations.AddField(model, "shoe", operations.models.models.IntegerField(null=True))
        ],
    )
    register_operation("greet", Greet)
    register_operation("one way", lambda model: operations.RunSQL("SELECT 1"))
    yield
    for name in list(registered_operations()):
        unregister_operation(name)


def groups() -> list[str]:
    return sorted(Group.objects.values_list("name", flat=True))


async def test_registered_operations_run_before_and_after_the_change(posted: Posted) -> None:
    await posted(PERSON)
    await write({"name": "ann lee"}, {"name": "bob ray"}, model="Person")
    body = {
        **PERSON,
        "fields": [{**NAME, "name": "title", "renamed_from": "name"}, FIRST],
        "operations": {"before": ["upper", "greet"], "after": ["title"]},
    }
    with pytest.raises(DefinitionInvalid) as refused:
        await posted(body)
    [problem] = refused.value.problems
    assert (problem.pointer, problem.code) == ("/operations/after/0", "operation_unknown")
    assert problem.params["known"] == ["fail", "greet", "one way", "shoe", "split", "upper"]
    plan = {
        **PERSON,
        "fields": [NAME, FIRST],
        "operations": {"before": ["upper", "greet"], "after": ["split"]},
    }
    planned = await sync_to_async(plan_upgrade)(plan)
    told = {each["operation"]: each["sql"] for each in planned.content["operations"]}
    assert told["Greet Person"] == ["-- Greet Person: Python, no SQL"]
    assert told["Run data migration split"] == ["-- Run data migration split: Python, no SQL"]
    assert told["Run SQL upper"][0].startswith("UPDATE dynamic_person")
    assert await sync_to_async(groups)() == []
    upgrade, _ = await posted(plan)
    await assert_sound(upgrade)
    assert await column("name", model="Person") == ["ANN LEE", "BOB RAY"]
    assert await column("first", model="Person") == ["ANN", "BOB"]
    assert await sync_to_async(groups)() == ["hello Person", "split"]


async def test_what_failed_after_them_takes_them_back(posted: Posted) -> None:
    await posted(PERSON)
    await write({"name": "ann lee"}, model="Person")
    body = {
        "fields": [NAME, FIRST],
        "operations": {"before": ["greet"], "after": ["split", "fail"]},
    }
    upgrade, _ = await posted({**PERSON, **body})
    assert upgrade.state == "failed"
    assert await sync_to_async(groups)() == []
    upgrade, _ = await posted({**PERSON, "operations": ["one way"]})
    assert (upgrade.error_code, upgrade.error_params) == (
        "operation_irreversible",
        {"name": "one way"},
    )
    upgrade, _ = await posted({**PERSON, "operations": ["greet"]})
    await assert_sound(upgrade)
    assert await sync_to_async(groups)() == ["hello Person"]


async def test_sql_may_make_the_structure_that_a_definition_asks_for(posted: Posted) -> None:
    await posted(PERSON)
    shoe = {"name": "shoe", "type": "IntegerField", "null": True}
    upgrade, _ = await posted(
        {**PERSON, "fields": [NAME, shoe], "operations": {"before": ["shoe"]}}
    )
    await assert_sound(upgrade)


async def test_mysql_runs_none_where_it_holds_the_table(posted: Posted, database: Database) -> None:
    await posted(PERSON)
    await write({"name": "1"}, model="Person")
    number = {"name": "name", "type": "IntegerField"}
    upgrade, _ = await posted({**PERSON, "fields": [number, FIRST], "operations": ["greet"]})
    expected = "operation_with_conversion" if connection.vendor == "mysql" else ""
    assert upgrade.error_code == expected
    assert await sync_to_async(groups)() == ([] if expected else ["hello Person"])
