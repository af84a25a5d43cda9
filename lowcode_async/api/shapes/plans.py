"""Shapes of plans: what an upgrade would do."""

from __future__ import annotations

from rest_framework import serializers

from lowcode_async.api.shapes.base import Shape, Told
from lowcode_async.api.shapes.upgrades import Finding, PlannedOperation
from lowcode_async.planning.observers import Lock


class PlanFinding(Finding):
    """One thing that the plan would do to data."""

    detail = serializers.CharField(help_text="How many rows it concerns")


class CostedOperation(PlannedOperation):
    """One of Django's operations, and what it would cost."""

    rewrites = serializers.BooleanField(allow_null=True, help_text="All rows are written anew")
    scans = serializers.BooleanField(allow_null=True, help_text="All rows are read")
    lock = serializers.ChoiceField(
        [each.value for each in Lock], allow_null=True, help_text="Who waits while it lasts"
    )
    seconds = serializers.FloatField(allow_null=True, help_text="On all rows, if measured")


class Estimate(Told):
    """How long writers would wait."""

    seconds = serializers.FloatField(allow_null=True)


class Plan(Shape):
    """What an upgrade would do."""

    plan_id = serializers.UUIDField()
    model_name = serializers.CharField()
    base_version = serializers.IntegerField(min_value=0, help_text="0 creates the model")
    operations = CostedOperation(many=True)
    findings = PlanFinding(many=True)
    rows = serializers.IntegerField(allow_null=True, min_value=0)
    estimate = Estimate(allow_null=True)
    error = Told(allow_null=True, help_text="What the upgrade would fail with")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
