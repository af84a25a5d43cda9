"""What a model is beside its fields leaves with it."""

from __future__ import annotations

import ast
from typing import Any

from lowcode_async.ejecting import eject
from tests.unit.definitions.parsing import char, link, parse

SHELF = parse({"model_name": "Shelf", "fields": [char("name")]})
LOW = {"field": "low", "lookup": "gt", "value": 1}
META: dict[str, Any] = {
    "db_table": "goods",
    "options": {"order_with_respect_to": "shelf", "verbose_name": "件"},
    "unique_together": [["name", "low"]],
    "indexes": [{"name": "by_low", "fields": ["-low"], "condition": LOW}],
    "constraints": [
        {"type": "check", "name": "low_or_not", "condition": {"any": [LOW, {"not": LOW}]}},
        {"type": "unique", "name": "one_name", "fields": ["name"], "nulls_distinct": False},
    ],
}
FIELDS = [char("name"), {"name": "low", "type": "IntegerField"}, link("shelf", "Shelf")]
ITEM = parse({"model_name": "Item", "fields": FIELDS, **META}, SHELF)


def test_classes_and_migrations_have_options_sets_and_constraints() -> None:
    files = eject({"Shelf": SHELF, "Item": ITEM}, [], app="left").files
    for name in ("models.py", "migrations/0001_initial.py"):
        ast.parse(files[name])
        for said in (
            "goods",
            "件",
            "by_low",
            "low__gt",
            "low_or_not",
            "one_name",
            "nulls_distinct",
        ):
            assert said in files[name], (name, said)
    assert 'order_with_respect_to = "shelf"' in files["models.py"]
    assert "unique_together" in files["models.py"]
