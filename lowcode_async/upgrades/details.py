"""Everything there is to know of one upgrade, for the page of its run."""

from __future__ import annotations

from lowcode_async.definitions.differences import differences, model_differences
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.models import Backup, SchemaVersion, Upgrade
from lowcode_async.sentences import JSON, Language
from lowcode_async.upgrades.asking import asked_form, posted_form
from lowcode_async.upgrades.attendance import processes
from lowcode_async.upgrades.cancelling import can_cancel
from lowcode_async.upgrades.planned import former_definition
from lowcode_async.upgrades.reading import describe
from lowcode_async.upgrades.retrying import RETRIABLE
from lowcode_async.upgrades.reverting import can_revert


def detail(upgrade: Upgrade, language: Language | None = None) -> dict[str, JSON]:
    """Return what `describe` does, and all else: what was asked, what differs, what it did."""
    asked = ModelDefinition.from_json(upgrade.definition)
    former = former_definition(upgrade)
    version = SchemaVersion.objects.filter(upgrade=upgrade).first()
    backup = Backup.objects.filter(upgrade=upgrade, verified_at__isnull=False).first()
    cancelled_by = upgrade.cancelled_by
    return {
        **describe(upgrade, language),
        "definition": asked_form(asked),
        "from_definition": posted_form(former),
        "from_version": upgrade.from_version or 0,
        "version": version.number if version is not None else None,
        "differences": [each.to_json() for each in differences(former, asked)],
        "model_differences": [each.to_json() for each in model_differences(former, asked)],
        "database": upgrade.database,
        "operations": upgrade.plan,
        "backup": {"name": backup.name, "size": backup.size, "sha256": backup.sha256}
        if backup is not None
        else None,
        "processes": processes(),
        "cancelled_by": cancelled_by.get_username() if cancelled_by is not None else None,
        "retry_of": str(upgrade.retry_of_id) if upgrade.retry_of_id is not None else None,
        "can_cancel": can_cancel(upgrade),
        "can_retry": upgrade.state in RETRIABLE,
        "can_revert": can_revert(upgrade),
    }
