"""The plan of an upgrade; made anew wherever it is needed, since planning is pure and quick."""

from __future__ import annotations

from collections.abc import Mapping

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.definitions.model_renames import model_renamed
from lowcode_async.errors import StageFailed
from lowcode_async.models import DynamicModel, SchemaVersion, Upgrade
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.planner import make_plan
from lowcode_async.upgrades.site import current_definitions


def plan_of(upgrade: Upgrade) -> Plan:
    """Return the plan that leads from the upgrade's former version to what was asked for.

    Raises:
        StageFailed: it cannot be planned, or the model has moved on since the upgrade was started.
    """
    former = ModelDefinition.from_json(upgrade.definition).former_name
    found = (
        DynamicModel.objects.filter(name_lower=former.lower())
        .values_list("version", flat=True)
        .first()
    )
    if found != upgrade.from_version:
        raise StageFailed(
            "model_moved_on",
            model=upgrade.model_name,
            found=found or 0,
            expected=upgrade.from_version or 0,
        )
    return _plan(current_definitions(), upgrade)


def former_definition(upgrade: Upgrade) -> ModelDefinition | None:
    """Return the definition that an upgrade starts from; None if it creates the model."""
    asked = ModelDefinition.from_json(upgrade.definition)
    # Once the upgrade has renamed it, the model is called by its new name.
    names = {asked.name.lower(), asked.former_name.lower()}
    rows = SchemaVersion.objects.filter(
        model__name_lower__in=names, number=upgrade.from_version or 0
    )
    found = [ModelDefinition.from_json(each) for each in rows.values_list("definition", flat=True)]
    return next(
        (each for each in found if each.name == asked.former_name and not each.deleted), None
    )


def plan_again(upgrade: Upgrade) -> Plan:
    """Return the plan of an upgrade whose new version has been recorded already."""
    definitions = current_definitions()
    target = ModelDefinition.from_json(upgrade.definition)
    if target.renamed_from is not None:
        definitions = model_renamed(definitions, target.name, target.renamed_from)
    definitions.pop(target.former_name, None)
    if upgrade.from_version is not None:
        row = SchemaVersion.objects.get(
            model__name_lower=upgrade.model_name.lower(), number=upgrade.from_version
        )
        former = ModelDefinition.from_json(row.definition)
        if not former.deleted:
            definitions[former.name] = former
    return _plan(definitions, upgrade)


def _plan(definitions: Mapping[str, ModelDefinition], upgrade: Upgrade) -> Plan:
    target = ModelDefinition.from_json(upgrade.definition)
    return make_plan(
        definitions,
        target,
        version=upgrade.from_version or 0,
        reverting=upgrade.reverts_id is not None,
    )
