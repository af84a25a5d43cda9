"""What type checkers make of the public names. mypy reads this; nobody runs it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_type
from uuid import UUID

from django.contrib.auth.models import User
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython, RunSQL
from django.db.migrations.state import StateApps
from django.db.models import Model
from django.dispatch import Signal

from lowcode_async import (
    FIELD_METADATA,
    BackupError,
    BrokerUnavailable,
    CancelTooLate,
    DefinitionInvalid,
    EventData,
    EventKind,
    LowcodeError,
    ModelNotFound,
    PlanOutdated,
    Problem,
    RetryRefused,
    RevertRefused,
    UpgradeConflict,
    UpgradeNotFound,
    VersionMovedOn,
    __version__,
    acancel_upgrade,
    aget_model,
    aget_models,
    aget_upgrade,
    aplan_upgrade,
    aretry_upgrade,
    arevert_upgrade,
    astart_upgrade,
    cancel_upgrade,
    follow,
    generation_swapped,
    get_model,
    get_models,
    get_upgrade,
    plan_upgrade,
    register,
    register_data_migration,
    register_operation,
    register_sql,
    retry_upgrade,
    revert_upgrade,
    start_upgrade,
)
from lowcode_async.definitions.field_types import FieldType
from lowcode_async.models import PlannedUpgrade, Upgrade

DEFINITION = {"model_name": "Product", "fields": [{"name": "price", "type": "FloatField"}]}


def upgrades(user: User, task_id: UUID) -> None:
    """Start and find upgrades."""
    assert_type(start_upgrade(DEFINITION), Upgrade)
    assert_type(
        start_upgrade(DEFINITION, user=user, no_backup=True, no_restart=True, force=True), Upgrade
    )
    assert_type(get_upgrade(task_id), Upgrade)
    assert_type(get_upgrade("text"), Upgrade)
    planned = plan_upgrade(DEFINITION, force=True, base_version=3)
    assert_type(planned, PlannedUpgrade)
    assert_type(start_upgrade(DEFINITION, plan_id=planned.pk), Upgrade)
    assert_type(start_upgrade(DEFINITION, plan_id="text", base_version=0), Upgrade)
    assert_type(cancel_upgrade(task_id, user=user), Upgrade)
    assert_type(retry_upgrade("text", user=user), Upgrade)
    assert_type(revert_upgrade(task_id, user=user, force=True, plan_id=planned.pk), Upgrade)
    plan_upgrade(DEFINITION, True)  # type: ignore[call-arg]
    start_upgrade(DEFINITION, user)  # type: ignore[call-arg]
    start_upgrade(DEFINITION, force="yes")  # type: ignore[arg-type]


async def upgrades_from_async_code(user: User) -> None:
    """Start, find and follow upgrades."""
    upgrade = await astart_upgrade(DEFINITION, user=user, force=True)
    assert_type(upgrade, Upgrade)
    assert_type(await arevert_upgrade(upgrade.pk), Upgrade)
    assert_type(await aplan_upgrade(DEFINITION), PlannedUpgrade)
    assert_type(await aget_upgrade(upgrade.pk), Upgrade)
    assert_type(await acancel_upgrade(upgrade.pk), Upgrade)
    assert_type(await aretry_upgrade(upgrade.pk, user=user), Upgrade)
    async for event in follow(upgrade.pk, after=3):
        assert_type(event, EventData)
        assert_type(event.task_id, UUID)
        assert_type(event.sequence, int | None)
        assert_type(event.kind, EventKind)
        assert_type(event.stage, str | None)
        assert_type(event.at, datetime)
        assert_type(event.payload, Mapping[str, Any])
        assert_type(event.terminal, bool)
        assert_type(event.to_wire("en"), dict[str, Any])
        event.to_wire("fr")  # type: ignore[arg-type]
    follow(upgrade.pk, 3)  # type: ignore[call-arg]


def live_models() -> None:
    """Get classes."""
    assert_type(get_model("Product"), type[Model])
    assert_type(get_models(), tuple[type[Model], ...])
    assert_type(generation_swapped, Signal)


async def live_models_from_async_code() -> None:
    """Get classes."""
    assert_type(await aget_model("Product"), type[Model])
    assert_type(await aget_models(), tuple[type[Model], ...])


@register
class Shelf(Model):
    """A model of a site's, registered."""


@register(name="BookCase", related=["shelf__room"])
class Case(Model):
    """Another one, under another name."""


@register_data_migration("words", reverse=RunPython.noop, description="Count words")
def count_words(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Do nothing."""


def registered_operations() -> None:
    """Register what upgrades do."""
    assert_type(register_data_migration("count", count_words, RunPython.noop), None)
    register_sql("vacuum", {"sqlite": ["SELECT 1"]}, RunSQL.noop)
    register_operation("separate", lambda model: RunSQL(f"SELECT '{model}'", RunSQL.noop))
    register_data_migration("words", 7)  # type: ignore[call-overload]
    register_operation("words", RunSQL.noop)  # type: ignore[arg-type]


def registered_models() -> None:
    """Register classes, which stay what they are."""
    assert_type(register(Shelf, name="Board"), type[Shelf])
    assert_type(Case().pk, Any)
    register(Shelf, "Board")  # type: ignore[call-overload]


def field_types() -> None:
    """Look a type up."""
    assert_type(FIELD_METADATA["CharField"], FieldType)
    FIELD_METADATA["MyField"] = FIELD_METADATA["CharField"]  # type: ignore[index]


def errors(
    invalid: DefinitionInvalid,
    conflict: UpgradeConflict,
    outdated: PlanOutdated,
    moved: VersionMovedOn,
    kept: RevertRefused,
    unknown: ModelNotFound,
    others: BackupError | BrokerUnavailable | CancelTooLate | RetryRefused | UpgradeNotFound,
) -> LowcodeError:
    """Read what an error carries."""
    assert_type(invalid.problems, tuple[Problem, ...])
    assert_type(invalid.problems[0].pointer, str)
    assert_type(invalid.problems[0].sentence("zh"), str)
    assert_type(conflict.task_id, str)
    assert_type(kept.problems, tuple[Problem, ...])
    assert_type(outdated.params, dict[str, Any])
    assert_type(moved.version, int)
    assert_type(unknown.near, tuple[str, ...])
    assert_type(others.code, str)
    assert_type(others.params, dict[str, Any])
    assert_type(others.sentence(), str)
    assert_type(__version__, str)
    return others
