"""Where relations lead, and what depends on the model there."""

from __future__ import annotations

from lowcode_async.definitions.constants import ConstantInvalid
from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.kinds import shown
from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.definitions.names import RESERVED_NAMES
from lowcode_async.definitions.surroundings import SELF, Surroundings


def check_relations(surroundings: Surroundings) -> None:
    """Bring every ``to`` to the name that is stored, and note what does not go with it."""
    for draft in surroundings.drafts:
        if draft.type is not None and draft.type.relation and "to" in draft.options:
            _resolve(draft, surroundings)
    for draft in surroundings.drafts:
        if draft.to_other_row and "to" in draft.options:
            _check_key(draft, surroundings)


def _resolve(draft: Draft, surroundings: Surroundings) -> None:
    """Bring ``to`` to the name that is stored, or note that there is no such model."""
    to = draft.options["to"]
    if to in (SELF, surroundings.name, surroundings.renamed_from):
        draft.options["to"] = SELF
    elif to in surroundings.existing:
        pass
    elif to in surroundings.site_models:
        draft.options["to"] = surroundings.site_models[to].label
        if draft.options.pop("related_name", "+") != "+":
            draft.problem("related_name_to_site", "related_name")
    else:
        del draft.options["to"]
        known = [*surroundings.existing, *surroundings.site_models]
        if similar := draft.problems.resembling(to, known):
            draft.problem("relation_unknown_similar", "to", target=shown(to), suggestion=similar)
        else:
            draft.problem("relation_unknown", "to", target=shown(to))
        return
    _check_many_to_many(draft, surroundings)


def _check_many_to_many(draft: Draft, surroundings: Surroundings) -> None:
    assert draft.type is not None
    if draft.type.column:
        return
    to = draft.options["to"]
    if to != SELF and "symmetrical" in draft.options:
        draft.problem("symmetrical_not_self", "symmetrical")
    if to == SELF and draft.get("symmetrical") and draft.get("related_name") is not None:
        if draft.options["related_name"] == "+":
            del draft.options["related_name"]
        else:
            draft.problem("related_name_symmetrical", "related_name")
    ends = {surroundings.name, to.rpartition(".")[2]} - {SELF, None}
    for end in ends if to != SELF else ():
        if end.lower() in RESERVED_NAMES or end.lower() == "id":
            draft.problem("many_to_many_reserved", "to", model=end, name=end.lower())


def _check_key(draft: Draft, surroundings: Surroundings) -> None:
    """Check what depends on the primary key of the target."""
    to = draft.options["to"]
    if draft.get("primary_key") and _leads_back(to, surroundings):
        draft.problem("primary_key_circle", "to")
        return
    if "default" not in draft.options:
        return
    key = key_of(to, surroundings)
    kind = FIELD_METADATA[key.type]
    constant = kind.constant or FIELD_METADATA["BigIntegerField"].constant
    assert constant is not None
    try:
        default = draft.options["default"]
        draft.options["default"] = constant.canonical(default, kind.completed(key.options))
    except ConstantInvalid as error:
        draft.problem(error.code, "default", option="default", **error.params)


def _leads_back(to: str, surroundings: Surroundings) -> bool:
    """Tell whether the target's primary key is, over any number of models, this model's."""
    seen: set[str] = set()
    while to not in seen:
        seen.add(to)
        if to in (SELF, surroundings.name):
            return True
        if to not in surroundings.existing:
            return False
        to = key_of(to, surroundings).options.get("to", "")
    return False


def key_of(to: str, surroundings: Surroundings) -> FieldDefinition:
    """Return the primary key of a target, as far as its constants go."""
    if to == SELF:
        for draft in surroundings.drafts:
            if draft.get("primary_key") and draft.type is not None:
                return FieldDefinition(name="", type=draft.type.name, options=draft.options)
    elif to in surroundings.existing:
        for each in surroundings.existing[to].fields:
            if each.options.get("primary_key"):
                return each
    site = next((each for each in surroundings.site_models.values() if each.label == to), None)
    known = site is not None and site.primary_key in FIELD_METADATA
    return FieldDefinition(
        name="id", type=site.primary_key if site is not None and known else "BigAutoField"
    )
