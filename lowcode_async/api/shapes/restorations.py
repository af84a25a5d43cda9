"""Shapes of restorations."""

from __future__ import annotations

from rest_framework import serializers

from lowcode_async.api.shapes.base import Anything, Shape, Told
from lowcode_async.backups.restorations import RestorationState, RestoreStage
from lowcode_async.restorations.telling import STAGE_STATES


class RestoreBackupBody(Shape):
    """That a backup is to be restored, and how."""

    confirm = serializers.CharField(
        help_text="The name of the backup: it replaces the whole database"
    )
    safety_backup = serializers.BooleanField(
        default=True, help_text="Back up the present state first, so that there is a way back"
    )


class RestorationStarted(Shape):
    """A restoration that has been queued."""

    restoration_id = serializers.UUIDField()
    message = serializers.CharField()
    status_url = serializers.CharField(help_text="Where its progress is read")
    read_key = serializers.CharField(
        help_text="Reads it there without a session, which the restore may end: "
        "`Authorization: Restoration …`"
    )
    read_key_expires_at = serializers.DateTimeField()


class RestorationStage(Shape):
    """How one stage stands."""

    name = serializers.ChoiceField([each.value for each in RestoreStage])
    state = serializers.ChoiceField(STAGE_STATES)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class Restoration(Shape):
    """How a restoration stands, by what is written down beside the backups."""

    restoration_id = serializers.UUIDField()
    backup = serializers.CharField()
    state = serializers.ChoiceField(
        [each.value for each in RestorationState],
        help_text="`interrupted`: its worker died, and nobody goes on with it; `error` says what is "
        "true of the database",
    )
    stage = serializers.ChoiceField([each.value for each in RestoreStage], allow_null=True)
    percent = serializers.IntegerField(min_value=0, max_value=100)
    stages = RestorationStage(many=True)
    transactional = serializers.BooleanField(
        help_text="Whether the database is replaced as a whole or not at all"
    )
    safety_backup = serializers.CharField(
        allow_null=True, help_text="Name of the backup of the state before"
    )
    requested_by = serializers.CharField(allow_blank=True)
    requested_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(help_text="When its worker last gave a sign of life")
    finished_at = serializers.DateTimeField(allow_null=True)
    code = serializers.CharField(allow_null=True, help_text="What went wrong, for programs")
    error = serializers.CharField(allow_null=True, help_text="What went wrong, for people")
    params = Anything(help_text="What `error` mentions")
    warnings = Told(many=True, help_text="What an operator should know although it succeeded")
