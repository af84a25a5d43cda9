"""What the shapes of several resources share."""

from __future__ import annotations

from typing import Any, TypeAlias

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

Shape: TypeAlias = serializers.Serializer[Any]


@extend_schema_field({"type": "array", "items": {"$ref": "#/components/schemas/FieldDefinition"}})
class Fields(serializers.Field[Any, Any, Any, Any]):
    """A model's fields."""


@extend_schema_field({"$ref": "#/components/schemas/FieldDefinition"})
class OneField(serializers.Field[Any, Any, Any, Any]):
    """One field of a model."""


@extend_schema_field({"$ref": "#/components/schemas/Definition"})
class DefinitionOf(serializers.Field[Any, Any, Any, Any]):
    """A model's definition, as it is posted."""


@extend_schema_field({"$ref": "#/components/schemas/AskedDefinition"})
class AskedDefinitionOf(serializers.Field[Any, Any, Any, Any]):
    """A model's definition with what happens once, as it is posted."""


@extend_schema_field({"type": "object", "additionalProperties": {}})
class Anything(serializers.Field[Any, Any, Any, Any]):
    """An object with keys of its own."""


@extend_schema_field({})
class Value(serializers.Field[Any, Any, Any, Any]):
    """Any JSON value."""


class Told(Shape):
    """Something that can be told: a code with parameters, and its sentence."""

    code = serializers.CharField(help_text="Stable, for programs")
    params = Anything(help_text="What the sentence mentions")
    message = serializers.CharField(help_text="For people, in the reader's language")


class Document(Shape):
    """An OpenAPI document."""

    openapi = serializers.CharField()
    info = Anything()
    paths = Anything()
    components = Anything()
