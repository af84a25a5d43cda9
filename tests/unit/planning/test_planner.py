"""Plans, without a database: which operations, in which order, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.migrations import operations as django_operations

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.errors import StageFailed
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.operations import FillDefaults, SettleField
from lowcode_async.planning.planner import Phase, Plan, Risk, make_plan

NAME = {"name": "name", "type": "CharField", "max_length": 100}
TAG = ModelDefinition(name="Tag", fields=())


def model(*fields: dict[str, Any], name: str = "Product") -> ModelDefinition:
    return ModelDefinition(name=name, fields=tuple(map(FieldDefinition.from_json, fields)))


def plan(before: ModelDefinition | None, after: ModelDefinition, **options: Any) -> Plan:
    live = [TAG, *([before] if before else [])]
    return make_plan({each.name: each for each in live}, after, **options)


def described(made: Plan) -> list[tuple[str, str]]:
    return [(each.phase.value, type(each.operation).__name__) for each in made.operations]


def change(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the kinds of operations that lead from one field to another."""
    made = plan(model({"name": "v", **old}), model({"name": "v", **new}))
    return [type(each.operation).__name__ for each in made.operations]


def test_the_same_definition_needs_no_plan() -> None:
    fields: list[dict[str, Any]] = [
        NAME,
        {"name": "tag", "type": "ForeignKey", "to": "Tag", "on_delete": "CASCADE"},
    ]
    assert plan(model(*fields), model(*fields)).operations == ()


def test_a_new_model_is_created_at_once() -> None:
    made = plan(
        None,
        model(
            NAME, {"name": "owner", "type": "ForeignKey", "to": "auth.User", "on_delete": "CASCADE"}
        ),
    )
    assert described(made) == [("expand", "CreateModel")]
    assert made.before is None


def test_phases_come_in_their_order() -> None:
    before = model(NAME, {"name": "a", "type": "TextField"}, {"name": "b", "type": "DateField"})
    after = model(
        {**NAME, "name": "title", "renamed_from": "name"},
        {"name": "a", "type": "IntegerField"},
        {"name": "c", "type": "DateField", "null": True},
    )
    made = plan(before, after)
    phases = [each.phase for each in made.operations]
    assert phases == sorted(phases, key=list(Phase).index)
    assert {
        each.operation.describe() for each in made.operations if each.phase is Phase.CONTRACT
    } == {
        "Remove field a_v1_old from product",
        "Remove field b from product",
    }


