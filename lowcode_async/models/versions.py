"""Live models, and every structure that they have had."""

from __future__ import annotations

from django.db import models


class DynamicModel(models.Model):
    """A live model. Its structure is its newest `SchemaVersion`."""

    name = models.CharField(max_length=100)
    name_lower = models.CharField(max_length=100, unique=True)
    """Uniqueness without regard to case, whatever the database's collation."""
    version = models.PositiveIntegerField()
    """Number of the version in force."""
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class SchemaVersion(models.Model):
    """One structure a model has had; written in the transaction that made it true."""

    model = models.ForeignKey(DynamicModel, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    """1, 2, 3 … within one model."""
    definition = models.JSONField()
    """`ModelDefinition.to_json`."""
    operations = models.JSONField(default=list)
    """What led here from the former version: descriptions of Django's operations, in order."""
    upgrade = models.OneToOneField(
        "Upgrade", null=True, on_delete=models.SET_NULL, related_name="schema_version"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="lowcode_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.model} v{self.number}"
