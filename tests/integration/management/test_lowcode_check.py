"""`manage.py lowcode_check` tells what is not as defined, and what was left, on each database."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from lowcode_async.models import DynamicModel, SchemaVersion, Upgrade
from lowcode_async.planning.leftovers import PREFIX
from tests.databases import Database
from tests.integration.runtime.dynamic import definition, publish, record, text

TASK = UUID("11111111-2222-4333-8444-555555555555")
PRODUCT = {"name": text(), "size": {"type": "IntegerField", "null": True}}


@pytest.fixture(autouse=True)
def english(database: Database) -> Iterator[None]:
    """Tell in English, but where a test says otherwise."""
    with translation.override("en"):
        yield


def check(*names: str) -> tuple[int, list[str]]:
    """Run the command; return its exit code and the lines it has written."""
    output = io.StringIO()
    try:
        call_command("lowcode_check", *names, stdout=output, no_color=True)
    except SystemExit as ended:
        return int(str(ended.code)), output.getvalue().splitlines()
    return 0, output.getvalue().splitlines()


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def failed_upgrade(**values: Any) -> None:
    Upgrade.objects.create(
        pk=TASK, model_name="Product", definition={}, **{"state": Upgrade.State.FAILED, **values}
    )


def test_no_models_are_no_problem() -> None:
    assert check() == (0, ["Models checked: 0. Their tables are what their definitions say"])


def test_tables_as_defined_are_sound_and_nothing_is_left_behind() -> None:
    publish(
        definition("Shop", title=text(unique=True)),
        definition(
            "Product",
            **PRODUCT,
            shop={"type": "ForeignKey", "to": "Shop", "on_delete": "CASCADE"},
            buyer={"type": "ForeignKey", "to": "auth.User", "on_delete": "CASCADE"},
            parent={"type": "ForeignKey", "to": "self", "on_delete": "CASCADE", "null": True},
            shops={"type": "ManyToManyField", "to": "Shop", "related_name": "sold"},
            price={"type": "DecimalField", "max_digits": 8, "decimal_places": 2, "db_index": True},
        ),
    )
    assert check() == (0, ["Models checked: 2. Their tables are what their definitions say"])
    assert not any(each.startswith(PREFIX) for each in connection.introspection.table_names())


def test_every_difference_is_told_and_the_exit_code_is_one() -> None:
    publish(definition("Product", **PRODUCT), definition("Shop", title=text()))
    execute(
        "ALTER TABLE dynamic_product DROP COLUMN size",
        "ALTER TABLE dynamic_product ADD COLUMN extra integer",
        "DROP TABLE dynamic_shop",
    )
    assert check() == (
        1,
        [
            "- table dynamic_product has no column size",
            "- table dynamic_product has a column extra that is not defined",
            "- table dynamic_shop is missing",
            "Models checked: 2. Problems found: 3",
        ],
    )


def test_it_speaks_the_active_language() -> None:
    publish(definition("Product", **PRODUCT))
    execute("ALTER TABLE dynamic_product DROP COLUMN size")
    with translation.override("zh-hans"):
        assert check() == (
            1,
            ["- 数据表 dynamic_product 缺少列 size", "已检查 1 个模型，发现 1 处问题"],
        )


def test_named_models_alone_are_looked_at() -> None:
    publish(definition("Product", **PRODUCT), definition("Shop", title=text()))
    execute("DROP TABLE dynamic_shop")
    assert check("Product")[0] == 0
    assert check("Shop") == (
        1,
        ["- table dynamic_shop is missing", "Models checked: 1. Problems found: 1"],
    )


def test_a_name_that_no_model_has_is_refused() -> None:
    publish(definition("Product", **PRODUCT))
    with pytest.raises(CommandError, match="Product") as refused:
        check("product")
    assert refused.value.returncode == 2


def test_what_an_upgrade_could_not_drop_is_told_from_what_it_left_unfinished() -> None:
    publish(definition("Product", **PRODUCT, weight=text()))
    record(definition("Product", **PRODUCT))
    execute(
        "ALTER TABLE dynamic_product ADD COLUMN size_v2_old integer",
        "ALTER TABLE dynamic_product ADD COLUMN name_v3 integer",
        "ALTER TABLE dynamic_product ADD COLUMN shop_v3_old_id integer",
    )
    code, lines = check()
    assert code == 1
    assert lines[:-1] == [
        "- column name_v3 of table dynamic_product was left by an upgrade to version 3 that was "
        "interrupted; it may hold the values as they were, so look before you drop it",
        "- column shop_v3_old_id of table dynamic_product was left by an upgrade to version 3 that "
        "was interrupted; it may hold the values as they were, so look before you drop it",
        "- column size_v2_old of table dynamic_product was replaced by version 2 and could not be "
        "dropped then; nothing uses it",
        "- column weight of table dynamic_product belongs to a field that version 2 removed, and "
        "could not be dropped then; nothing uses it",
    ]


def test_tables_that_belong_to_nobody_are_told() -> None:
    publish(definition("Product", **PRODUCT))
    execute(f"CREATE TABLE {PREFIX}12ab (id integer)", "CREATE TABLE dynamic_gone (id integer)")
    code, lines = check()
    assert code == 1
    assert lines == [
        "- table dynamic_gone belongs to no model",
        f"- table {PREFIX}12ab is an empty one that was made to compare with, and left by a process "
        "that was killed; it can be dropped",
        "Models checked: 1. Problems found: 2",
    ]
    assert check("Product")[0] == 0


def test_an_upgrade_under_way_is_named_beside_the_differences() -> None:
    publish(definition("Product", **PRODUCT))
    failed_upgrade(state=Upgrade.State.RUNNING, active_model="product")
    assert check()[0] == 0
    execute("ALTER TABLE dynamic_product ADD COLUMN size_v2 integer")
    assert check()[1][1:] == [
        f"  model Product is being upgraded (task {TASK}), so the differences may pass",
        "Models checked: 1. Problems found: 1",
    ]


def test_steps_that_were_not_taken_back_are_named_beside_the_differences() -> None:
    publish(definition("Product", **PRODUCT))
    failed_upgrade(steps=[{"index": 0, "state": "done"}, {"index": 1, "state": "begun"}])
    assert check()[0] == 0
    execute("ALTER TABLE dynamic_product ADD COLUMN size_v2 integer")
    assert check()[1][1] == (
        f"  an upgrade of model Product failed (task {TASK}), and steps of it could not be taken "
        "back: 2"
    )


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ({"fields": 7}, "KeyError: 'name'"),
        ({"name": "Product", "fields": [{"type": "CharField"}]}, "KeyError: 'name'"),
        (
            {"name": "Product", "fields": [{"name": "name", "type": "GoneField"}]},
            "has no attribute 'GoneField'",
        ),
        (
            {"name": "Product", "fields": [{"name": "name", "type": "TextField", "gone": 1}]},
            "unexpected keyword argument 'gone'",
        ),
    ],
)
def test_a_definition_that_makes_no_class_is_told(stored: dict[str, Any], told: str) -> None:
    publish(definition("Product", **PRODUCT), definition("Shop", title=text()))
    SchemaVersion.objects.filter(model__name="Product").update(definition=stored)
    code, lines = check()
    assert code == 1
    assert lines[0].startswith("- the definition of model Product makes no class (")
    assert told in lines[0]
    assert lines[1:] == ["Models checked: 2. Problems found: 1"]


@pytest.mark.parametrize("target", ["Gone", "shop.Gone"])
def test_a_relation_that_leads_nowhere_is_told(target: str) -> None:
    record(
        definition("Product", owner={"type": "ForeignKey", "to": target, "on_delete": "CASCADE"})
    )
    code, lines = check()
    assert code == 1
    assert "model Product" in lines[0]
    assert target.rpartition(".")[2].lower() in lines[0].lower() or "shop" in lines[0]


def test_a_version_that_is_missing_is_told() -> None:
    publish(definition("Product", **PRODUCT))
    DynamicModel.objects.update(version=4)
    assert check()[1][0] == (
        "- model Product is at version 4, but the definition of that version is missing"
    )
