"""Definitions of fields and models as JSON Schema, made from `FIELD_METADATA`."""

from __future__ import annotations

from typing import Final

from lowcode_async.definitions.field_types import FIELD_METADATA, FieldType, OptionType
from lowcode_async.definitions.kinds import Kind
from lowcode_async.definitions.policies import OnInvalid
from lowcode_async.definitions.to_dict import LONGEST_NAME, MOST_KEYS
from lowcode_async.rest.openapi import beside
from lowcode_async.sentences import JSON, Language

_WHOLE: Final[dict[str, JSON]] = {
    "model_name": beside.NAME,
    "fields": {"type": "array", "items": beside.reference("FieldDefinition")},
}
_DEFINITION: Final[dict[str, JSON]] = {
    "type": "object",
    "description": "The complete structure of a model, as it is posted.",
    "properties": {**_WHOLE, **beside.KEPT},
    "required": ["model_name", "fields"],
}
_ASKED_DEFINITION: Final[dict[str, JSON]] = {
    "type": "object",
    "description": "What an upgrade was asked for: a structure, and what happens once.",
    "properties": {**_WHOLE, **beside.KEPT, **beside.ONCE},
    "required": ["model_name"],
}
_TO_DICT: Final[dict[str, JSON]] = {
    "type": ["array", "null"],
    "description": "The keys of a row's JSON, in their order: a field, or a name and the path to "
    "its value. Where it is absent, what the model has stays; null takes it away.",
    "minItems": 1,
    "maxItems": MOST_KEYS,
    "items": {
        "anyOf": [
            {"type": "string", "description": "Name of a field"},
            {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
                    "path": {"type": "string", "examples": ["subtask.template_id"]},
                },
                "required": ["name", "path"],
                "additionalProperties": False,
            },
        ]
    },
}


def schemas(language: Language) -> dict[str, JSON]:
    """Return the schemas of a model's definition, of a field's, and of each type's, by their names."""
    own = {f"{name}Definition": _field(each, language) for name, each in FIELD_METADATA.items()}
    mapping = {name: _reference(f"{name}Definition") for name in FIELD_METADATA}
    return {
        "FieldDefinition": {
            "description": "One field: its name, its type, and the options of that type.",
            "oneOf": [{"$ref": each} for each in mapping.values()],
            "discriminator": {"propertyName": "type", "mapping": mapping},
        },
        "ToDict": _TO_DICT,
        "Definition": _DEFINITION,
        "AskedDefinition": _ASKED_DEFINITION,
        **beside.SCHEMAS,
        **own,
    }


def _field(field_type: FieldType, language: Language) -> dict[str, JSON]:
    required = [each.name for each in field_type.options if each.required]
    return {
        "type": "object",
        "title": getattr(field_type.label, language),
        "description": getattr(field_type.help, language),
        "properties": {
            "name": beside.NAME,
            "type": {"type": "string", "const": field_type.name},
            "renamed_from": {
                "type": ["string", "null"],
                "description": "The name it had, if this is a rename",
            },
            "one_off_default": {"description": "What rows that are there get, in this upgrade"},
            "on_invalid": {
                "type": ["string", "null"],
                "enum": [*(each.value for each in OnInvalid), None],
                "description": "What becomes of values that do not fit, in this upgrade",
                "default": OnInvalid.FAIL.value,
            },
            **{each.name: _option(each, language) for each in field_type.options},
        },
        "required": ["name", "type", *required],
        "additionalProperties": False,
    }


def _option(option: OptionType, language: Language) -> dict[str, JSON]:
    kinds = [each.value for each in option.kinds]
    absent = option.default is None and not option.required
    if absent and Kind.NULL not in option.kinds:
        kinds.append(Kind.NULL.value)
    schema: dict[str, JSON] = {
        "type": kinds[0] if len(kinds) == 1 else kinds,
        "title": getattr(option.label, language),
        "description": getattr(option.help, language),
    }
    limits = {
        "minimum": option.minimum,
        "maximum": option.maximum,
        "maxLength": option.max_length,
    }
    schema |= {name: limit for name, limit in limits.items() if limit is not None}
    if option.allowed:
        schema["enum"] = [*option.allowed, None] if absent else list(option.allowed)
    if "array" in kinds:
        schema["items"] = {}
    if option.default is not None:
        schema["default"] = option.default
    return schema


def _reference(name: str) -> str:
    return f"#/components/schemas/{name}"
