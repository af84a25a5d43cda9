"""Asking once more for what a failed or cancelled upgrade was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from asgiref.sync import sync_to_async

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import RetryRefused
from lowcode_async.models import Upgrade
from lowcode_async.upgrades.asking import complete_form, parse_upon
from lowcode_async.upgrades.planned import former_definition
from lowcode_async.upgrades.service import get_upgrade, queue_upgrade

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

RETRIABLE = (Upgrade.State.FAILED, Upgrade.State.CANCELLED)
"""States of an upgrade that has come to nothing."""


def retry_upgrade(task_id: UUID | str, *, user: AbstractBaseUser | None = None) -> Upgrade:
    """Start a new upgrade with what a failed or cancelled one was asked for.

    The definition, the switches and what its plan had agreed to are the same, and so is the version it
    starts from. Not to be called inside a transaction.

    Args:
        task_id: id of the upgrade that came to nothing.
        user: who asks for the new one.

    Returns:
        The new upgrade, queued, as `start_upgrade` does; its `retry_of` is the old one.

    Raises:
        UpgradeNotFound: there is none, or the id is no UUID.
        RetryRefused: it is under way, or has succeeded.
        DefinitionInvalid: the definition is not valid any more.
        VersionMovedOn: the model has another version by now.
        UpgradeConflict: an upgrade of this model is under way.
        RestorationUnderWay: a backup is being restored.
        BrokerUnavailable: no worker can be reached; nothing was started.
    """
    former = get_upgrade(task_id)
    if former.state not in RETRIABLE:
        raise RetryRefused(model_name=former.model_name, state=former.state)
    definition = ModelDefinition.from_json(former.definition)
    standing = former_definition(former)
    base = former.from_version if standing is not None else 0
    parsed = parse_upon(complete_form(definition), base_version=base)
    again = Upgrade(
        no_backup=former.no_backup,
        no_restart=former.no_restart,
        force=former.force,
        agreed_findings=former.agreed_findings,
        retry_of=former,
        reverts_id=former.reverts_id,
    )
    return queue_upgrade(again, to=parsed, base_version=base, user=user)


async def aretry_upgrade(task_id: UUID | str, *, user: AbstractBaseUser | None = None) -> Upgrade:
    """Start a failed upgrade anew, from async code; see `retry_upgrade`."""
    return await sync_to_async(retry_upgrade)(task_id, user=user)
