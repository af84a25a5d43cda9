"""Shapes of upgrades: what is asked for, and how it stands."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from lowcode_async.api.shapes.base import (
    Anything,
    AskedDefinitionOf,
    DefinitionOf,
    Fields,
    Shape,
    Told,
    Value,
)
from lowcode_async.api.shapes.differences import FieldDifference, ModelDifference
from lowcode_async.api.shapes.processes import Process
from lowcode_async.models import Upgrade
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.plan import Phase, Risk
from lowcode_async.planning.registered import OperationKind
from lowcode_async.upgrades.events import EventKind

PRODUCT: Final = {
    "model_name": "Product",
    "fields": [
        {"name": "name", "type": "CharField", "max_length": 100},
        {"name": "description", "type": "TextField", "null": True},
        {"name": "price", "type": "FloatField"},
    ],
}
_TASK: Final = "0d0b3b1e-5f0c-4a9a-9c53-0a4b8a3f6d21"
_STARTED: Final = {
    "task_id": _TASK,
    "message": "升级任务已启动",
    "status_check_url": f"/lowcode/api/upgrade-status/{_TASK}/",
}


class RegisteredOperation(Shape):
    """One name that a definition may give under `operations`."""

    name = serializers.CharField()
    kind = serializers.ChoiceField([each.value for each in OperationKind])
    description = serializers.CharField(allow_blank=True)


class OperationList(Shape):
    """What the site has registered."""

    operations = RegisteredOperation(many=True)


@extend_schema_serializer(examples=[OpenApiExample("Product", value=PRODUCT)])
class PlanBody(Shape):
    """A model's new, complete structure (a definition as it is asked for), and how to go about it."""

    model_name = serializers.RegexField(r"^[A-Za-z_][A-Za-z0-9_]*$", help_text="Name of the model")
    fields = Fields(  # type: ignore[assignment]
        required=False, help_text="The new, complete list of fields; needed unless the model goes"
    )
    no_backup = serializers.BooleanField(default=False, help_text="Skip the backup of the database")
    no_restart = serializers.BooleanField(
        default=False, help_text="Do not restart or reload the service afterwards"
    )
    force = serializers.BooleanField(default=False, help_text="Go on although values may be lost")
    base_version = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="The version the definition builds on; 0 for a model that must not exist yet",
    )


class UpgradeBody(PlanBody):
    """A model's new, complete structure, how to go about it, and the plan that was agreed to."""

    plan_id = serializers.UUIDField(
        required=False, help_text="Start nothing if more would be lost than this plan says"
    )


@extend_schema_serializer(examples=[OpenApiExample("Started", value=_STARTED)])
class UpgradeStarted(Shape):
    """An upgrade that has been queued."""

    task_id = serializers.UUIDField()
    message = serializers.CharField()
    status_check_url = serializers.CharField()


class FindingSample(Shape):
    """One row of a finding."""

    key = Value(help_text="Primary key")
    before = Value()
    after = Value(help_text="null where the value would become nothing")


class Finding(Told):
    """One thing that a plan would do to data."""

    kind = serializers.ChoiceField([each.value for each in FindingKind])
    field = serializers.CharField()
    count = serializers.IntegerField(min_value=0, help_text="Rows, exactly")
    samples = FindingSample(many=True)
    lossy = serializers.BooleanField(help_text="Whether something would be lost")
    forceable = serializers.BooleanField(help_text="Whether `force` gets past it")
    policy = serializers.ChoiceField(
        ["null", "default"], allow_null=True, help_text="The field's `on_invalid` that covers it"
    )


class StageState(Shape):
    """How one stage stands."""

    name = serializers.ChoiceField(Upgrade.Stage.values)
    state = serializers.ChoiceField(
        ["pending", "running", "success", "skipped", "failed", "cancelled"]
    )
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    attempts = serializers.IntegerField(min_value=0, help_text="Workers that have begun it")


class Progress(Shape):
    """The newest tick of the stage that runs; more keys may stand beside these."""

    stage = serializers.ChoiceField(Upgrade.Stage.values)
    at = serializers.DateTimeField(help_text="When it was so")
    percent = serializers.FloatField(min_value=0, max_value=100, help_text="Of the stage")
    operation = serializers.CharField(required=False, help_text="What of the plan it is at")
    rows_done = serializers.IntegerField(
        required=False, min_value=0, help_text="Where it goes row by row"
    )
    rows_total = serializers.IntegerField(required=False, min_value=0)
    code = serializers.CharField(required=False, help_text="What it waits for, for programs")
    params = Anything(required=False, help_text="What `message` mentions")
    message = serializers.CharField(required=False, help_text="What it waits for")


