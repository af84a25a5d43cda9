"""What differs between two definitions, as people look at it."""

from __future__ import annotations

from dataclasses import replace

from lowcode_async.definitions.declared import IndexDefinition
from lowcode_async.definitions.differences import differences, model_differences
from lowcode_async.definitions.model import ModelDefinition
from tests.unit.definitions.parsing import char, field, link, model

PRODUCT = model("Product", char("name"), field("TextField", "note"), char("code"))


def told(
    before: ModelDefinition | None, after: ModelDefinition
) -> list[tuple[str, str, list[str]]]:
    found = [each.to_json() for each in differences(before, after)]
    return [(each["kind"], each["field"], each["keys"]) for each in found]


def test_the_same_fields_in_another_order_are_no_difference() -> None:
    other = replace(PRODUCT, fields=tuple(reversed(PRODUCT.fields)))
    assert differences(PRODUCT, PRODUCT) == []
    assert differences(PRODUCT, other) == []


def test_every_field_of_a_new_model_is_new() -> None:
    assert told(None, PRODUCT) == [("added", name, []) for name in ("name", "note", "code")]


def test_each_field_is_told_with_what_differs() -> None:
    after = model(
        "Product",
        char("label", renamed_from="name", max_length=50),
        field("IntegerField", "note", null=True),
        field("FloatField", "price"),
        existing=(PRODUCT,),
    )
    assert told(PRODUCT, after) == [
        ("changed", "label", ["name", "max_length"]),
        ("changed", "note", ["type", "null"]),
        ("added", "price", []),
        ("removed", "code", []),
    ]
    first = differences(PRODUCT, after)[0].to_json()
    assert first["before"] == char("name")
    assert first["after"] == char("label", max_length=50)


def test_a_field_that_was_renamed_long_ago_is_known_by_its_column() -> None:
    before = model("Product", char("name"), link("owner", "auth.User"))
    after = ModelDefinition(
        name="Product",
        fields=(
            replace(before.fields[0], name="label", column="name"),
            replace(before.fields[1], name="boss", column="owner_id"),
        ),
    )
    assert told(before, after) == [("changed", "label", ["name"]), ("changed", "boss", ["name"])]
    assert differences(after, after) == []


def test_what_a_model_says_beside_its_fields_is_told_by_its_keys() -> None:
    index = IndexDefinition(name="by_name", fields=("name",))
    after = replace(PRODUCT, name="Ware", indexes=(index,), options={"verbose_name": "ware"})
    found = {each.key: (each.before, each.after) for each in model_differences(PRODUCT, after)}
    assert found == {
        "model_name": ("Product", "Ware"),
        "options": (None, {"verbose_name": "ware"}),
        "indexes": (None, [index.to_json()]),
    }
    assert model_differences(after, after) == []


def test_all_of_a_deleted_model_is_gone() -> None:
    after = replace(PRODUCT, deleted=True)
    assert told(PRODUCT, after) == [("removed", name, []) for name in ("name", "note", "code")]
    assert [each.key for each in model_differences(PRODUCT, after)] == ["model_name"]


def test_a_name_that_went_with_another_field_is_free_for_a_new_one() -> None:
    after = ModelDefinition(
        name="Product",
        fields=(
            replace(PRODUCT.fields[0], name="label", renamed_from="name"),
            replace(PRODUCT.fields[1], name="name"),
        ),
    )
    assert told(PRODUCT, after) == [
        ("changed", "label", ["name"]),
        ("added", "name", []),
        ("removed", "note", []),
        ("removed", "code", []),
    ]
