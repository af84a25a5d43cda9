"""Plans at work on real tables: what becomes of rows, columns and constraints, and the way back."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.errors import StageFailed
from lowcode_async.planning.clones import look_at
from lowcode_async.planning.drift import differences
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.planner import make_plan
from lowcode_async.planning.state import APP_LABEL, project_state
from tests.integration.planning.tables import Tables, columns, field

NAME = field("name", "CharField", max_length=100)
TO_USER = {"to": "auth.User", "on_delete": "CASCADE"}


def code_of(tables: Tables, *fields: FieldDefinition) -> str:
    with pytest.raises(StageFailed) as refused:
        tables.upgrade("Product", *fields)
    return refused.value.code


def test_a_model_is_created_with_all_that_its_definition_names(tables: Tables) -> None:
    tables.upgrade("Tag", NAME)
    tables.upgrade(
        "Product",
        NAME,
        field("owner", "ForeignKey", **TO_USER, null=True),
        field("parent", "ForeignKey", to="self", on_delete="SET_NULL", null=True),
        field("tags", "ManyToManyField", to="Tag"),
        field("key", "UUIDField", unique=True, default="uuid4"),
    )
    model = tables.model("Product")
    owner = User.objects.create(username="owner")
    row = model.objects.create(name="a", owner_id=owner.pk)
    model.objects.create(name="b", parent=row).tags.set(tables.insert("Tag", {"name": "t"}))
    assert tables.values("Product", "parent_id") == [None, row.pk]
    assert differences(connection, tables.plan("Product", NAME)) == []


def test_a_renamed_field_keeps_its_column_and_its_values(tables: Tables) -> None:
    tables.upgrade("Product", NAME, field("owner", "ForeignKey", **TO_USER, null=True))
    tables.insert("Product", {"name": "a"})
    before = columns("dynamic_product")
    tables.upgrade(
        "Product",
        field("title", "CharField", max_length=100, renamed_from="name"),
        field("user", "ForeignKey", **TO_USER, null=True, renamed_from="owner"),
    )
    assert columns("dynamic_product") == before
    assert tables.values("Product", "title") == ["a"]


def test_names_are_exchanged_and_values_go_with_them(tables: Tables) -> None:
    tables.upgrade("Product", field("a", "IntegerField"), field("b", "IntegerField"))
    tables.insert("Product", {"a": 1, "b": 2})
    tables.upgrade(
        "Product",
        field("b", "IntegerField", renamed_from="a"),
        field("a", "IntegerField", renamed_from="b"),
    )
    assert (tables.values("Product", "a"), tables.values("Product", "b")) == ([2], [1])


def test_a_new_field_may_have_the_name_of_a_renamed_one(tables: Tables) -> None:
    tables.upgrade("Product", NAME)
    tables.insert("Product", {"name": "a"})
    plan = tables.upgrade(
        "Product",
        field("title", "CharField", max_length=100, renamed_from="name"),
        field("name", "IntegerField", default=7),
    )
    assert [each.column for each in plan.after.fields] == ["name", "name_2"]
    assert (tables.values("Product", "title"), tables.values("Product", "name")) == (["a"], [7])


def test_a_field_may_take_the_name_of_one_that_goes(tables: Tables) -> None:
    tables.upgrade("Product", NAME, field("title", "IntegerField"))
    tables.insert("Product", {"name": "a", "title": 1})
    title = field("title", "CharField", max_length=100, renamed_from="name")
    tables.upgrade("Product", title, force=True)
    assert tables.values("Product", "title") == ["a"]
    assert columns("dynamic_product") == ["id", "name"]


def test_a_renamed_many_to_many_keeps_its_table_and_its_links(tables: Tables) -> None:
    tables.upgrade("Tag", NAME)
    tables.upgrade("Product", NAME, field("tags", "ManyToManyField", to="Tag"))
    [tag] = tables.insert("Tag", {"name": "t"})
    [product] = tables.insert("Product", {"name": "a"})
    tables.model("Product").objects.get(pk=product).tags.add(tag)
    tables.upgrade(
        "Product", NAME, field("labels", "ManyToManyField", to="Tag", renamed_from="tags")
    )
    [labels] = [row.labels.all() for row in tables.model("Product").objects.all()]
    assert [each.pk for each in labels] == [tag]
    assert differences(connection, tables.plan("Product", NAME)) == []


def test_a_renamed_primary_key_keeps_its_links(tables: Tables) -> None:
    tables.upgrade("Tag", field("code", "CharField", max_length=10, primary_key=True))
    tables.upgrade("Product", field("tag", "ForeignKey", to="Tag", on_delete="CASCADE"))
    tables.insert("Tag", {"code": "x"})
    tables.insert("Product", {"tag_id": "x"})
    tables.upgrade(
        "Tag",
        field("key", "CharField", max_length=10, primary_key=True, renamed_from="code"),
    )
    assert [row.tag.key for row in tables.model("Product").objects.all()] == ["x"]


def test_a_converted_field_has_its_constraints_and_its_column(tables: Tables) -> None:
    tables.upgrade("Product", field("code", "CharField", max_length=20, unique=True))
    tables.insert("Product", {"code": "12"}, {"code": "7"})
    tables.upgrade("Product", field("code", "IntegerField", unique=True))
    assert tables.values("Product", "code") == [12, 7]
    assert columns("dynamic_product") == ["code", "id"]
    with pytest.raises(IntegrityError):
        tables.insert("Product", {"code": 7})
    assert differences(connection, tables.plan("Product", NAME)) == []


def test_one_field_is_converted_again_and_again(tables: Tables) -> None:
    short = field("code", "CharField", max_length=20, unique=True, db_index=True)
    long = field("code", "CharField", max_length=50, unique=True, db_index=True)
    tables.upgrade("Product", long)
    tables.insert("Product", {"code": "12"})
    for new in (
        short,
        long,
        short,
        field("code", "IntegerField", db_index=True),
        short,
        long,
        short,
    ):
        tables.upgrade("Product", new)
        assert differences(connection, tables.plan("Product", new)) == []
    assert tables.values("Product", "code") == ["12"]


def test_a_key_becomes_a_number_and_a_key_again(tables: Tables) -> None:
    tables.upgrade("Tag", NAME)
    [tag] = tables.insert("Tag", {"name": "t"})
    tables.upgrade("Product", field("tag", "ForeignKey", to="Tag", on_delete="CASCADE"))
    tables.insert("Product", {"tag_id": tag})
    tables.upgrade("Product", field("tag", "IntegerField"))
    assert tables.values("Product", "tag") == [tag]
    assert columns("dynamic_product") == ["id", "tag"]
    tables.upgrade("Product", field("tag", "OneToOneField", to="Tag", on_delete="CASCADE"))
    assert [row.tag.name for row in tables.model("Product").objects.all()] == ["t"]
    assert columns("dynamic_product") == ["id", "tag_id"]
    assert differences(connection, tables.plan("Product", NAME)) == []


def test_a_generated_unique_field_gets_a_value_for_each_row(tables: Tables) -> None:
    tables.upgrade("Product", NAME)
    tables.insert("Product", {"name": "a"}, {"name": "b"})
    tables.upgrade("Product", NAME, field("key", "UUIDField", unique=True, default="uuid4"))
    keys = tables.values("Product", "key")
    assert len(set(keys)) == 2
    assert all(isinstance(key, uuid.UUID) for key in keys)
    assert differences(connection, tables.plan("Product", NAME)) == []


def test_a_required_field_without_default_is_added_to_an_empty_table(tables: Tables) -> None:
    tables.upgrade("Product", NAME)
    tables.upgrade("Product", NAME, field("size", "IntegerField"))
    tables.insert("Product", {"name": "a", "size": 1})
    assert differences(connection, tables.plan("Product", NAME)) == []


def test_a_required_field_without_default_is_never_filled_with_zeros(tables: Tables) -> None:
    tables.upgrade("Product", NAME)
    tables.insert("Product", {"name": "a"})
    with pytest.raises(DatabaseError, match=r"(?i)\bnull\b|truncated"):
        tables.upgrade("Product", NAME, field("size", "IntegerField"))


def test_nulls_become_the_default_only_by_force(tables: Tables) -> None:
    tables.upgrade("Product", field("size", "IntegerField", null=True))
    tables.insert("Product", {"size": None}, {"size": 3})
    assert code_of(tables, field("size", "IntegerField", default=9)) == "null_in_required"
    plan = tables.plan("Product", field("size", "IntegerField", default=9))
    assert [each.code for each in tables.probe(plan)] == ["null_in_required"]


def test_nulls_become_the_default_by_force(tables: Tables) -> None:
    tables.upgrade("Product", field("size", "IntegerField", null=True))
    tables.insert("Product", {"size": None}, {"size": 3})
    tables.upgrade("Product", field("size", "IntegerField", default=9), force=True)
    assert tables.values("Product", "size") == [9, 3]


CHANGES: dict[str, tuple[list[FieldDefinition], list[dict[str, Any]], list[FieldDefinition]]] = {
    "type": ([field("v", "CharField", max_length=9)], [{"v": "5"}], [field("v", "IntegerField")]),
    "narrower": (
        [field("v", "CharField", max_length=9)],
        [{"v": "abcdefghi"}],
        [field("v", "CharField", max_length=5)],
    ),
    "wider": ([field("v", "IntegerField")], [{"v": 5}], [field("v", "BigIntegerField")]),
    "required": (
        [field("v", "IntegerField", null=True)],
        [{"v": None}],
        [field("v", "IntegerField", default=1)],
    ),
    "optional": ([field("v", "IntegerField")], [{"v": 5}], [field("v", "IntegerField", null=True)]),
    "unique": ([field("v", "IntegerField")], [{"v": 5}], [field("v", "IntegerField", unique=True)]),
    "renamed": (
        [field("v", "IntegerField")],
        [{"v": 5}],
        [
            field("w", "CharField", max_length=5, renamed_from="v"),
            field("v", "DateField", null=True),
        ],
    ),
    "added and removed": (
        [field("v", "IntegerField"), field("old", "DateField")],
        [{"v": 5, "old": dt.date(2024, 1, 1)}],
        [
            field("v", "IntegerField"),
            field("a", "IntegerField", default=3),
            field("k", "UUIDField", unique=True, default="uuid4"),
            field("u", "ForeignKey", **TO_USER, null=True),
            field("m", "ManyToManyField", to="auth.User"),
        ],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_comes_before_the_removals_is_taken_back_without_loss(
    tables: Tables, change: str
) -> None:
    old, rows, new = CHANGES[change]
    tables.upgrade("Product", *old)
    tables.insert("Product", *rows)
    look = look_at(connection, "dynamic_product")
    before = [tables.values("Product", each.name) for each in old]

    tables.there_and_back(tables.plan("Product", *new), force=True)

    assert look_at(connection, "dynamic_product") == look
    assert [tables.values("Product", each.name) for each in old] == before
    tables.upgrade("Product", *new, force=True)
    assert differences(connection, tables.plan("Product", *new)) == []


def test_a_conversion_done_twice_is_done_once(tables: Tables) -> None:
    tables.upgrade("Product", field("v", "CharField", max_length=9))
    tables.insert("Product", {"v": "5"}, {"v": "6"})
    plan = tables.plan("Product", field("v", "IntegerField"))
    for planned, before, after in plan.steps():
        for _ in range(2 if planned.operation.describe().startswith("Convert") else 1):
            with connection.schema_editor() as editor:
                planned.operation.database_forwards(APP_LABEL, editor, before, after)
    tables.definitions["Product"] = plan.after.settled()
    assert tables.values("Product", "v") == [5, 6]


def test_many_rows_are_converted_in_pages(tables: Tables) -> None:
    tables.upgrade("Product", field("v", "CharField", max_length=9))
    model = tables.model("Product")
    model.objects.bulk_create([model(v=str(n)) for n in range(5003)], batch_size=1000)
    tables.upgrade("Product", field("v", "IntegerField"))
    assert tables.values("Product", "v") == list(range(5003))


def test_rows_with_keys_of_their_own_are_converted(tables: Tables) -> None:
    for key in ("UUIDField", "CharField"):
        options = {"max_length": 40} if key == "CharField" else {}
        name = f"Key{key}"
        fields = [field("key", key, primary_key=True, **options)]
        tables.upgrade(name, *fields, field("v", "TextField"))
        rows = [
            {"key": uuid.UUID(int=n) if key == "UUIDField" else f"k{n}", "v": str(n)}
            for n in range(9)
        ]
        tables.insert(name, *rows)
        tables.upgrade(name, *fields, field("v", "IntegerField"))
        assert sorted(tables.values(name, "v")) == list(range(9))


def test_a_loss_that_appears_after_the_probe_is_noticed(tables: Tables) -> None:
    tables.upgrade("Product", field("v", "CharField", max_length=9))
    plan = tables.plan("Product", field("v", "IntegerField"))
    assert tables.probe(plan) == []
    tables.insert("Product", {"v": "abc"})
    with pytest.raises(StageFailed) as refused:
        tables.carry_out(plan)
    assert refused.value.code == "type_change_lossy"
    assert refused.value.sentence("zh") == (
        "字段 'v' 类型从 CharField 改为 IntegerField 可能导致数据丢失"
    )


def test_values_that_appear_in_a_removed_field_are_noticed(tables: Tables) -> None:
    tables.upgrade("Product", NAME, field("old", "DateField", null=True))
    plan = tables.plan("Product", NAME)
    assert tables.probe(plan) == []
    tables.insert("Product", {"name": "a", "old": dt.date(2024, 1, 1)})
    with pytest.raises(StageFailed) as refused:
        tables.carry_out(plan)
    assert refused.value.code == "field_removed_with_values"
    tables.carry_out(plan, force=True)
    assert columns("dynamic_product") == ["id", "name"]


def test_a_relation_is_made_unique_and_not_again(tables: Tables) -> None:
    tables.upgrade("Tag", NAME)
    [tag] = tables.insert("Tag", {"name": "t"})
    to = {"to": "Tag", "on_delete": "CASCADE"}
    tables.upgrade("Product", field("tag", "ForeignKey", **to))
    tables.insert("Product", {"tag_id": tag})
    for new in (
        field("tag", "OneToOneField", **to),
        field("tag", "ForeignKey", **to, null=True),
        field("tag", "ForeignKey", **to, db_constraint=False),
        field("tag", "ForeignKey", **to),
        field("tag", "ForeignKey", **to, db_index=False, unique=True),
    ):
        tables.upgrade("Product", new)
        assert differences(connection, tables.plan("Product", new)) == [], new
    assert tables.values("Product", "tag_id") == [tag]


def test_a_nullable_generated_unique_field_gets_a_value_for_each_row(tables: Tables) -> None:
    tables.upgrade("Product", NAME)
    tables.insert("Product", {"name": "a"}, {"name": "b"})
    key = field("key", "UUIDField", unique=True, default="uuid4", null=True)
    tables.upgrade("Product", NAME, key)
    assert len(set(tables.values("Product", "key")) - {None}) == 2
    assert differences(connection, tables.plan("Product", NAME, key)) == []


def test_the_plan_shows_its_statements(tables: Tables) -> None:
    tables.upgrade("Product", field("v", "CharField", max_length=9))
    plan = tables.plan("Product", field("v", "IntegerField"), field("w", "DateField", null=True))
    shown = plan.to_json(connection)
    assert [each["phase"] for each in shown] == [each.phase.value for each in plan.operations]
    assert all("error" not in each for each in shown)
    assert any("dynamic_product" in line for each in shown for line in each["sql"])
    assert tables.values("Product", "v") == []


def test_the_site_sees_nothing_of_links_to_its_models(tables: Tables) -> None:
    definition = ModelDefinition(name="Product", fields=(field("owner", "ForeignKey", **TO_USER),))
    state = project_state({"Product": definition})
    owner: Any = state.apps.get_model(APP_LABEL, "Product")._meta.get_field("owner")
    assert owner.remote_field.hidden
    assert not any("product" in str(each) for each in User._meta.get_fields())
    assert make_plan({"Product": definition}, definition).operations == ()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nobody_adds_a_link_between_the_last_look_and_the_drop(tables: Tables) -> None:
    tables.upgrade("Tag", NAME)
    unchecked = field("tags", "ManyToManyField", to="Tag", db_constraint=False)
    tables.upgrade("Product", NAME, unchecked)
    plan = tables.plan("Product", NAME)
    look, before, after = next(iter(plan.steps()))
    assert isinstance(look.operation, EnsureEmpty)
    with connection.schema_editor() as editor:
        look.operation.database_forwards(APP_LABEL, editor, before, after)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relation::regclass::text FROM pg_locks WHERE relation IS NOT NULL"
                " AND mode = 'AccessExclusiveLock' AND pid = pg_backend_pid()"
            )
            held = {name for (name,) in cursor.fetchall()}
    assert held >= {"dynamic_product", "dynamic_product_tags"}
