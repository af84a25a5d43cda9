"""What is parsed has one form, so that definitions that mean the same are equal."""

from __future__ import annotations

from typing import Any

import pytest

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from tests.unit.definitions.parsing import char, field, link, model, parse

PRODUCT = model("Product", char("name"))


def _only(data: dict[str, Any], *existing: ModelDefinition) -> FieldDefinition:
    return model("Thing", data, existing=existing).fields[0]


def test_contract_example_parses() -> None:
    parsed = parse(
        {
            "model_name": "Product",
            "fields": [
                {"name": "name", "type": "CharField", "max_length": 100},
                {"name": "description", "type": "TextField", "null": True},
                {"name": "price", "type": "FloatField"},
            ],
        }
    )
    assert parsed.to_json()["fields"] == [
        {"name": "name", "type": "CharField", "max_length": 100},
        {"name": "description", "type": "TextField", "null": True},
        {"name": "price", "type": "FloatField"},
    ]


def test_model_without_fields_has_its_automatic_key() -> None:
    assert model("Thing").fields == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (char(null=False), char()),
        (char(default=None, null=True), char(null=True)),
        (char(choices=[]), char(choices=None)),
        (char(verbose_name=None, renamed_from=None), char(renamed_from="title")),
        (char(unique=True, db_index=True), char(unique=True)),
        (char(primary_key=True, unique=True), char(primary_key=True)),
        (field("SlugField", max_length=50, db_index=True), field("SlugField")),
        (field("FloatField", default=1), field("FloatField", default=1.0)),
        (field("FloatField", default=-0.0), field("FloatField", default=0.0)),
        (
            field("DecimalField", max_digits=4, decimal_places=2, default="1.5"),
            field("DecimalField", max_digits=4, decimal_places=2, default=1.50),
        ),
        (
            field("DecimalField", max_digits=4, decimal_places=2, default="-0"),
            field("DecimalField", max_digits=4, decimal_places=2, default=0),
        ),
        (
            field("DateTimeField", default="2024-01-05T08:30+08:00"),
            field("DateTimeField", default="2024-01-05 00:30:00"),
        ),
        (field("DateField", auto_now=True, editable=True), field("DateField", auto_now=True)),
        (field("DurationField", default="1 02:00:00"), field("DurationField", default="P1DT2H")),
        (
            field("UUIDField", default="1B4E28BA2FA111D2883F0016D3CCA427"),
            field("UUIDField", default="1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
        ),
        (
            field("GenericIPAddressField", default="2001:DB8:0::1"),
            field("GenericIPAddressField", default="2001:db8::1", protocol="both"),
        ),
        (link("a", "self"), link("a", "Thing")),
        (link("a", "AUTH_USER_MODEL"), link("a", "auth.User", related_name="+")),
        (link("a", "auth.User", db_index=True, unique=False), link("a", "auth.User")),
        (
            field("ManyToManyField", to="self", symmetrical=True, related_name="+"),
            field("ManyToManyField", to="self"),
        ),
    ],
)
def test_two_ways_to_say_the_same_are_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert _only(one) == _only(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (char(default=""), char()),
        (char(null=True), char()),
        (field("SlugField", db_index=False), field("SlugField")),
        (field("BinaryField", editable=True), field("BinaryField")),
        (link("a", "Product", related_name="+"), link("a", "Product")),
        (field("DateTimeField", default="now"), field("DateTimeField", auto_now_add=True)),
    ],
)
def test_two_meanings_are_not_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert _only(one, PRODUCT) != _only(other, PRODUCT)


def test_rename_is_kept_until_it_has_happened() -> None:
    renamed = model("Product", char("title", renamed_from="name"), existing=(PRODUCT,))
    assert renamed.fields[0].renamed_from == "name"
    assert renamed.settled().fields[0].renamed_from is None


def test_rename_by_case_alone_is_a_rename() -> None:
    renamed = model("Product", char("Name", renamed_from="name"), existing=(PRODUCT,))
    assert renamed.fields[0].renamed_from == "name"


def test_reserved_fields_of_the_right_types_are_taken() -> None:
    parsed = model(
        "Task",
        field("DateTimeField", "create_time"),
        field("DateTimeField", "update_time", auto_now=True),
        link("create_user", "AUTH_USER_MODEL", null=True),
        link("update_user", "auth.User"),
        link("project", "Product", related_name="tasks"),
        field("BooleanField", "is_deleted", default=False),
        existing=(PRODUCT,),
    )
    assert len(parsed.fields) == 6


@pytest.mark.parametrize(
    "type_name", ["PositiveBigIntegerField", "IntegerField", "CharField", "UUIDField"]
)
def test_project_may_be_a_key_of_another_system(type_name: str) -> None:
    length = {"max_length": 20} if type_name == "CharField" else {}
    assert _only(field(type_name, "project", **length)).type == type_name


def test_default_of_a_relation_is_a_key_of_its_target() -> None:
    country = model("Country", char("code", max_length=2, primary_key=True))
    default = {"on_delete": "SET_DEFAULT", "default": "CN"}
    assert _only(link("a", "Country", **default), country).options["default"] == "CN"
    assert _only(link("a", "auth.User", default=1)).options["default"] == 1


def test_names_that_only_look_dangerous_are_taken() -> None:
    names = ["order", "select", "table", "Pk", "type", "name", "column", "match", "print"]
    assert [each.name for each in model("Thing", *map(char, names)).fields] == names


def test_stored_form_is_read_back_equal() -> None:
    parsed = model("Thing", char("a", choices=[["x", "X"]]), link("b", "auth.User", null=True))
    assert ModelDefinition.from_json(parsed.to_json()) == parsed
