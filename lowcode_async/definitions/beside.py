"""Reading what a definition says beside its fields; what it does not speak of stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from lowcode_async.definitions.declared import NamedOperations
from lowcode_async.definitions.kinds import Kind, kind_name, shown
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.definitions.model_options import check_kept, read_options
from lowcode_async.definitions.parts import Part
from lowcode_async.definitions.problems import Problems
from lowcode_async.definitions.sets import (
    after_renames,
    check_names,
    read_constraints,
    read_indexes,
    read_unique_together,
)
from lowcode_async.definitions.surroundings import Surroundings
from lowcode_async.definitions.tables import check_tables, kept_table, read_table
from lowcode_async.sentences import JSON

KEYS: Final = (
    "renamed_from",
    "delete",
    "db_table",
    "options",
    "unique_together",
    "indexes",
    "constraints",
    "operations",
)
"""What is read here."""


def is_deletion(data: Mapping[str, JSON], problems: Problems) -> bool:
    """Tell whether the model is to go."""
    value = data.get("delete")
    if value is not None and not isinstance(value, bool):
        expected = {"expected": Kind.BOOLEAN.value, "actual": kind_name(value)}
        problems.add(("delete",), "part_wrong_type", where="delete", **expected)
    return value is True


def read_deletion(data: Mapping[str, JSON], surroundings: Surroundings) -> ModelDefinition:
    """Return the definition of a model that is to go: as it stands, and marked.

    Raises:
        DefinitionInvalid: there is no such model, others point at it, or something else is wrong.
    """
    problems, former = surroundings.problems, surroundings.former
    operations = _read_operations(_part(data, "operations", surroundings))
    if surroundings.name is not None and former is None:
        problems.add(("model_name",), "delete_unknown", name=surroundings.name)
    if surroundings.renamed_from is not None:
        problems.add(("renamed_from",), "delete_and_rename")
    for other in surroundings.others:
        for each in other.fields:
            if each.options.get("to") == surroundings.name:
                params = {"name": surroundings.name, "other": other.name, "field": each.name}
                problems.add(("delete",), "delete_pointed_at", **params)
    problems.raise_if_any()
    assert former is not None
    return replace(former, deleted=True, operations=operations)


def read_beside(
    data: Mapping[str, JSON], surroundings: Surroundings, *, max_name_length: int
) -> ModelDefinition:
    """Return the definition without its fields, and note every problem."""
    name = surroundings.name or ""
    former = surroundings.former
    kept = ModelDefinition(name=name, fields=()) if former is None else former
    kept = after_renames(replace(kept, fields=()), surroundings.renames)
    if "db_table" in data:
        part = _part(data, "db_table", surroundings)
        table = read_table(part, max_length=max_name_length)
    else:
        table = kept_table(former, name)
    check_tables(surroundings, table)
    definition = replace(
        kept,
        table=table,
        renamed_from=surroundings.renamed_from,
        operations=_read_operations(_part(data, "operations", surroundings)),
    )
    definition = _with_options(data, definition, surroundings)
    definition = _with_sets(data, definition, surroundings)
    check_names(Part(value=dict(data), place=(), surroundings=surroundings), definition)
    return definition


def _part(data: Mapping[str, JSON], key: str, surroundings: Surroundings) -> Part:
    return Part(value=data.get(key), place=(key,), surroundings=surroundings)


def _with_options(
    data: Mapping[str, JSON], kept: ModelDefinition, surroundings: Surroundings
) -> ModelDefinition:
    part = _part(data, "options", surroundings)
    read = read_options if "options" in data else check_kept
    return replace(kept, options=read(part, kept.options))


def _with_sets(
    data: Mapping[str, JSON], kept: ModelDefinition, surroundings: Surroundings
) -> ModelDefinition:
    """Read the sets that are given, and look at the kept ones as if they were."""
    stored = kept.to_json()
    given = {
        key: data[key] if key in data else stored.get(key, [])
        for key in ("unique_together", "indexes", "constraints")
    }
    parts = {key: _part(given, key, surroundings) for key in given}
    return replace(
        kept,
        unique_together=read_unique_together(parts["unique_together"]),
        indexes=read_indexes(parts["indexes"], kept.indexes),
        constraints=read_constraints(parts["constraints"], kept.constraints),
    )


def _read_operations(part: Part) -> NamedOperations:
    """Return the names of registered operations; a list of them is for after the change."""
    if part.value is None:
        return NamedOperations()
    if isinstance(part.value, list):
        return NamedOperations(after=_names(part))
    if not part.check_keys(("before", "after")):
        return NamedOperations()
    given = {key: part.at(key) for key in ("before", "after") if part.value.get(key) is not None}
    return NamedOperations(**{key: _names(each) for key, each in given.items()})


def _names(part: Part) -> tuple[str, ...]:
    known = sorted(part.surroundings.known_operations)
    names = []
    for each in part.items():
        if not each.is_a(Kind.STRING):
            continue
        if each.value not in known:
            each.problem("operation_unknown", name=shown(each.value), known=known or ["–"])
        names.append(each.value)
    return tuple(names)
