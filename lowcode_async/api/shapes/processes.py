"""Shapes of processes."""

from __future__ import annotations

from rest_framework import serializers

from lowcode_async.api.shapes.base import Shape
from lowcode_async.models import Process as Row


class Process(Shape):
    """A process that serves live models, or works for them."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Row.Kind.values, help_text="`embedded` is both at once")
    host = serializers.CharField()
    pid = serializers.IntegerField()
    incarnation = serializers.IntegerField(
        min_value=1, help_text="How often it has become a new process, plus one"
    )
    generation = serializers.IntegerField(min_value=0, help_text="Of live models, that it serves")
    started_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    alive = serializers.BooleanField(help_text="Whether it gave a sign of life lately")
    behind = serializers.BooleanField(help_text="Whether a newer generation is in force")
    restarting = serializers.BooleanField(help_text="Whether an upgrade waits for its restart")


class ProcessList(Shape):
    """The processes, the oldest first."""

    generation = serializers.IntegerField(min_value=0, help_text="The one in force")
    processes = Process(many=True)
