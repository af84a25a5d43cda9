"""The processes of a site, and what they count together."""

from __future__ import annotations

import uuid

from django.db import models


class Process(models.Model):
    """A process that serves live models, while it lives."""

    class Kind(models.TextChoices):
        """What it does."""

        WEB = "web"
        WORKER = "worker"
        EMBEDDED = "embedded"
        """Both at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    incarnation = models.PositiveIntegerField(default=1)
    """How often it has become a new process on the same socket, plus one."""
    restart_requested = models.UUIDField(null=True)
    """The upgrade that asks this process to restart."""
    generation = models.PositiveBigIntegerField(default=0)
    """Number of the generation it serves."""
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "processes"

    def __str__(self) -> str:
        return f"{self.kind} {self.host}:{self.pid}"


class Counter(models.Model):
    """A number that goes up by one in the transaction that needs the next.

    Its row is locked until that transaction ends, so numbers become visible in their order: whoever
    has read up to N has missed nothing below N. (An auto-increment does not give that.)
    """

    class Name(models.TextChoices):
        """What is counted."""

        GENERATION = "generation"
        EVENT = "event"

    name = models.CharField(max_length=20, primary_key=True, choices=Name)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
