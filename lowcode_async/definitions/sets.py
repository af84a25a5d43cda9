"""Unique sets, indexes and constraints of a model: declared, never code."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from lowcode_async.definitions.conditions import fields_of, read_condition, renamed
from lowcode_async.definitions.declared import ConstraintDefinition, ConstraintKind, IndexDefinition
from lowcode_async.definitions.kinds import Kind, shown
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.definitions.model_options import renamed_options, signed
from lowcode_async.definitions.parts import Part
from lowcode_async.sentences import JSON

LONGEST_NAME: Final = 30
"""Characters of the name of an index or a constraint: Django's limit for the first, and short
enough for every database."""
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_SORTED: Final = "BinaryField", "JSONField"
"""Types that not every database can put into an index."""


def read_unique_together(part: Part) -> tuple[tuple[str, ...], ...]:
    """Return the sets of fields that are unique together; one set may stand by itself."""
    if part.value is None or not part.is_a(Kind.ARRAY):
        return ()
    if part.value and all(isinstance(each, str) for each in part.value):
        part = replace(part, value=[part.value])
    found: list[tuple[str, ...]] = []
    for each in part.items():
        names = each.columns()
        if names in found:
            each.problem("part_twice", name=", ".join(names))
        found.append(names)
    return tuple(found)


def read_indexes(part: Part, former: Sequence[IndexDefinition]) -> tuple[IndexDefinition, ...]:
    """Return the indexes; one without a name has that of the former one that is like it."""
    if part.value is None:
        return ()
    return tuple(index for each in part.items() if (index := _read_index(each, former)) is not None)


def read_constraints(
    part: Part, former: Sequence[ConstraintDefinition]
) -> tuple[ConstraintDefinition, ...]:
    """Return the constraints; one without a name has that of the former one that is like it."""
    if part.value is None:
        return ()
    return tuple(
        constraint
        for each in part.items()
        if (constraint := _read_constraint(each, former)) is not None
    )


def check_names(part: Part, definition: ModelDefinition) -> None:
    """Note names that another index or constraint has: on most databases they share one space."""
    taken = {
        name.lower(): other.name for other in part.surroundings.others for name in names_of(other)
    }
    places = [("indexes", n, each.name) for n, each in enumerate(definition.indexes)]
    places += [("constraints", n, each.name) for n, each in enumerate(definition.constraints)]
    for key, index, name in places:
        if (other := taken.get(name.lower())) is not None:
            part.at(key).at(index).problem("part_name_taken", name=name, other=other)
        taken.setdefault(name.lower(), definition.name)


def names_of(definition: ModelDefinition) -> Iterator[str]:
    """Yield the names of all indexes and constraints of a model."""
    yield from (each.name for each in definition.indexes)
    yield from (each.name for each in definition.constraints)


def after_renames(definition: ModelDefinition, renames: dict[str, str]) -> ModelDefinition:
    """Return a definition whose options, sets and constraints call the fields by other names."""

    def rename(name: str) -> str:
        return renames.get(name, name)

    def condition(given: JSON) -> JSON:
        return None if given is None else renamed(given, rename)

    return replace(
        definition,
        options=renamed_options(definition.options, rename),
        unique_together=tuple(tuple(map(rename, each)) for each in definition.unique_together),
        indexes=tuple(
            replace(
                each,
                fields=tuple(signed(name, rename) for name in each.fields),
                condition=condition(each.condition),
            )
            for each in definition.indexes
        ),
        constraints=tuple(
            replace(
                each,
                fields=tuple(map(rename, each.fields)),
                condition=condition(each.condition),
            )
            for each in definition.constraints
        ),
    )


def fields_in(one: IndexDefinition | ConstraintDefinition) -> set[str]:
    """Return the names of the fields that an index or a constraint is about."""
    conditioned = () if one.condition is None else fields_of(one.condition)
    return {each.removeprefix("-") for each in one.fields} | set(conditioned)


def _read_index(part: Part, former: Iterable[IndexDefinition]) -> IndexDefinition | None:
    if not part.check_keys(("name", "fields", "condition"), required=("fields",)):
        return None
    items = part.at("fields").items()
    names = [each.value for each in items if each.is_a(Kind.STRING) and _indexed(each)]
    if part.value["fields"] == []:
        part.at("fields").problem("part_empty")
    condition = _optional_condition(part)
    given = part.value.get("name")
    if not names or (condition is None and part.value.get("condition") is not None):
        return None
    plain = IndexDefinition(name="", fields=tuple(names), condition=condition)
    name = _name(part) if given is not None else _former_name(plain, former)
    return replace(plain, name=name or _made_name(part, plain, "idx"))


def _indexed(part: Part) -> bool:
    """Tell whether an index can hold the field, whichever way it is ordered."""
    bare = replace(part, value=part.value.removeprefix("-"))
    draft = bare.column()
    if draft is None:
        return False
    if draft.type is not None and draft.type.name in _SORTED:
        part.problem("part_no_index", name=bare.value, type=draft.type.name)
        return False
    return True


def _optional_condition(part: Part) -> JSON:
    if part.value.get("condition") is None:
        return None
    if not part.supported.conditional_unique:
        part.at("condition").problem("part_unsupported", database=part.supported.database)
        return None
    return read_condition(part.at("condition"))


_UNIQUE_KEYS: Final = ("type", "name", "fields", "condition", "nulls_distinct")
_CHECK_KEYS: Final = ("type", "name", "condition")
_ENDINGS: Final = {ConstraintKind.UNIQUE: "uniq", ConstraintKind.CHECK: "chk"}
_MESSAGES: Final = ("violation_error_message", "violation_error_code")


def _read_constraint(
    part: Part, former: Iterable[ConstraintDefinition]
) -> ConstraintDefinition | None:
    if not part.is_a(Kind.OBJECT):
        return None
    if (kind := _kind(part)) is None:
        return None
    read = _read_unique if kind is ConstraintKind.UNIQUE else _read_check
    plain = read(part)
    message, code = (part.at(key).text() for key in _MESSAGES)
    if plain is None:
        return None
    plain = replace(plain, violation_error_message=message, violation_error_code=code)
    given = part.value.get("name") is not None
    name = _name(part) if given else _former_name(plain, former)
    return replace(plain, name=name or _made_name(part, plain, _ENDINGS[kind]))


def _kind(part: Part) -> ConstraintKind | None:
    given = part.value.get("type")
    if given in list(ConstraintKind):
        return ConstraintKind(given)
    known = ", ".join(ConstraintKind)
    part.at("type").problem("part_not_allowed", value=shown(given), allowed=known)
    return None


def _read_unique(part: Part) -> ConstraintDefinition | None:
    if not part.check_keys((*_UNIQUE_KEYS, *_MESSAGES), required=("fields",)):
        return None
    fields = part.at("fields").columns()
    condition = _optional_condition(part)
    distinct = part.value.get("nulls_distinct")
    if distinct is not None:
        _check_nulls(part.at("nulls_distinct", distinct))
    if not fields or (condition is None and part.value.get("condition") is not None):
        return None
    return ConstraintDefinition(
        name="",
        type=ConstraintKind.UNIQUE,
        fields=fields,
        condition=condition,
        nulls_distinct=distinct,
    )


def _check_nulls(part: Part) -> None:
    if part.is_a(Kind.BOOLEAN) and not part.supported.nulls_distinct:
        part.problem("part_unsupported", database=part.supported.database)


def _read_check(part: Part) -> ConstraintDefinition | None:
    if not part.check_keys((*_CHECK_KEYS, *_MESSAGES), required=("condition",)):
        return None
    if not part.supported.checks:
        part.problem("part_unsupported", database=part.supported.database)
    condition = read_condition(part.at("condition"))
    if condition is None:
        return None
    return ConstraintDefinition(name="", type=ConstraintKind.CHECK, condition=condition)


def _name(part: Part) -> str | None:
    """Return the name that was given; a made-up one will do where it is a problem."""
    given = part.at("name")
    if not given.is_a(Kind.STRING):
        return None
    if _NAME.fullmatch(given.value) is None or len(given.value) > LONGEST_NAME:
        given.problem("part_name", name=shown(given.value), limit=LONGEST_NAME)
        return None
    name: str = given.value
    return name


def _former_name(
    plain: IndexDefinition | ConstraintDefinition,
    former: Iterable[IndexDefinition | ConstraintDefinition],
) -> str | None:
    return next((each.name for each in former if replace(each, name="") == plain), None)


def _made_name(part: Part, plain: IndexDefinition | ConstraintDefinition, ending: str) -> str:
    """Return a name as Django makes them: the same for the same thing."""
    model = part.surroundings.name or ""
    said = json.dumps([model, plain.to_json()], sort_keys=True)
    digest = hashlib.sha256(said.encode()).hexdigest()[:6]
    fields = sorted(fields_in(plain))
    return f"{model.lower()[:10]}_{fields[0][:7]}_{digest}_{ending}"
