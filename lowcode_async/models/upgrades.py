"""Upgrades, what was foreseen of them, and their log."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, models


class Upgrade(models.Model):
    """One run of one plan. Its id is the ``task_id`` of the API."""

    class State(models.TextChoices):
        """How an upgrade stands."""

        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"
        """Ended on request, before anything was changed."""

    class Stage(models.TextChoices):
        """The stages, in their order."""

        VALIDATE = "validate"
        BACKUP = "backup"
        MIGRATE = "migrate"
        RESTART = "restart"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model_name = models.CharField(max_length=100)
    active_model = models.CharField(max_length=100, null=True, unique=True)
    """Lower-case name of the model while the upgrade is under way, else NULL: the constraint that
    keeps two upgrades of one model apart, on databases without partial indexes too."""
    definition = models.JSONField()
    """What was asked for: `ModelDefinition.to_json`."""
    reverts = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reverted_by"
    )
    """The upgrade that this one takes back; NULL for all others."""
    from_version = models.PositiveIntegerField(null=True)
    """The version it starts from; NULL creates the model."""
    database = models.CharField(max_length=100, default=DEFAULT_DB_ALIAS)
    """Alias of the database that holds the table; the validate stage asks the site's routers."""
    no_backup = models.BooleanField(default=False)
    no_restart = models.BooleanField(default=False)
    force = models.BooleanField(default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    retry_of = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="retries"
    )
    """The upgrade that came to nothing and is asked for again."""
    cancel_requested_at = models.DateTimeField(null=True)
    """When somebody asked for its end; a worker that has a stage drops it, or ends with it."""
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.VALIDATE)
    """The stage that runs, or is next."""
    attempts = models.PositiveIntegerField(default=0)
    """How many times this stage has been claimed."""
    lease = models.UUIDField(null=True)
    """Token of the worker that runs the stage; NULL while none does."""
    lease_until = models.DateTimeField(null=True)
    """When the lease ends unless it is extended; by the database's clock."""
    enqueued_at = models.DateTimeField(null=True)
    """When the message for this stage was last sent; by the database's clock."""
    steps = models.JSONField(default=list)
    """What the migrate stage has begun and done, on databases without transactional DDL."""
    handover = models.JSONField(null=True)
    """What the stage leaves to the process that takes it up next (a restart that ends itself)."""

    last_sequence = models.PositiveIntegerField(default=0)
    """Sequence of the newest event."""
    error_code = models.CharField(max_length=64, blank=True, default="")
    error_params = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    """What the plan would do to data: `Finding.to_json` each."""
    warnings = models.JSONField(default=list)
    """What an operator should know although the upgrade succeeded: ``{"code", "params"}`` each."""
    lost_count = models.PositiveBigIntegerField(null=True)
    """How many values it has kept aside, once they count; NULL if that is to be counted."""
    agreed_findings = models.JSONField(null=True)
    """What the plan that the caller agreed to would do to data: `Finding.to_json` each; NULL if the
    caller named no plan."""
    plan = models.JSONField(null=True)
    """What the validate stage planned: descriptions, SQL, risks."""
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "lease_until"], name="lowcode_upgrade_state"),
            models.Index(fields=["-created_at"], name="lowcode_upgrade_created"),
            models.Index(fields=["state", "lost_count"], name="lowcode_upgrade_lost"),
        ]

    def __str__(self) -> str:
        return f"{self.model_name} {self.id}"


class PlannedUpgrade(models.Model):
    """What an upgrade would do, as it was told to somebody. Its id is the ``plan_id`` of the API."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model_name = models.CharField(max_length=100)
    base_version = models.PositiveIntegerField()
    """The version it starts from; 0 creates the model."""
    definition = models.JSONField()
    """What was asked for: `ModelDefinition.to_json`."""
    reverts = models.UUIDField(null=True)
    """The upgrade that it would take back; NULL for all others."""
    findings = models.JSONField(default=list)
    """What it would do to data: `Finding.to_json` each."""
    content = models.JSONField()
    """What else was told, with its ``format``: operations with their costs, rows, estimate, error."""
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.model_name} {self.id}"


class UpgradeEvent(models.Model):
    """One line of an upgrade's log."""

    upgrade = models.ForeignKey(Upgrade, on_delete=models.CASCADE, related_name="events")
    sequence = models.PositiveIntegerField()
    """1, 2, 3 … without a gap within one upgrade."""
    position = models.PositiveBigIntegerField(unique=True)
    """1, 2, 3 … over all upgrades, in the order of commits."""
    kind = models.CharField(max_length=32)
    stage = models.CharField(max_length=10, choices=Upgrade.Stage, null=True)
    at = models.DateTimeField()
    payload = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upgrade", "sequence"], name="lowcode_event_sequence")
        ]

    def __str__(self) -> str:
        return f"{self.upgrade_id} {self.sequence} {self.kind}"
