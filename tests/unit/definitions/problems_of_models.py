"""Models that have problems: what is sent, and where which problem is found."""

from __future__ import annotations

from typing import Any

from tests.unit.definitions.parsing import char, field, link, model

PRODUCT = model("Product", char("name"), char("old_name"), link("owner", "auth.User"))
TAG = model("Tag", link("product", "Product", related_name="labels"), existing=(PRODUCT,))
LINKED = model(
    "Linked",
    {"name": "tags", "type": "ManyToManyField", "to": "Product", "related_name": "+"},
    existing=(PRODUCT,),
)
KEYED = model(
    "Keyed", link("base", "Product", primary_key=True, related_name="+"), existing=(PRODUCT,)
)

WHOLE: list[tuple[Any, list[tuple[str, str]]]] = [
    (None, [("", "definition_no_object")]),
    ([], [("", "definition_no_object")]),
    ({}, [("/model_name", "model_name_missing"), ("/fields", "fields_missing")]),
    ({"model_name": "M", "fields": {}}, [("/fields", "fields_no_array")]),
    ({"model_name": "M", "fields": [], "delet/e": True}, [("/delet~1e", "key_unknown")]),
    ({"model_name": 7, "fields": []}, [("/model_name", "name_not_string")]),
    ({"model_name": "", "fields": []}, [("/model_name", "name_not_identifier")]),
    ({"model_name": "产品", "fields": []}, [("/model_name", "name_not_ascii")]),
    ({"model_name": "Pr\u043educt", "fields": []}, [("/model_name", "name_not_ascii")]),
    ({"model_name": "A; DROP TABLE x", "fields": []}, [("/model_name", "name_not_identifier")]),
    ({"model_name": "<b>", "fields": []}, [("/model_name", "name_not_identifier")]),
    ({"model_name": "../x", "fields": []}, [("/model_name", "name_not_identifier")]),
    ({"model_name": "a\x00b", "fields": []}, [("/model_name", "name_not_identifier")]),
    ({"model_name": "a\n", "fields": []}, [("/model_name", "name_not_identifier")]),
    ({"model_name": "\ud800", "fields": []}, [("/model_name", "name_not_ascii")]),
    ({"model_name": "_A", "fields": []}, [("/model_name", "name_not_identifier")]),
    ({"model_name": "A_", "fields": []}, [("/model_name", "name_trailing_underscore")]),
    ({"model_name": "A__b", "fields": []}, [("/model_name", "name_double_underscore")]),
    ({"model_name": "None", "fields": []}, [("/model_name", "name_keyword")]),
    ({"model_name": "Self", "fields": []}, [("/model_name", "model_name_reserved")]),
    ({"model_name": "A" * 56, "fields": []}, [("/model_name", "name_too_long")]),
    ({"model_name": "product", "fields": []}, [("/model_name", "model_name_case")]),
    ({"model_name": "template", "fields": []}, [("/model_name", "model_name_registered")]),
    ({"model_name": "Linked_tags", "fields": []}, [("/model_name", "model_table_clash")]),
]
CHANGES: list[tuple[list[Any], list[tuple[str, str]]]] = [
    # Of the model Product as it stands, which Tag.product points at
    ([char("Name")], [("/fields/0/name", "name_former_case")]),
    ([char("labels")], [("/fields/0/name", "name_accessor_clash")]),
    ([char("a", renamed_from="zzz")], [("/fields/0/renamed_from", "rename_unknown")]),
    ([char("a", renamed_from="nam")], [("/fields/0/renamed_from", "rename_unknown_similar")]),
    (
        [char("name"), char("a", renamed_from="name")],
        [("/fields/1/renamed_from", "rename_of_field_that_stays")],
    ),
    (
        [char("a", renamed_from="name"), char("b", renamed_from="name")],
        [("/fields/1/renamed_from", "rename_twice")],
    ),
    ([char("old_name", renamed_from="name")], [("/fields/0/renamed_from", "rename_onto_field")]),
    ([link("base", "Keyed", primary_key=True)], [("/fields/0/to", "primary_key_circle")]),
]
OTHERS: list[tuple[str, list[Any], list[tuple[str, str]]]] = [
    (
        "Save",
        [field("OneToOneField", "a", to="Product", on_delete="CASCADE")],
        [("/fields/0", "accessor_reserved")],
    ),
    (
        "Objects",
        [field("ManyToManyField", "a", to="Product")],
        [("/fields/0/to", "many_to_many_reserved")],
    ),
    ("Id", [link("a", "Product")], [("/fields/0", "accessor_is_field")]),
    (
        "Linked",
        [field("ManyToManyField", "a_b", to="Product")],
        [("/fields/0/name", "table_clash")],
    ),
]
TABLE = model("Linked_a", field("ManyToManyField", "b", to="self"))
STANDING = (PRODUCT, TAG, LINKED, KEYED)
