"""What a definition says beside its fields, as JSON Schema."""

from __future__ import annotations

from typing import Final

from lowcode_async.definitions.model_options import LONGEST_COMMENT, OPTIONS
from lowcode_async.sentences import JSON

NAME: Final[dict[str, JSON]] = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
_TEXT: Final[dict[str, JSON]] = {"type": ["string", "null"]}
_FIELDS: Final[dict[str, JSON]] = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "string", "description": "Name of a field; a minus before it: descending"},
}
_CONDITION: Final[dict[str, JSON]] = {
    "oneOf": [{"$ref": "#/components/schemas/Condition"}, {"type": "null"}]
}
_CONDITIONS: Final[dict[str, JSON]] = {
    "type": "array",
    "minItems": 1,
    "items": {"$ref": "#/components/schemas/Condition"},
}
_OPTION_SCHEMAS: Final[dict[str, JSON]] = {
    "ordering": {**_FIELDS, "type": ["array", "null"]},
    "get_latest_by": {**_FIELDS, "type": ["array", "null"]},
    "select_on_save": {"type": ["boolean", "null"]},
    "db_table_comment": {**_TEXT, "maxLength": LONGEST_COMMENT},
}


def _only(properties: dict[str, JSON]) -> dict[str, JSON]:
    """Return the schema of an object with all of these keys, and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_COMPARED: Final[dict[str, JSON]] = {"field": {"type": "string"}, "lookup": {"type": "string"}}

SCHEMAS: Final[dict[str, JSON]] = {
    "Condition": {
        "description": "Which rows: a field compared with a value or another field, or several such.",
        "anyOf": [
            {**_only({**_COMPARED, "value": {}}), "required": ["field", "value"]},
            {
                **_only({**_COMPARED, "other_field": {"type": "string"}}),
                "required": ["field", "other_field"],
            },
            _only({"all": _CONDITIONS}),
            _only({"any": _CONDITIONS}),
            _only({"not": {"$ref": "#/components/schemas/Condition"}}),
        ],
        "examples": [{"field": "price", "lookup": "gte", "value": 0}],
    },
    "ModelOptions": {
        "type": ["object", "null"],
        "description": "Those of Django's that are data. What is absent stays; null takes it away.",
        "properties": {name: _OPTION_SCHEMAS.get(name, _TEXT) for name in OPTIONS},
        "additionalProperties": False,
    },
    "UniqueTogether": {
        "type": ["array", "null"],
        "description": "Sets of fields that are unique together.",
        "items": {"type": "array", "items": {"type": "string"}},
    },
    "Indexes": {
        "type": ["array", "null"],
        "description": "The indexes. One without a name gets one.",
        "items": {
            "type": "object",
            "properties": {"name": NAME, "fields": _FIELDS, "condition": _CONDITION},
            "required": ["fields"],
            "additionalProperties": False,
        },
    },
    "Constraints": {
        "type": ["array", "null"],
        "description": "The constraints: `unique` of fields, or a `check` of a condition.",
        "items": {
            "type": "object",
            "properties": {
                "type": {"type": "string", "enum": ["unique", "check"]},
                "name": NAME,
                "fields": {"type": "array", "items": {"type": "string"}},
                "condition": _CONDITION,
                "nulls_distinct": {"type": ["boolean", "null"]},
                "violation_error_message": _TEXT,
                "violation_error_code": _TEXT,
            },
            "required": ["type"],
            "additionalProperties": False,
        },
    },
    "NamedOperations": {
        "description": "What the site has registered and the upgrade does besides, by name.",
        "oneOf": [
            {"type": "array", "items": {"type": "string"}},
            {
                "type": "object",
                "properties": {
                    "before": {"type": "array", "items": {"type": "string"}},
                    "after": {"type": "array", "items": {"type": "string"}},
                },
                "additionalProperties": False,
            },
            {"type": "null"},
        ],
    },
}
"""By the names of components."""


def reference(name: str) -> dict[str, JSON]:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


KEPT: Final[dict[str, JSON]] = {
    "to_dict": reference("ToDict"),
    "db_table": {"type": ["string", "null"], "description": "The table, if not as Django names it"},
    "options": reference("ModelOptions"),
    "unique_together": reference("UniqueTogether"),
    "indexes": reference("Indexes"),
    "constraints": reference("Constraints"),
}
"""What stays until it is spoken of."""
ONCE: Final[dict[str, JSON]] = {
    "renamed_from": {"type": ["string", "null"], "description": "The name the model has had"},
    "delete": {"type": ["boolean", "null"], "description": "The model goes; it needs no `fields`"},
    "operations": reference("NamedOperations"),
}
"""What is said of one upgrade."""
