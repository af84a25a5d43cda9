"""What becomes of values that the new form of a field cannot hold: ``on_invalid``.

It is a policy of the upgrade and not of the schema: like ``renamed_from`` it is told once, and the next
definition knows nothing of it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.kinds import kind_name, shown
from lowcode_async.sentences import JSON


class OnInvalid(StrEnum):
    """What stands in the place of a value that does not fit."""

    FAIL = "fail"
    """Nothing: the upgrade ends before it has changed anything."""
    NULL = "null"
    DEFAULT = "default"
    """The field's default."""


KEY: Final = "on_invalid"


def read_on_invalid(draft: Draft, value: JSON) -> None:
    """Take over the policy; null and ``"fail"`` say nothing."""
    if value is None or value == OnInvalid.FAIL:
        return
    if not isinstance(value, str):
        draft.problem(
            "option_wrong_type", KEY, option=KEY, expected="string", actual=kind_name(value)
        )
    elif value not in {each.value for each in OnInvalid}:
        allowed = ", ".join(shown(each.value) for each in OnInvalid)
        draft.problem("option_not_allowed", KEY, option=KEY, value=shown(value), allowed=allowed)
    else:
        draft.on_invalid = OnInvalid(value)


def check_on_invalid(draft: Draft) -> None:
    """Note a policy that the field's other options do not allow."""
    match draft.on_invalid:
        case OnInvalid.NULL if not draft.get("null"):
            draft.problem("on_invalid_needs_null", KEY)
        case OnInvalid.DEFAULT if draft.options.get("default") is None:
            draft.problem("on_invalid_needs_default", KEY)
