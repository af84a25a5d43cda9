"""The door in: start an upgrade, find an upgrade."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async
from django.db import IntegrityError, transaction

from lowcode_async import conf
from lowcode_async.backups.journal import refuse_while_under_way
from lowcode_async.clock import database_now
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import BrokerUnavailable, UpgradeConflict, UpgradeNotFound
from lowcode_async.models import DynamicModel, Process, Upgrade
from lowcode_async.runtime import processes
from lowcode_async.sentences import JSON
from lowcode_async.upgrades import bell, events, plans, queue
from lowcode_async.upgrades.asking import parse_upon, refuse_moved_on, version_of
from lowcode_async.upgrades.events import EventData, EventKind
from lowcode_async.upgrades.site import current_definitions

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

log = logging.getLogger(__name__)

_INSERT_ATTEMPTS = 3


def start_upgrade(
    definition: JSON,
    *,
    user: AbstractBaseUser | None = None,
    no_backup: bool = False,
    no_restart: bool = False,
    force: bool = False,
    plan_id: UUID | str | None = None,
    base_version: int | None = None,
) -> Upgrade:
    """Start the upgrade of a model to a new definition; a model that is not there yet is created.

    A worker carries it out: this returns as soon as it is queued. It writes and commits, so it is
    not to be called inside a transaction.

    Args:
        definition: ``{"model_name": str, "fields": [{"name", "type", …options}, …]}``, as it is posted
            to the API: the complete list of fields.
        user: who asks; it is told in the log.
        no_backup: skip the backup.
        no_restart: do not wait until every process serves the new structure.
        force: go on although values may be lost; they are told all the same.
        plan_id: a plan of `plan_upgrade` that the caller agrees to: nothing is started, or touched, if
            more would be lost than it said.
        base_version: the version the definition builds on; 0 if the model must not exist yet.

    Returns:
        The upgrade, a row of `lowcode_async.models.Upgrade`, queued. Its `pk` is the ``task_id``.

    Raises:
        DefinitionInvalid: the definition has problems, all of which are named, or the plan is not there
            or was made for another definition.
        PlanOutdated: the definition or the data have changed since the plan was made.
        VersionMovedOn: the model is at another version than `base_version`.
        UpgradeConflict: an upgrade of this model is under way.
        RestorationUnderWay: a backup is being restored.
        BrokerUnavailable: no worker can be reached; nothing was started.
    """
    planned = plans.find(plan_id, definition) if plan_id is not None else None
    base = planned.base_version if base_version is None and planned else base_version
    parsed = parse_upon(definition, base_version=base)
    upgrade = Upgrade(
        no_backup=no_backup,
        no_restart=no_restart,
        force=force,
        agreed_findings=plans.agree(planned, parsed, force=force) if planned else None,
    )
    return queue_upgrade(upgrade, to=parsed, base_version=base, user=user)


async def astart_upgrade(
    definition: JSON,
    *,
    user: AbstractBaseUser | None = None,
    no_backup: bool = False,
    no_restart: bool = False,
    force: bool = False,
    plan_id: UUID | str | None = None,
    base_version: int | None = None,
) -> Upgrade:
    """Start an upgrade from async code; see `start_upgrade`."""
    return await sync_to_async(start_upgrade)(
        definition,
        user=user,
        no_backup=no_backup,
        no_restart=no_restart,
        force=force,
        plan_id=plan_id,
        base_version=base_version,
    )


def queue_upgrade(
    upgrade: Upgrade,
    *,
    to: ModelDefinition,
    base_version: int | None,
    user: AbstractBaseUser | None,
) -> Upgrade:
    """Write an upgrade that has its switches already, and have its first stage begun.

    Raises:
        VersionMovedOn: the model is at another version than `base_version`.
        UpgradeConflict: an upgrade of this model is under way.
        RestorationUnderWay: a backup is being restored.
        BrokerUnavailable: no worker can be reached; nothing was started.
    """
    upgrade.model_name, upgrade.definition = to.name, to.to_json()
    upgrade.requested_by_id = user.pk if user is not None else None
    event = _write(upgrade, to, base_version=base_version)
    _send_first(upgrade)
    log.info("upgrade queued upgrade=%s model=%s", upgrade.pk, upgrade.model_name)
    async_to_sync(bell.ring)([event])
    return upgrade


def get_upgrade(task_id: UUID | str) -> Upgrade:
    """Return an upgrade by its id, as it stands now.

    The row's `state` is ``queued``, ``running``, ``succeeded``, ``failed`` or ``cancelled``; its `stage` is the one
    that runs or is next.

    Raises:
        UpgradeNotFound: there is none, or the id is no UUID.
    """
    try:
        return Upgrade.objects.get(pk=task_id if isinstance(task_id, UUID) else UUID(task_id))
    except (ValueError, Upgrade.DoesNotExist) as error:
        raise UpgradeNotFound(task_id=str(task_id)) from error


async def aget_upgrade(task_id: UUID | str) -> Upgrade:
    """Return an upgrade by its id, from async code; see `get_upgrade`."""
    return await sync_to_async(get_upgrade)(task_id)


def _write(upgrade: Upgrade, to: ModelDefinition, *, base_version: int | None) -> EventData:
    """Write the upgrade and its first event, unless one of the same model is under way."""
    key = to.former_name.lower()
    upgrade.active_model = key
    for attempt in range(_INSERT_ATTEMPTS):
        try:
            with transaction.atomic():
                return _insert(upgrade, to, base_version=base_version)
        except IntegrityError as error:
            running = Upgrade.objects.filter(active_model=key).first()
            if running is not None:
                raise UpgradeConflict(
                    model_name=running.model_name, task_id=str(running.pk)
                ) from error
            if attempt == _INSERT_ATTEMPTS - 1:
                raise
            # The other one ended between the two statements, so the way is free now.
            log.info("upgrade of the same model just ended model=%s", upgrade.model_name)
    raise AssertionError("the last attempt returns or raises")


def _insert(upgrade: Upgrade, to: ModelDefinition, *, base_version: int | None) -> EventData:
    rows = DynamicModel.objects.filter(name_lower=to.former_name.lower())
    upgrade.from_version = rows.values_list("version", flat=True).first()
    version = version_of(to.former_name)
    refuse_moved_on(to.former_name, expected=base_version, version=version)
    _refuse_neighbors(to)
    upgrade.enqueued_at = database_now()
    upgrade.save(force_insert=True)
    payload = {
        "model_name": upgrade.model_name,
        "no_backup": upgrade.no_backup,
        "no_restart": upgrade.no_restart,
        "force": upgrade.force,
        "retry_of": str(upgrade.retry_of_id) if upgrade.retry_of_id else None,
        "reverts": str(upgrade.reverts_id) if upgrade.reverts_id else None,
        "requested_by": upgrade.requested_by.get_username() if upgrade.requested_by else None,
    }
    event = events.append(upgrade.pk, EventKind.QUEUED, payload=payload)
    # Behind the event, whose counter keeps upgrades and restorations that begin apart.
    refuse_while_under_way()
    return event


def _refuse_neighbors(parsed: ModelDefinition) -> None:
    """Let a model be renamed or deleted only while no model that may point at it is changing.

    Raises:
        UpgradeConflict: one is.
    """
    if parsed.renamed_from is None and not parsed.deleted:
        return
    definitions = current_definitions()
    own = parsed.former_name
    pointing = {
        name.lower()
        for name, each in definitions.items()
        if name != own and any(field.options.get("to") == own for field in each.fields)
    }
    running = Upgrade.objects.filter(active_model__in=[*pointing, parsed.name.lower()])
    if (found := running.exclude(active_model=own.lower()).first()) is not None:
        raise UpgradeConflict(model_name=found.model_name, task_id=str(found.pk))


def _send_first(upgrade: Upgrade) -> None:
    """Send the first stage's message; if nobody can get it, take the upgrade back."""
    stage = Upgrade.Stage(upgrade.stage)
    try:
        if conf.current().embedded and not queue.EmbeddedWorker.running():
            _leave_to_server(upgrade)
        else:
            queue.send(upgrade.pk, stage)
    except BrokerUnavailable:
        if not _taken_back(upgrade):
            # The message has arrived, although the broker's answer has not; or recovery was quicker.
            log.warning("broker unavailable, upgrade begun all the same upgrade=%s", upgrade.pk)
            return
        log.warning("broker unavailable, upgrade taken back upgrade=%s", upgrade.pk)
        raise


def _taken_back(upgrade: Upgrade) -> bool:
    """Delete an upgrade that no worker has begun; False if one has."""
    with transaction.atomic():
        untouched = Upgrade.objects.select_for_update().filter(
            pk=upgrade.pk, state=Upgrade.State.QUEUED
        )
        if not list(untouched.values_list("pk")):
            return False
        # By the rows, so that the id stays with the caller's upgrade for what is logged of it.
        Upgrade.objects.filter(pk=upgrade.pk).delete()
    return True


def _leave_to_server(upgrade: Upgrade) -> None:
    """From a shell beside an embedded server: its recovery takes up what has not been sent."""
    if not processes.live(Process.Kind.EMBEDDED, Process.Kind.WORKER).exists():
        raise BrokerUnavailable
    Upgrade.objects.filter(pk=upgrade.pk).update(enqueued_at=None)