def test_the_same_arguments_give_the_same_plan() -> None:
    before, after = (
        model({"name": "v", "type": "TextField"}),
        model({"name": "v", "type": "DateField"}),
    )
    first, second = (plan(before, after, version=4) for _ in range(2))
    assert [each.operation.describe() for each in first.operations] == [
        each.operation.describe() for each in second.operations
    ]
    assert first.after == second.after
    assert first.conversions == second.conversions
    assert first.conversions[0].shadow == "v_v5"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "IntegerField"}, {"type": "BigIntegerField"}),
        ({"type": "PositiveSmallIntegerField"}, {"type": "IntegerField"}),
        ({"type": "CharField", "max_length": 5}, {"type": "CharField", "max_length": 6}),
        ({"type": "CharField", "max_length": 5}, {"type": "TextField"}),
        ({"type": "SlugField"}, {"type": "CharField", "max_length": 50}),
        (
            {"type": "DecimalField", "max_digits": 5, "decimal_places": 2},
            {"type": "DecimalField", "max_digits": 9, "decimal_places": 2},
        ),
        ({"type": "DateField"}, {"type": "DateField", "null": True}),
        ({"type": "DateField", "null": True}, {"type": "DateField"}),
        ({"type": "DateField"}, {"type": "DateField", "unique": True}),
        ({"type": "DateField"}, {"type": "DateField", "help_text": "when"}),
        (
            {"type": "ForeignKey", "to": "Tag", "on_delete": "CASCADE"},
            {"type": "OneToOneField", "to": "Tag", "on_delete": "PROTECT"},
        ),
    ],
)
def test_what_databases_do_rightly_is_left_to_them(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert change(old, new) == ["AlterField"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "BigIntegerField"}, {"type": "IntegerField"}),
        ({"type": "PositiveIntegerField"}, {"type": "IntegerField"}),
        ({"type": "IntegerField"}, {"type": "PositiveIntegerField"}),
        ({"type": "IntegerField"}, {"type": "FloatField"}),
        ({"type": "CharField", "max_length": 6}, {"type": "CharField", "max_length": 5}),
        ({"type": "TextField"}, {"type": "CharField", "max_length": 500}),
        (
            {"type": "DecimalField", "max_digits": 9, "decimal_places": 2},
            {"type": "DecimalField", "max_digits": 9, "decimal_places": 4},
        ),
        ({"type": "DateTimeField"}, {"type": "DateField"}),
        ({"type": "IntegerField", "null": True}, {"type": "IntegerField", "default": 1}),
        (
            {"type": "ForeignKey", "to": "Tag", "on_delete": "CASCADE"},
            {"type": "ForeignKey", "to": "auth.User", "on_delete": "CASCADE"},
        ),
        ({"type": "BigIntegerField"}, {"type": "ForeignKey", "to": "Tag", "on_delete": "CASCADE"}),
    ],
)
def test_what_may_change_values_goes_by_a_shadow(old: dict[str, Any], new: dict[str, Any]) -> None:
    steps = change(old, new)
    assert steps[:2] == ["AddField", "ConvertValues"]
    assert steps[-1] == "RemoveField"
    assert "SettleField" in steps


def test_a_conversion_tells_its_risks() -> None:
    made = plan(
        model({"name": "v", "type": "TextField"}),
        model(
            {"name": "v", "type": "ForeignKey", "to": "Tag", "on_delete": "CASCADE", "unique": True}
        ),
    )
    risks = [risk for each in made.operations for risk in each.risks]
    assert risks == [
        Risk.CONVERTS,
        Risk.NEEDS_VALUES,
        Risk.NEEDS_UNIQUE,
        Risk.NEEDS_TARGET,
        Risk.REMOVES_COLUMN,
    ]


def test_a_unique_generated_field_is_filled_row_by_row() -> None:
    new = {"name": "key", "type": "UUIDField", "unique": True, "default": "uuid4"}
    made = plan(model(NAME), model(NAME, new))
    assert [type(each.operation) for each in made.operations] == [
        django_operations.AddField,
        FillDefaults,
        django_operations.AlterField,
        SettleField,
    ]


def test_a_field_with_a_default_is_added_in_one_step() -> None:
    made = plan(model(NAME), model(NAME, {"name": "n", "type": "IntegerField", "default": 1}))
    assert described(made) == [("expand", "AddField")]


def test_operations_can_be_made_again() -> None:
    made = plan(
        model({"name": "v", "type": "TextField"}), model({"name": "v", "type": "DateField"})
    )
    [convert] = [
        each.operation for each in made.operations if isinstance(each.operation, ConvertValues)
    ]
    _, arguments, options = convert.deconstruct()
    again = ConvertValues(*arguments, **options)
    assert again.deconstruct() == convert.deconstruct()
    assert again.describe() == "Convert values of field v on Product"


def columns(made: Plan) -> dict[str, str | None]:
    return {each.name: each.column for each in made.after.fields}


def test_a_column_is_kept_through_many_renames() -> None:
    standing = model(NAME)
    for name in ("title", "label", "name"):
        [old] = standing.fields
        new = {**NAME, "name": name, "renamed_from": old.name}
        made = plan(standing, model(new))
        assert columns(made) == {name: None if name == "name" else "name"}
        standing = made.after.settled()


