"""What is kept aside so that nothing is lost: single values, and whole databases."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, models

from lowcode_async.models.upgrades import Upgrade


class LostValue(models.Model):
    """A value that an upgrade changed or removed, and that the way back would not give again.

    Values are written as JSON, with their kind: see `planning.lost_values`.
    """

    upgrade = models.ForeignKey(Upgrade, on_delete=models.PROTECT, related_name="lost_values")
    model_name = models.CharField(max_length=100)
    field = models.CharField(max_length=100)
    """The field's name after the upgrade, the former one of a removed field; "" is the whole row."""
    removed = models.BooleanField(default=False)
    """Whether the field itself went, and its values with it."""
    row_key = models.TextField()
    """Primary key of the row; of a link, the keys of both its ends."""
    row_digest = models.CharField(max_length=32)
    """Of `row_key`, which is too long for an index."""
    kind = models.CharField(max_length=16)
    """What `value` is: a kind of values, a link, or a row."""
    value = models.TextField(null=True)
    """What was lost; NULL is NULL."""
    became_kind = models.CharField(max_length=16, blank=True)
    became = models.TextField(null=True)
    """What the upgrade wrote in its place; NULL is NULL, or nothing."""
    finding = models.CharField(max_length=16)
    """Why: a kind of findings."""
    created_at = models.DateTimeField(db_index=True)
    restored_at = models.DateTimeField(null=True, db_index=True)
    """When it was put back."""
    restored_by = models.ForeignKey(
        Upgrade, null=True, on_delete=models.PROTECT, related_name="restored_values"
    )
    """The upgrade that put it back; NULL if a person did."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["upgrade", "field", "removed", "row_digest"], name="lowcode_lost_value"
            )
        ]
        indexes = [models.Index(fields=["model_name", "-id"], name="lowcode_lost_model")]

    def __str__(self) -> str:
        return f"{self.model_name}.{self.field} {self.row_key}"


class Backup(models.Model):
    """A complete, checked copy of the database."""

    name = models.CharField(max_length=255, unique=True)
    """Name in the storage: ``backup_YYYYMMDD_HHMMSS.sqlite3`` or ``.sql``."""
    engine = models.CharField(max_length=20)
    """Vendor of the database it was taken from: ``sqlite``, ``postgresql``, ``mysql``."""
    database = models.CharField(max_length=100, default=DEFAULT_DB_ALIAS)
    """Alias of that database. The row itself stands where all rows of the plugin do."""
    size = models.PositiveBigIntegerField()
    """Bytes."""
    sha256 = models.CharField(max_length=64)
    upgrade = models.ForeignKey(
        Upgrade, null=True, on_delete=models.SET_NULL, related_name="backups"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
