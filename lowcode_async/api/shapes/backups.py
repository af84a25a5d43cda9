"""Shapes of backups."""

from __future__ import annotations

from rest_framework import serializers

from lowcode_async.api.shapes.base import Shape
from lowcode_async.api.shapes.restorations import Restoration


class Backup(Shape):
    """A backup in the storage; what is null is not on record in this database."""

    name = serializers.CharField()
    size = serializers.IntegerField(min_value=0, help_text="Bytes")
    sha256 = serializers.CharField(allow_null=True)
    engine = serializers.ChoiceField(["sqlite", "postgresql", "mysql"], allow_null=True)
    database = serializers.CharField(
        allow_null=True, help_text="Alias of the database it was taken from"
    )
    created_at = serializers.DateTimeField(allow_null=True)
    verified_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was last read through and found whole"
    )
    upgrade = serializers.UUIDField(allow_null=True, help_text="That it was made for")
    model_name = serializers.CharField(allow_null=True, help_text="Of that upgrade")
    can_download = serializers.BooleanField(help_text="Whether the caller may: superusers only")
    can_restore = serializers.BooleanField(
        help_text="Whether the caller may: superusers only, what is on record and of this database"
    )
    restore_command = serializers.CharField(help_text="What restores it, on the server")


class BackupList(Shape):
    """The backups in the storage, the newest first."""

    storage = serializers.CharField(help_text="What an operator knows the storage by")
    backups = Backup(many=True)
    restoration = Restoration(allow_null=True, help_text="The one that was asked for last")
