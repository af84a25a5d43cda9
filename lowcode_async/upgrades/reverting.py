"""The way back: an upgrade to the former version, in which lost values come back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from asgiref.sync import sync_to_async

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import RevertRefused
from lowcode_async.models import DynamicModel, SchemaVersion, Upgrade
from lowcode_async.sentences import JSON
from lowcode_async.upgrades import plans, service
from lowcode_async.upgrades.leases import ACTIVE

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

    from lowcode_async.models import PlannedUpgrade


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """How to take an upgrade back."""

    reverts: UUID
    definition: ModelDefinition
    """The former version's, with the renames that lead back to it."""
    base_version: int
    """The version in force; 0 if the model is deleted."""


def revert_upgrade(
    task_id: UUID | str,
    *,
    user: AbstractBaseUser | None = None,
    no_backup: bool = False,
    no_restart: bool = False,
    force: bool = False,
    plan_id: UUID | str | None = None,
) -> Upgrade:
    """Start an upgrade that takes another one back: to the former version of its model.

    Rows that nobody has touched since get their original values, removed fields return with theirs.
    Rows that were edited or inserted since are converted back; where a value would be lost by that
    the upgrade fails and says so, unless it is forced. It is an upgrade like any other, which can be
    reverted itself. Not to be called inside a transaction.

    Args:
        task_id: the upgrade to take back: the newest change of its model.
        user: who asks.
        no_backup: skip the backup.
        no_restart: do not wait until every process serves the former structure.
        force: go on although values that were edited since would be lost; they are kept aside too.
        plan_id: a plan of `plan_revert` that the caller agrees to.

    Returns:
        The new upgrade, queued; its `reverts` is the other one.

    Raises:
        UpgradeNotFound: there is no such upgrade.
        RevertRefused: it cannot be taken back; its problem says why.
        PlanOutdated: the data have changed since the plan was made.
        UpgradeConflict: an upgrade of this model is under way.
        RestorationUnderWay: a backup is being restored.
        BrokerUnavailable: no worker can be reached; nothing was started.
    """
    back = way_back(service.get_upgrade(task_id))
    agreed = _agreed(plan_id, back, force=force) if plan_id is not None else None
    upgrade = Upgrade(
        reverts_id=back.reverts,
        no_backup=no_backup,
        no_restart=no_restart,
        force=force,
        agreed_findings=agreed,
    )
    return service.queue_upgrade(
        upgrade, to=back.definition, base_version=back.base_version, user=user
    )


def _agreed(plan_id: UUID | str, back: WayBack, *, force: bool) -> list[JSON]:
    planned = plans.find(plan_id, None)
    return plans.agree(planned, back.definition, force=force, reverts=back.reverts)


async def arevert_upgrade(
    task_id: UUID | str,
    *,
    user: AbstractBaseUser | None = None,
    no_backup: bool = False,
    no_restart: bool = False,
    force: bool = False,
    plan_id: UUID | str | None = None,
) -> Upgrade:
    """Take an upgrade back from async code; see `revert_upgrade`."""
    return await sync_to_async(revert_upgrade)(
        task_id,
        user=user,
        no_backup=no_backup,
        no_restart=no_restart,
        force=force,
        plan_id=plan_id,
    )


def plan_revert(task_id: UUID | str, *, force: bool = False) -> PlannedUpgrade:
    """Tell what the revert of an upgrade would do; nothing is changed.

    Raises:
        UpgradeNotFound: there is no such upgrade.
        RevertRefused: it cannot be taken back; its problem says why.
    """
    back = way_back(service.get_upgrade(task_id))
    return plans.make(back.definition, version=back.base_version, force=force, reverts=back.reverts)


def can_revert(upgrade: Upgrade) -> bool:
    """Tell whether an upgrade can be taken back, as things stand."""
    try:
        way_back(upgrade)
    except RevertRefused:
        return False
    return True


def way_back(upgrade: Upgrade) -> WayBack:
    """Return how to take an upgrade back.

    Raises:
        RevertRefused: it did not succeed or did not change anything, or a newer change of the model
            stands in the way.
    """
    if upgrade.state in ACTIVE:
        raise RevertRefused("revert_still_running", task_id=str(upgrade.pk))
    if upgrade.state != Upgrade.State.SUCCEEDED:
        raise RevertRefused("revert_of_failed", task_id=str(upgrade.pk))
    version = SchemaVersion.objects.filter(upgrade=upgrade).select_related("model").first()
    if version is None:
        raise RevertRefused("revert_changed_nothing", task_id=str(upgrade.pk))
    standing = _standing(version.model)
    if version not in standing:
        if (again := upgrade.reverted_by.filter(state=Upgrade.State.SUCCEEDED).first()) is not None:
            raise RevertRefused("revert_done_already", task_id=str(again.pk))
        raise _newer(version, standing[-1])
    former = version.model.versions.filter(number=version.number - 1).first()
    return WayBack(
        reverts=upgrade.pk,
        definition=_back_to(
            ModelDefinition.from_json(former.definition) if former is not None else None,
            ModelDefinition.from_json(upgrade.definition),
        ),
        base_version=0 if standing[0].definition.get("deleted") else standing[0].number,
    )


def _standing(model: DynamicModel) -> list[SchemaVersion]:
    """Return the version in force, and those that it is the same as because others were reverted.

    What a revert leads to is the version before the one it takes back, so that one can be taken back
    next, and so on to the first.
    """
    found = [model.versions.select_related("upgrade").get(number=model.version)]
    while (upgrade := found[-1].upgrade) is not None and upgrade.reverts_id is not None:
        undone = model.versions.get(upgrade=upgrade.reverts_id)
        before = model.versions.select_related("upgrade").filter(number=undone.number - 1).first()
        if before is None:
            break
        found.append(before)
    return found


def _newer(version: SchemaVersion, newest: SchemaVersion) -> RevertRefused:
    """Return what tells of the newest change, which stands in the way."""
    if newest.upgrade_id is None:
        return RevertRefused("revert_after_rename", model=version.model.name)
    params = {"model": version.model.name, "task_id": str(newest.upgrade_id)}
    return RevertRefused("revert_not_newest", **params)


def _back_to(former: ModelDefinition | None, asked: ModelDefinition) -> ModelDefinition:
    """Return the former definition, with each rename turned round; none is the end of the model."""
    if former is None or former.deleted:
        return replace(asked.settled(), deleted=True)
    renamed = {each.renamed_from: each.name for each in asked.fields if each.renamed_from}
    return replace(
        former,
        renamed_from=asked.name if asked.renamed_from is not None else None,
        fields=tuple(
            replace(each, column=None, renamed_from=renamed.get(each.name))
            for each in former.fields
        ),
    )
