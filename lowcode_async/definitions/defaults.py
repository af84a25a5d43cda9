"""Reading the constants of one field: its default and its choices."""

from __future__ import annotations

from lowcode_async.definitions.constants import ConstantInvalid, ConstantType
from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.kinds import kind_name, shown, storable
from lowcode_async.sentences import JSON


def read_default(draft: Draft, value: JSON) -> None:
    """Take over the default in canonical form, or note what is wrong with it.

    The default of a relation is taken as it is: only its target tells what a key looks like.
    """
    assert draft.type is not None
    assert draft.type.constant is not None
    if value is None:
        if not draft.get("null"):
            draft.problem("default_null", "default")
        return
    if isinstance(value, str) and value in draft.type.generators:
        draft.options["default"] = value
        return
    try:
        canonical = canonical_constant(draft, draft.type.constant, value)
    except ConstantInvalid as error:
        params = error.params
        if draft.type.generators and "example" in params:
            params["example"] = " / ".join((params["example"], *draft.type.generators))
        draft.problem(error.code, "default", option="default", **params)
        return
    draft.options["default"] = canonical
    choices = [each for each, _ in draft.options.get("choices", ())]
    may_be_empty = canonical == "" and draft.get("blank")
    if choices and canonical not in choices and not may_be_empty:
        draft.problem("default_not_in_choices", "default", value=shown(value))


def canonical_constant(draft: Draft, constant: ConstantType, value: JSON) -> JSON:
    """Return the canonical form of `value` under the draft's options."""
    assert draft.type is not None
    return constant.canonical(value, draft.type.completed(draft.options))


def read_choices(draft: Draft, value: JSON) -> None:
    """Take over the choices in canonical form, or note what is wrong with each."""
    if value is None:
        return
    if not isinstance(value, list):
        draft.problem(
            "option_wrong_type",
            "choices",
            option="choices",
            expected="array",
            actual=kind_name(value),
        )
        return
    choices: list[list[JSON]] = []
    taken: set[JSON] = set()
    for number, choice in enumerate(value):
        pair = _read_choice(draft, number, choice)
        if pair is None:
            continue
        if pair[0] in taken:
            draft.problem("choice_duplicate", "choices", number, 0, value=shown(pair[0]))
        taken.add(pair[0])
        choices.append(pair)
    if len(choices) == len(value) and choices:
        draft.options["choices"] = choices


def _read_choice(draft: Draft, number: int, choice: JSON) -> list[JSON] | None:
    assert draft.type is not None
    assert draft.type.constant is not None
    if not isinstance(choice, list) or len(choice) != 2:
        draft.problem("choice_no_pair", "choices", number)
        return None
    value, label = choice
    canonical: JSON = None
    if not isinstance(label, str) or not storable(label):
        draft.problem("choice_label", "choices", number, 1)
    try:
        canonical = canonical_constant(draft, draft.type.constant, value)
    except ConstantInvalid as error:
        draft.problem(error.code, "choices", number, 0, option="choices", **error.params)
        return None
    return [canonical, label] if isinstance(label, str) and storable(label) else None
