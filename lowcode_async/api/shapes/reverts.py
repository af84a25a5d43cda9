"""Shapes of reverts: how to go about them."""

from __future__ import annotations

from rest_framework import serializers

from lowcode_async.api.shapes.base import Shape


class RevertPlanBody(Shape):
    """How a revert would be gone about."""

    force = serializers.BooleanField(
        default=False, help_text="Go on although values edited since would be lost"
    )


class RevertBody(RevertPlanBody):
    """How to go about a revert; no body at all is an empty one."""

    no_backup = serializers.BooleanField(default=False, help_text="Skip the backup of the database")
    no_restart = serializers.BooleanField(
        default=False, help_text="Do not restart or reload the service afterwards"
    )
    plan_id = serializers.UUIDField(
        required=False, help_text="Start nothing if more would be lost than this plan says"
    )
