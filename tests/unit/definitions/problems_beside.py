"""What stands beside the fields and has problems: what is sent, and where which problem is found."""

from __future__ import annotations

from typing import Any

from lowcode_async.definitions.model import ModelDefinition
from tests.unit.definitions.parsing import char, link, parse

NUMBERS = [{"name": "low", "type": "IntegerField"}, {"name": "data", "type": "JSONField"}]
FIELDS = [char("code"), *NUMBERS, link("owner", "auth.User")]
OTHERS = (
    parse({"model_name": "Shelf", "fields": [char("name")], "db_table": "shelves"}),
    parse(
        {
            "model_name": "Book",
            "fields": [char("title")],
            "indexes": [{"name": "by_title", "fields": ["title"]}],
        }
    ),
)
FORMER = ModelDefinition.from_json(
    {"name": "Renamed", "fields": [], "former_names": ["Old"], "table": "elsewhere"}
)
POINTING = parse(
    {"model_name": "Page", "fields": [link("book", "Book")]},
    *OTHERS,
)
EXISTING = (*OTHERS, FORMER, POINTING)

CODE = {"field": "code", "lookup": "exact", "value": "x"}
DEEP: dict[str, Any] = CODE
for _ in range(8):
    DEEP = {"not": DEEP}


def check(condition: Any) -> dict[str, Any]:
    return {"constraints": [{"type": "check", "name": "a", "condition": condition}]}


BESIDE: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"options": 7}, [("/options", "part_wrong_type")]),
    ({"options": {"oredring": []}}, [("/options", "part_unknown_key")]),
    ({"options": {"verbose_name": "a" * 201}}, [("/options/verbose_name", "part_text")]),
    ({"options": {"db_table_comment": "5%"}}, [("/options/db_table_comment", "part_percent")]),
    ({"options": {"ordering": ["-zzz"]}}, [("/options/ordering/0", "part_unknown_field")]),
    ({"options": {"ordering": ["code", "-code"]}}, [("/options/ordering/1", "part_twice")]),
    (
        {"options": {"order_with_respect_to": "owner"}},
        [("/options/order_with_respect_to", "order_with_respect_to_unfit")],
    ),
    (
        {
            "fields": [link("shelf", "Shelf")],
            "options": {"order_with_respect_to": "shelf", "ordering": ["id"]},
        },
        [("/options/ordering", "ordering_twice")],
    ),
    ({"unique_together": [[]]}, [("/unique_together/0", "part_empty")]),
    (
        {
            "fields": [{"name": "tags", "type": "ManyToManyField", "to": "Shelf"}],
            "unique_together": ["tags"],
        },
        [("/unique_together/0/0", "part_no_column")],
    ),
    ({"indexes": [{"name": "a"}]}, [("/indexes/0", "part_missing")]),
    ({"indexes": [{"fields": ["data"]}]}, [("/indexes/0/fields/0", "part_no_index")]),
    ({"indexes": [{"name": "1a", "fields": ["code"]}]}, [("/indexes/0/name", "part_name")]),
    (
        {"indexes": [{"name": "By_title", "fields": ["code"]}]},
        [("/indexes/0", "part_name_taken")],
    ),
    (
        {"constraints": [{"type": "exclude", "name": "a"}]},
        [("/constraints/0/type", "part_not_allowed")],
    ),
    (check(DEEP), [("/constraints/0/condition" + "/not" * 8, "condition_too_deep")]),
    (check({"all": [CODE], "any": []}), [("/constraints/0/condition", "condition_mixed")]),
    (check({"all": []}), [("/constraints/0/condition/all", "part_count")]),
    (
        check({"field": "data", "lookup": "exact", "value": 1}),
        [("/constraints/0/condition/lookup", "condition_lookup")],
    ),
    (
        check({"field": "low", "lookup": "gte", "value": "x"}),
        [("/constraints/0/condition/value", "value_wrong_type")],
    ),
    ({"db_table": "Product; DROP"}, [("/db_table", "table_name")]),
    ({"db_table": "auth_user"}, [("/db_table", "table_taken_by_site")]),
    ({"db_table": "shelves"}, [("/db_table", "table_taken_by_site")]),
    ({"renamed_from": "Nobody"}, [("/renamed_from", "model_rename_unknown")]),
    (
        {"model_name": "Shelf", "fields": [char("name")], "renamed_from": "Book"},
        [("/renamed_from", "model_rename_taken")],
    ),
    ({"model_name": "Old", "fields": []}, [("/model_name", "model_was_renamed")]),
    ({"delete": True}, [("/model_name", "delete_unknown")]),
    ({"delete": True, "model_name": "Book"}, [("/delete", "delete_pointed_at")]),
    (
        {"delete": True, "model_name": "New", "renamed_from": "Page"},
        [("/renamed_from", "delete_and_rename")],
    ),
    (
        {
            "fields": [
                {"name": "a", "type": "ManyToManyField", "to": "Shelf", "one_off_default": 1}
            ]
        },
        [("/fields/0/one_off_default", "one_off_unfit")],
    ),
    ({"operations": ["nothing"]}, [("/operations/0", "operation_unknown")]),
]  # fmt: skip
"""Of a new model with `FIELDS`: further keys, and what is found."""

UNSUPPORTED: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    (
        {"indexes": [{"fields": ["code"], "condition": CODE}]},
        [("/indexes/0/condition", "part_unsupported")],
    ),
    (
        {"constraints": [{"type": "unique", "fields": ["code"], "condition": CODE}]},
        [("/constraints/0/condition", "part_unsupported")],
    ),
    (
        {"constraints": [{"type": "unique", "fields": ["code"], "nulls_distinct": False}]},
        [("/constraints/0/nulls_distinct", "part_unsupported")],
    ),
    ({"options": {"db_table_comment": "x"}}, [("/options/db_table_comment", "part_unsupported")]),
    (check(CODE), [("/constraints/0", "part_unsupported")]),
]
"""The same, on a database that can do nothing of it."""
