"""Conditions on rows, as data: never code.

``{"field": "price", "lookup": "gte", "value": 0}`` compares a field with a constant, and with
``other_field`` in the place of ``value`` with another field of the row. ``{"all": […]}``,
``{"any": […]}`` and ``{"not": …}`` combine conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from lowcode_async.definitions.constants import ConstantInvalid, ConstantType
from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.kinds import Kind, shown
from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.definitions.parts import Part
from lowcode_async.definitions.relations import key_of
from lowcode_async.sentences import JSON

DEEPEST: Final = 8
"""How deep conditions may be nested."""
MOST: Final = 100
"""How many values a list may have, and how many conditions may be combined at once."""

_COMPARING: Final = ("exact", "gt", "gte", "lt", "lte", "in", "range")
_TEXT: Final = ("startswith", "endswith", "contains")
LOOKUPS: Final = (*_COMPARING, "isnull", *_TEXT)
"""All of them, by Django's names."""
_COMBINING: Final = ("all", "any", "not")
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "BooleanField": ("exact", "isnull"),
        "UUIDField": ("exact", "in", "isnull"),
        "GenericIPAddressField": ("exact", "in", "isnull"),
        "JSONField": ("isnull",),
        "BinaryField": ("isnull",),
    }
)
"""The lookups of types that know fewer than all."""


def read_condition(part: Part, *, depth: int = 1) -> JSON:
    """Return a condition in canonical form; None where it has a problem."""
    if depth > DEEPEST:
        part.problem("condition_too_deep", limit=DEEPEST)
        return None
    if not part.is_a(Kind.OBJECT):
        return None
    combining = [key for key in _COMBINING if key in part.value]
    if not combining:
        return _comparison(part)
    if len(part.value) > 1:
        part.problem("condition_mixed", known=", ".join(_COMBINING))
        return None
    [key] = combining
    below = part.at(key, part.value[key])
    if key == "not":
        inner = read_condition(below, depth=depth + 1)
        return None if inner is None else {"not": inner}
    return _several(below, key, depth)


def fields_of(condition: JSON) -> Iterator[str]:
    """Yield the names of the fields that a canonical condition asks for."""
    for key in ("all", "any"):
        for each in condition.get(key, ()):
            yield from fields_of(each)
    if "not" in condition:
        yield from fields_of(condition["not"])
    for key in ("field", "other_field"):
        if key in condition:
            yield condition[key]


def renamed(condition: JSON, rename: Callable[[str], str]) -> JSON:
    """Return a canonical condition on fields that are called otherwise."""
    found: dict[str, JSON] = {}
    for key, value in condition.items():
        if key in {"all", "any"}:
            found[key] = [renamed(each, rename) for each in value]
        elif key == "not":
            found[key] = renamed(value, rename)
        else:
            found[key] = rename(value) if key in {"field", "other_field"} else value
    return found


def _several(part: Part, key: str, depth: int) -> JSON:
    items = part.items()
    if part.value == [] or len(items) > MOST:
        part.problem("part_count", limit=MOST)
        return None
    read = [read_condition(each, depth=depth + 1) for each in items]
    return None if None in read or not read else {key: read}


def _comparison(part: Part) -> JSON:
    known = ("field", "lookup", "value", "other_field")
    if not part.check_keys(known, required=("field",)):
        return None
    draft = part.at("field").column()
    lookup = part.value.get("lookup", "exact")
    if draft is None or draft.type is None or draft.name is None:
        return None
    allowed = lookups_of(draft)
    if lookup not in allowed:
        part.at("lookup").problem(
            "condition_lookup", name=draft.name, lookup=shown(lookup), allowed=", ".join(allowed)
        )
        return None
    condition: dict[str, JSON] = {"field": draft.name, "lookup": lookup}
    if "other_field" in part.value:
        return _with_other(part, draft, condition)
    if "value" not in part.value:
        part.problem("part_missing", key="value")
        return None
    value = _value(part.at("value", part.value["value"]), draft, lookup)
    return None if value is None else {**condition, "value": value}


def _with_other(part: Part, draft: Draft, condition: dict[str, JSON]) -> JSON:
    other = part.at("other_field").column()
    if other is None or other.type is None:
        return None
    if condition["lookup"] in {"in", "range", "isnull", *_TEXT} or "value" in part.value:
        part.problem("condition_mixed", known="value, other_field")
        return None
    return {**condition, "other_field": other.name}


def lookups_of(draft: Draft) -> tuple[str, ...]:
    """Return the lookups that a field of this type may be asked with."""
    assert draft.type is not None
    if draft.type.relation:
        return ("exact", "in", "isnull")
    constant = draft.type.constant
    if draft.type.name in _GROUPS or constant is None:
        return _GROUPS.get(draft.type.name, ("isnull",))
    is_text = constant.kinds == (Kind.STRING,) and draft.type.name in _TEXTS
    return LOOKUPS if is_text else tuple(each for each in LOOKUPS if each not in _TEXT)


_TEXTS: Final = frozenset(
    {"CharField", "TextField", "SlugField", "EmailField", "URLField", "FileField", "ImageField"}
)


def _value(part: Part, draft: Draft, lookup: str) -> JSON:
    """Return the canonical form of what a field is compared with."""
    if lookup == "isnull":
        return part.value if part.is_a(Kind.BOOLEAN) else None
    if lookup not in {"in", "range"}:
        return _constant(part, draft)
    items = part.items()
    count = 2 if lookup == "range" else MOST
    if not items or len(items) > count or (lookup == "range" and len(items) != count):
        part.problem("part_count", limit=count)
        return None
    read = [_constant(each, draft) for each in items]
    return None if None in read else read


def _constant(part: Part, draft: Draft) -> JSON:
    constant, options = _constants_of(part, draft)
    try:
        return constant.canonical(part.value, options)
    except ConstantInvalid as error:
        params = {"field": draft.title, "option": part.where, **error.params}
        part.problems.add(part.place, error.code, **params)
        return None


def _constants_of(part: Part, draft: Draft) -> tuple[ConstantType, Mapping[str, JSON]]:
    """Return how values of a field are written: a relation's as the key of its target."""
    assert draft.type is not None
    field = FieldDefinition(name="", type=draft.type.name, options=draft.options)
    if draft.type.relation:
        field = key_of(draft.options.get("to", ""), part.surroundings)
    kind = FIELD_METADATA[field.type]
    constant = kind.constant or FIELD_METADATA["BigIntegerField"].constant
    assert constant is not None
    # What is compared may be longer than what may be stored.
    options = {key: value for key, value in field.options.items() if key != "choices"}
    return constant, kind.completed(options)