def test_a_client_cannot_name_a_column() -> None:
    assert columns(plan(None, model({**NAME, "column": "id"}))) == {"name": None}


def test_a_new_field_avoids_columns_that_are_taken_in_any_case() -> None:
    before = model(NAME, {"name": "size", "type": "IntegerField"})
    made = plan(before, model(NAME, {"name": "Size", "type": "DateField", "null": True}))
    assert columns(made) == {"name": None, "Size": "Size_2"}


def test_a_link_table_avoids_tables_that_are_taken() -> None:
    other = ModelDefinition(name="Product_tags", fields=())
    target = model({"name": "tags", "type": "ManyToManyField", "to": "Tag"})
    made = make_plan({"Tag": TAG, "Product_tags": other}, target)
    assert columns(made) == {"tags": "dynamic_product_tags_2"}


KEY = {"name": "code", "type": "CharField", "max_length": 9, "primary_key": True}
LINKS = {"name": "tags", "type": "ManyToManyField", "to": "Tag"}


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (model(NAME), model(KEY), "primary_key_changed"),
        (model(KEY), model(NAME), "primary_key_changed"),
        (model(KEY), model({**KEY, "max_length": 5}), "primary_key_changed"),
        (model(KEY), model({**KEY, "type": "SlugField"}), "primary_key_changed"),
        (model(LINKS), model({"name": "tags", "type": "TextField"}), "many_to_many_and_column"),
        (model({"name": "tags", "type": "TextField"}), model(LINKS), "many_to_many_and_column"),
        (model(LINKS), model({**LINKS, "to": "auth.User"}), "many_to_many_target_changed"),
        (model(NAME), model({**NAME, "renamed_from": "nobody"}), "rename_of_unknown_field"),
    ],
)
def test_what_cannot_be_done_rightly_is_refused(
    before: ModelDefinition, after: ModelDefinition, code: str
) -> None:
    with pytest.raises(StageFailed) as refused:
        plan(before, after)
    assert refused.value.code == code
    assert refused.value.sentence("zh") != refused.value.sentence("en")


def test_a_table_of_another_model_is_not_taken_over() -> None:
    other = model({"name": "tags", "type": "ManyToManyField", "to": "Tag"})
    with pytest.raises(StageFailed) as refused:
        make_plan({"Tag": TAG, "Product": other}, ModelDefinition(name="Product_tags", fields=()))
    assert refused.value.code == "table_taken"


def test_a_renamed_primary_key_is_no_change() -> None:
    made = plan(model(KEY), model({**KEY, "name": "sku", "renamed_from": "code"}))
    assert [type(each.operation).__name__ for each in made.operations] == [
        "AlterField",
        "RenameField",
    ]


def test_the_automatic_key_may_be_written_down() -> None:
    written = {"name": "id", "type": "BigAutoField", "primary_key": True}
    made = plan(model(NAME), model(written, NAME))
    assert [type(each.operation).__name__ for each in made.operations] in ([], ["AlterField"])


def test_a_relation_to_its_own_model_may_be_written_by_name() -> None:
    link = {"name": "parent", "type": "ForeignKey", "on_delete": "CASCADE", "null": True}
    made = plan(model({**link, "to": "self"}), model({**link, "to": "Product"}))
    assert all(each.phase is Phase.EXPAND for each in made.operations)
    assert not made.conversions


def test_a_removed_field_is_looked_at_once_more_before_it_goes() -> None:
    made = plan(model(NAME, {"name": "old", "type": "DateField"}), model(NAME))
    assert described(made) == [("swap", "EnsureEmpty"), ("contract", "RemoveField")]


def test_only_what_the_model_leads_to_stands_in_its_states() -> None:
    made = plan(model(NAME), model(NAME, {**LINKS}))
    assert (
        set(made.from_state.models)
        == set(made.to_state.models)
        == {
            ("dynamic", "product"),
            ("dynamic", "tag"),
        }
    )