class UpgradeStatus(Shape):
    """How an upgrade stands."""

    status = serializers.ChoiceField(["running", "success", "failed"])
    message = serializers.CharField(required=False, help_text="Of a success")
    error = serializers.CharField(required=False, help_text="Why it failed")
    code = serializers.CharField(required=False, help_text="Why it failed, for programs")
    params = Anything(required=False, help_text="What `error` mentions")
    task_id = serializers.UUIDField()
    model_name = serializers.CharField()
    state = serializers.ChoiceField(
        Upgrade.State.values, help_text="The same, more exactly: a cancelled one counts as failed"
    )
    stage = serializers.ChoiceField(Upgrade.Stage.values, help_text="Runs, or is next")
    stages = StageState(many=True)
    progress = Progress(
        allow_null=True,
        help_text="null where nothing is known: between stages, and without a cache",
    )
    last_sequence = serializers.IntegerField(min_value=0, help_text="Of the newest event")
    findings = Finding(many=True)
    warnings = Told(many=True)
    reverts = serializers.UUIDField(allow_null=True, help_text="The upgrade that it takes back")
    no_backup = serializers.BooleanField()
    no_restart = serializers.BooleanField()
    force = serializers.BooleanField()
    requested_by = serializers.CharField(allow_null=True, help_text="Name of the user")
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    cancel_requested_at = serializers.DateTimeField(
        allow_null=True, help_text="It ends with the stage at hand, or has ended so"
    )
    events_url = serializers.CharField()
    lost_values = serializers.IntegerField(
        min_value=0, help_text="Values that it changed or removed, and that are kept"
    )
    lost_values_url = serializers.CharField()


class PlannedOperation(Shape):
    """One of Django's operations."""

    operation = serializers.CharField(help_text="In words")
    phase = serializers.ChoiceField([each.value for each in Phase])
    risks = serializers.ListField(child=serializers.ChoiceField([each.value for each in Risk]))
    sql = serializers.ListField(child=serializers.CharField())


class BackupMade(Shape):
    """The backup that an upgrade has made."""

    name = serializers.CharField()
    size = serializers.IntegerField(min_value=0, help_text="Bytes")
    sha256 = serializers.CharField()


class UpgradeDetail(UpgradeStatus):
    """Everything there is to know of one upgrade."""

    definition = AskedDefinitionOf(help_text="What was asked for")
    from_definition = DefinitionOf(allow_null=True, help_text="null if it creates the model")
    from_version = serializers.IntegerField(min_value=0, help_text="0 if it creates the model")
    version = serializers.IntegerField(
        min_value=1, allow_null=True, help_text="The version it has made"
    )
    differences = FieldDifference(many=True)
    model_differences = ModelDifference(many=True, help_text="Beside the fields")
    database = serializers.CharField(
        help_text="Alias of the database that holds the table; the routers are asked when it is planned"
    )
    operations = PlannedOperation(
        many=True, allow_null=True, help_text="null before they are planned"
    )
    backup = BackupMade(allow_null=True)
    processes = Process(many=True, help_text="Those there are now")
    cancelled_by = serializers.CharField(allow_null=True)
    retry_of = serializers.UUIDField(allow_null=True)
    can_cancel = serializers.BooleanField()
    can_retry = serializers.BooleanField()
    can_revert = serializers.BooleanField()


class UpgradeCancelled(Shape):
    """An upgrade that has ended, or will with the stage at hand."""

    task_id = serializers.UUIDField()
    state = serializers.ChoiceField(Upgrade.State.values)
    message = serializers.CharField()


class UpgradeUnknown(Shape):
    """There is no such upgrade."""

    status = serializers.ChoiceField(["not_found"])


class UpgradePage(Shape):
    """Upgrades, the newest first."""

    upgrades = UpgradeStatus(many=True)
    total = serializers.IntegerField(min_value=0, help_text="On all pages together")
    next_before = serializers.UUIDField(
        allow_null=True, help_text="What to say as `before` for the next page"
    )


class UpgradeEvent(Shape):
    """One line of an upgrade's log."""

    task_id = serializers.UUIDField()
    sequence = serializers.IntegerField(min_value=1, help_text="1, 2, 3 … within the upgrade")
    position = serializers.IntegerField(min_value=1, help_text="1, 2, 3 … over all upgrades")
    kind = serializers.ChoiceField(
        [each.value for each in EventKind if each is not EventKind.STAGE_TICK]
    )
    stage = serializers.ChoiceField(Upgrade.Stage.values, allow_null=True)
    at = serializers.DateTimeField()
    payload = Anything(help_text="What else there is to know")
    message = serializers.CharField(required=False, help_text="Where the payload has a code")


class UpgradeEvents(Shape):
    """A part of an upgrade's log."""

    task_id = serializers.UUIDField()
    events = UpgradeEvent(many=True)
    next_after = serializers.IntegerField(min_value=0, help_text="What to say as `after` next time")
    ended = serializers.BooleanField(help_text="Whether nothing follows behind these")
    progress = Progress(allow_null=True, help_text="How far the stage is that runs, if known")
