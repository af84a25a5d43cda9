"""What rows that are there get once, in a field that does not keep it as its default."""

from __future__ import annotations

from lowcode_async.definitions.constants import ConstantInvalid
from lowcode_async.definitions.defaults import canonical_constant
from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.relations import key_of
from lowcode_async.definitions.surroundings import Surroundings
from lowcode_async.sentences import JSON

KEY = "one_off_default"


def read_one_off_default(draft: Draft, value: JSON) -> None:
    """Take over the value in canonical form, or note what is wrong with it; null says nothing."""
    assert draft.type is not None
    if value is None:
        return
    constant = draft.type.constant
    if constant is None or draft.get("primary_key"):
        draft.problem("one_off_unfit", KEY, type=draft.type.name)
        return
    if draft.type.relation or (isinstance(value, str) and value in draft.type.generators):
        draft.one_off_default = value
        return
    try:
        draft.one_off_default = canonical_constant(draft, constant, value)
    except ConstantInvalid as error:
        draft.problem(error.code, KEY, option=KEY, **error.params)


def check_one_off_defaults(surroundings: Surroundings) -> None:
    """Bring the keys of relations to canonical form: only their targets tell what those look like."""
    for draft in surroundings.drafts:
        if draft.one_off_default is None or draft.type is None or not draft.type.relation:
            continue
        key = key_of(draft.options.get("to", ""), surroundings)
        kind = FIELD_METADATA[key.type]
        constant = kind.constant or FIELD_METADATA["BigIntegerField"].constant
        assert constant is not None
        try:
            value = draft.one_off_default
            draft.one_off_default = constant.canonical(value, kind.completed(key.options))
        except ConstantInvalid as error:
            draft.problem(error.code, KEY, option=KEY, **error.params)
