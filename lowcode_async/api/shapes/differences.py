"""Shapes of what differs between two definitions."""

from __future__ import annotations

from rest_framework import serializers

from lowcode_async.api.shapes.base import OneField, Shape, Value
from lowcode_async.definitions.differences import DifferenceKind


class FieldDifference(Shape):
    """What has become of one field."""

    kind = serializers.ChoiceField([each.value for each in DifferenceKind])
    field = serializers.CharField(help_text="Its name; the former one if it is gone")
    before = OneField(allow_null=True)
    after = OneField(allow_null=True)
    keys = serializers.ListField(
        child=serializers.CharField(), help_text="What differs, of a field that stays"
    )


class ModelDifference(Shape):
    """What differs in a model beside its fields."""

    key = serializers.CharField(help_text="As it is posted: `model_name`, `indexes`, …")
    before = Value(help_text="null for what was not there")
    after = Value()
