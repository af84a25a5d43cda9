"""How a new version of a model is written."""

from __future__ import annotations

from django.db.migrations import operations

from lowcode_async.definitions.model_renames import model_renamed
from lowcode_async.models import Counter, DynamicModel, SchemaVersion, Upgrade
from lowcode_async.planning.plan import Plan
from lowcode_async.upgrades import counters
from lowcode_async.upgrades.site import current_definitions


def record_version(upgrade: Upgrade, plan: Plan) -> None:
    """Write the version a plan leads to, and a new generation.

    To be called as the last act of the transaction of the change: the generation's row stays locked
    from here on.
    """
    settled = plan.after.settled()
    if plan.before is not None and settled == plan.before and not plan.after.operations:
        return
    if settled.name != plan.name_before:
        _follow_rename(plan.name_before, settled.name)
    number = (upgrade.from_version or 0) + 1
    named = {"name": settled.name, "name_lower": settled.name.lower()}
    model, _ = DynamicModel.objects.update_or_create(
        name_lower=plan.name_before.lower(), defaults={**named, "version": number}
    )
    SchemaVersion.objects.create(
        model=model,
        number=number,
        definition=settled.to_json(),
        operations=[each.operation.describe() for each in plan.operations],
        upgrade=upgrade,
    )
    counters.advance(Counter.Name.GENERATION)


def _follow_rename(old: str, new: str) -> None:
    """Write new versions of all models that point at one that is renamed; their tables stay."""
    standing = current_definitions()
    for name, each in model_renamed(standing, old, new).items():
        if name == new or each == standing[name]:
            continue
        model = DynamicModel.objects.select_for_update().get(name_lower=name.lower())
        model.version += 1
        model.save(update_fields=["version"])
        SchemaVersion.objects.create(
            model=model,
            number=model.version,
            definition=each.to_json(),
            operations=[operations.RenameModel(old, new).describe()],
        )
