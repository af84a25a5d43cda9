"""Shapes of the table of field types."""

from __future__ import annotations

from rest_framework import serializers

from lowcode_async.api.shapes.base import Shape, Value
from lowcode_async.definitions.field_types import Group
from lowcode_async.definitions.kinds import Kind

_KINDS = [each.value for each in Kind]


class FieldValue(Shape):
    """How constants of a type are written."""

    types = serializers.ListField(child=serializers.ChoiceField(_KINDS))
    example = Value()
    format = serializers.CharField(required=False)
    minimum = Value(required=False)
    maximum = Value(required=False)


class FieldOption(Shape):
    """One option of a field type."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField()
    types = serializers.ListField(child=serializers.ChoiceField(_KINDS))
    required = serializers.BooleanField()  # type: ignore[assignment]
    default = Value()
    minimum = serializers.IntegerField(required=False)
    maximum = serializers.IntegerField(required=False)
    max_length = serializers.IntegerField(required=False)
    enum = serializers.ListField(child=Value(), required=False)


class FieldType(Shape):
    """One type that a field can have."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField()
    group = serializers.ChoiceField([each.value for each in Group])
    group_label = serializers.CharField()
    relation = serializers.BooleanField()
    column = serializers.BooleanField()
    automatic = serializers.BooleanField()
    generators = serializers.ListField(child=serializers.CharField())
    value = FieldValue(allow_null=True)
    options = FieldOption(many=True)


class FieldTypeTable(Shape):
    """Every type that a field can have."""

    field_types = FieldType(many=True)
