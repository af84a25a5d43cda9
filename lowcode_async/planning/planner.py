"""From two definitions to a plan, by Django's autodetector.

What the autodetector cannot know, or would leave to the database, is planned before it looks:

* Renames are told (``renamed_from``). A renamed field keeps its column, so for the database nothing
  happens, and processes that still use the old name keep working.
* A change that may give values another form goes by a shadow column, which is filled from the old one
  and then takes its place: it can be taken back without loss until the old one is dropped.
* Removals come last, once nothing can fail any more.
"""

from __future__ import annotations

from collections.abc import Mapping

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.definitions.model_renames import model_renamed
from lowcode_async.errors import StageFailed
from lowcode_async.planning.additions import addition_steps
from lowcode_async.planning.changes import Change, change_between
from lowcode_async.planning.columns import allocate, matched
from lowcode_async.planning.making import Planning
from lowcode_async.planning.plan import (
    Conversion,
    FieldChange,
    Phase,
    Plan,
    PlannedOperation,
    Risk,
)
from lowcode_async.planning.refusals import refuse_impossible
from lowcode_async.planning.restorations import restoration_steps
from lowcode_async.planning.whole import (
    deletion_plan,
    states,
)

__all__ = ["Conversion", "FieldChange", "Phase", "Plan", "PlannedOperation", "Risk", "make_plan"]


def make_plan(
    definitions: Mapping[str, ModelDefinition],
    target: ModelDefinition,
    *,
    version: int = 0,
    reverting: bool = False,
) -> Plan:
    """Return the plan that leads from the model as it stands to `target`.

    The same arguments give the same plan, so it need not be stored to be taken up again.

    Args:
        definitions: all live models as they stand, by name; the target's former self among them.
        target: the definition asked for.
        version: number of the version the plan starts from. It goes into the names of shadow columns,
            after which databases name indexes and constraints: those of two conversions of one
            field must not clash.
        reverting: whether it takes the model's last upgrade back, whose lost values are to come again.

    Raises:
        StageFailed: the change cannot be planned.
    """
    if target.deleted:
        return deletion_plan(definitions, target)
    world = _under_new_name(definitions, target)
    before = world.get(target.name)
    after = allocate(before, target, world)
    changes = _changes(before, after, world, reverting=reverting)
    refuse_impossible(before, after, world, changes)
    former = definitions.get(target.former_name)
    from_state, to_state = states(definitions, world, former=former, after=after)
    planning = Planning(
        state=from_state.clone(),
        former=former,
        before=before,
        after=after,
        version=version,
        added=restoration_steps if reverting else addition_steps,
    )
    return planning.make(changes, from_state, to_state, returns=reverting and former is None)


def _under_new_name(
    definitions: Mapping[str, ModelDefinition], target: ModelDefinition
) -> Mapping[str, ModelDefinition]:
    """Return all definitions, the target's former self called as it will be."""
    if target.renamed_from is None:
        return definitions
    if target.former_name not in definitions:
        raise StageFailed("rename_of_unknown_model", model=target.name, old=target.former_name)
    return model_renamed(definitions, target.renamed_from, target.name)


def _changes(
    before: ModelDefinition | None,
    after: ModelDefinition,
    definitions: Mapping[str, ModelDefinition],
    *,
    reverting: bool,
) -> tuple[FieldChange, ...]:
    found = []
    for old, new in matched(before, after):
        if old is None:
            change = Change.ADDITION
        elif new is None:
            change = Change.REMOVAL
        else:
            assert before is not None
            change = change_between(old, new, before=before, after=after, definitions=definitions)
            if reverting and change is Change.WIDENING:
                # Where the way here was a conversion, values may have been kept aside.
                change = change_between(
                    new, old, before=after, after=before, definitions=definitions
                )
        found.append(FieldChange(old=old, new=new, change=change))
    return tuple(found)
