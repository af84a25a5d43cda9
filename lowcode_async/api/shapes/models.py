"""Shapes of live models and their versions."""

from __future__ import annotations

from rest_framework import serializers

from lowcode_async.api.shapes.base import DefinitionOf, Shape
from lowcode_async.api.shapes.differences import FieldDifference, ModelDifference


class Rows(Shape):
    """How many rows a model has."""

    count = serializers.IntegerField(min_value=0)
    exact = serializers.BooleanField(
        help_text="false: about so many, as the server's statistics have it"
    )


class ModelSummary(Shape):
    """A live model, in a line."""

    name = serializers.CharField()
    version = serializers.IntegerField(min_value=1)
    fields = serializers.IntegerField(min_value=0, help_text="How many")  # type: ignore[assignment]
    rows = Rows(allow_null=True, help_text="null if its table is not there")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(help_text="When its newest version was made")
    running = serializers.UUIDField(
        allow_null=True, help_text="The upgrade of it that is under way"
    )


class ModelList(Shape):
    """All live models, by name."""

    models = ModelSummary(many=True)


class Model(ModelSummary):
    """A live model."""

    definition = DefinitionOf(help_text="As it is posted")
    table = serializers.CharField(help_text="In the database")


class Version(Shape):
    """One structure that a model has had."""

    number = serializers.IntegerField(min_value=1)
    deleted = serializers.BooleanField(help_text="Whether the model was deleted with it")
    definition = DefinitionOf()
    differences = FieldDifference(many=True, help_text="To the version before")
    model_differences = ModelDifference(many=True)
    operations = serializers.ListField(
        child=serializers.CharField(), help_text="What was done, in words"
    )
    upgrade = serializers.UUIDField(allow_null=True, help_text="That made it")
    requested_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class VersionList(Shape):
    """The versions of a model, the newest first."""

    name = serializers.CharField()
    versions = Version(many=True)
