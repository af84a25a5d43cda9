"""Shapes of lost values: what upgrades have changed or removed, and its way back."""

from __future__ import annotations

from rest_framework import serializers

from lowcode_async.api.shapes.base import Shape, Value


class LostValue(Shape):
    """A value that an upgrade has changed or removed."""

    id = serializers.IntegerField()
    model = serializers.CharField()
    field = serializers.CharField(
        allow_blank=True, help_text="Its name after the upgrade; empty for a whole row"
    )
    removed = serializers.BooleanField(help_text="Whether the field itself went")
    key = Value(help_text="Primary key of the row; of a link, the keys of both ends")
    kind = serializers.CharField(help_text="What kind of value it was")
    value = Value(help_text="The value; bytes as base64, durations in microseconds")
    became = Value(help_text="What the upgrade wrote in its place")
    became_kind = serializers.CharField(allow_blank=True)
    finding = serializers.CharField(help_text="Why it was kept: a kind of findings")
    upgrade = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    restored_at = serializers.DateTimeField(allow_null=True)
    restored_by = serializers.UUIDField(
        allow_null=True, help_text="The upgrade that put it back; null if a person did"
    )


class LostValuePage(Shape):
    """Lost values, the newest first."""

    lost_values = LostValue(many=True)
    total = serializers.IntegerField(min_value=0)
    next_before = serializers.IntegerField(
        allow_null=True, help_text="What to say as `before` for the next page"
    )


class RestoreBody(Shape):
    """Which lost values to put back: by their ids, or all that fit."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False)
    model = serializers.CharField(required=False)
    field = serializers.CharField(required=False)
    upgrade = serializers.UUIDField(required=False)
    overwrite = serializers.BooleanField(
        default=False, help_text="Put them back into rows that were edited since, too"
    )


class RestoreReason(Shape):
    """Why some values were not put back."""

    code = serializers.CharField()
    count = serializers.IntegerField(min_value=1)
    message = serializers.CharField()


class RestoreRefusal(Shape):
    """A value that was not put back."""

    id = serializers.IntegerField()
    code = serializers.CharField()


class Restored(Shape):
    """What was put back, and what was not."""

    restored = serializers.IntegerField(min_value=0)
    refused = serializers.IntegerField(min_value=0)
    reasons = RestoreReason(many=True)
    refusals = RestoreRefusal(many=True, help_text="The first hundred")
