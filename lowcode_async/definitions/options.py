"""Reading the options of one field, each by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from lowcode_async.definitions.constants.text import is_relative_path
from lowcode_async.definitions.defaults import read_choices, read_default
from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.field_types import OptionType
from lowcode_async.definitions.kinds import Kind, encodable, fits, kind_name, shown, storable
from lowcode_async.definitions.names import RESERVED_NAMES, name_fault
from lowcode_async.sentences import JSON

OWN_KEYS = frozenset({"name", "type", "renamed_from", "on_invalid", "one_off_default"})
"""What a field says beside its options."""
Fault: TypeAlias = tuple[str, dict[str, JSON]]
"""Code and parameters of what is wrong."""

_LONGEST_KEY = 100
_DATE_DIRECTIVE = re.compile(r"%(?![aAbBdHIjmMpSUwWyY%])")


def read_options(draft: Draft, data: Mapping[str, JSON]) -> None:
    """Take over the options that have no problem of their own, and note the problems of others."""
    assert draft.type is not None
    known = {each.name: each for each in draft.type.options}
    for name, value in data.items():
        if name in OWN_KEYS or name in {"default", "choices"}:
            continue
        if (option := known.get(name)) is None:
            _note_unknown(draft, name, known)
        elif (problem := _read(option, value)) is not None:
            draft.problem(problem[0], name, option=name, **problem[1])
        elif value is not None:
            draft.options[name] = value
    for option in draft.type.options:
        if option.required and option.name not in data:
            draft.problem("option_missing", option=option.name, type=draft.type.name)
    _read_constants(draft, data, known)


def _read_constants(
    draft: Draft, data: Mapping[str, JSON], known: Mapping[str, OptionType]
) -> None:
    """Read ``choices`` and ``default``, which are constants under the other options."""
    for name, read in (("choices", read_choices), ("default", read_default)):
        if name not in data:
            continue
        if name in known:
            read(draft, data[name])
        else:
            _note_unknown(draft, name, known)


def _note_unknown(draft: Draft, name: JSON, known: Mapping[str, OptionType]) -> None:
    assert draft.type is not None
    text = name if isinstance(name, str) else shown(name)
    place = (text,) if len(text) <= _LONGEST_KEY else ()
    words = {"option": shown(text), "type": draft.type.name}
    if similar := draft.problems.resembling(text, known):
        draft.problem("option_unknown_similar", *place, **words, suggestion=similar)
    else:
        draft.problem("option_unknown", *place, **words)


def _read(option: OptionType, value: JSON) -> Fault | None:
    """Return code and parameters of what is wrong with an option's value, or None."""
    if value is None and option.default is None and not option.required:
        return None
    if not fits(value, option.kinds):
        expected = " | ".join(option.kinds)
        return "option_wrong_type", {"expected": expected, "actual": kind_name(value)}
    if option.allowed and value not in option.allowed:
        allowed = ", ".join(shown(each) for each in option.allowed)
        return "option_not_allowed", {"value": shown(value), "allowed": allowed}
    if isinstance(value, str):
        return _check_text(option, value)
    return _check_range(option, value) if Kind.INTEGER in option.kinds else None


def _check_text(option: OptionType, value: str) -> Fault | None:
    if not storable(value):
        return "option_unstorable", {}
    if option.max_length is not None and len(value) > option.max_length:
        return "option_too_long", {"length": len(value), "limit": option.max_length}
    check = _CHECKS.get(option.name)
    return check(value) if check else None


def _check_range(option: OptionType, value: int) -> Fault | None:
    if option.minimum is not None and value < option.minimum:
        return "option_too_small", {"value": shown(value), "minimum": option.minimum}
    if option.maximum is not None and value > option.maximum:
        return "option_too_large", {"value": shown(value), "maximum": option.maximum}
    return None


def _check_related_name(value: str) -> Fault | None:
    if value == "+":
        return None
    if value in RESERVED_NAMES or value == "id":
        return "name_reserved", {"name": value}
    return name_fault(value)


def _check_upload_to(value: str) -> Fault | None:
    if is_relative_path(value) and _DATE_DIRECTIVE.search(value.replace("%%", "")) is None:
        return None
    return "option_unsafe_path", {"value": shown(value)}


def _check_path(value: str) -> Fault | None:
    return None if is_relative_path(value) else ("option_unsafe_path", {"value": shown(value)})


def _check_match(value: str) -> Fault | None:
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        return "option_no_pattern", {"value": shown(value), "reason": encodable(str(error))}
    return None


_CHECKS: Mapping[str, Callable[[str], Fault | None]] = {
    "related_name": _check_related_name,
    "upload_to": _check_upload_to,
    "path": _check_path,
    "match": _check_match,
}
