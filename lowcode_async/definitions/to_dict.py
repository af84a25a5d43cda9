"""``to_dict`` of a dynamic model: the keys that the JSON of its rows has, and where each value is.

A list of names of fields, or of ``{"name": "template_id", "path": "subtask.template_id"}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from lowcode_async.definitions.kinds import kind_name, shown, storable
from lowcode_async.definitions.model import DictEntry
from lowcode_async.definitions.paths import Fault, Paths
from lowcode_async.definitions.surroundings import Surroundings
from lowcode_async.sentences import JSON

KEY: Final = "to_dict"
MOST_KEYS: Final = 1000
"""Databases select no more than some 1,600 columns at once."""
MOST_RELATIONS: Final = 30
"""Databases join no more than some 60 tables at once."""
LONGEST_NAME: Final = 100

_Entries = dict[int, DictEntry]
"""By their place in the list."""


def read_to_dict(data: Mapping[str, JSON], surroundings: Surroundings) -> tuple[DictEntry, ...]:
    """Return what is declared: nothing for null, and what the model has where nothing is said.

    Paths that are kept follow renames of the model's own fields.
    """
    paths = Paths(surroundings=surroundings)
    given = data.get(KEY)
    if KEY not in data:
        entries = _followed(dict(enumerate(_kept(surroundings))), paths, kept=True)
    elif given is None:
        entries = []
    else:
        entries = _followed(_read(given, surroundings), paths, kept=False)
    _check_those_of_others(paths)
    return tuple(entries)


def _kept(surroundings: Surroundings) -> Sequence[DictEntry]:
    former = surroundings.former
    if former is None:
        return ()
    renames = {}
    for draft in surroundings.drafts:
        if draft.renamed_from is not None and draft.name is not None:
            renames[draft.renamed_from] = draft.name
            renames[f"{draft.renamed_from}_id"] = f"{draft.name}_id"
    return [_following(entry, renames) for entry in former.to_dict]


def _following(entry: DictEntry, renames: Mapping[str, str]) -> DictEntry:
    """Return an entry that has the same name and leads to the same value after renames."""
    first, *rest = entry.path.split(".")
    return replace(entry, path=".".join([renames.get(first, first), *rest]))


def _read(given: JSON, surroundings: Surroundings) -> _Entries:
    problems = surroundings.problems
    if not isinstance(given, list):
        problems.add((KEY,), "to_dict_no_array", actual=kind_name(given))
        return {}
    if not given:
        problems.add((KEY,), "to_dict_empty")
    if len(given) > MOST_KEYS:
        problems.add((KEY,), "to_dict_too_long", count=len(given), limit=MOST_KEYS)
        return {}
    entries: _Entries = {}
    names: set[str] = set()
    for index, each in enumerate(given):
        entry = _read_entry(each)
        if entry is None:
            problems.add((KEY, index), "to_dict_entry")
        elif not _is_name(entry.name):
            params = {"name": shown(entry.name), "limit": LONGEST_NAME}
            problems.add((KEY, index), "to_dict_name", **params)
        elif entry.name in names:
            problems.add((KEY, index), "to_dict_twice", name=shown(entry.name))
        else:
            entries[index] = entry
            names.add(entry.name)
    return entries


def _read_entry(given: JSON) -> DictEntry | None:
    """Return an entry, or None if it has not the form of one."""
    if isinstance(given, str):
        return DictEntry(name=given, path=given)
    if not isinstance(given, dict) or set(given) != {"name", "path"}:
        return None
    name, path = given["name"], given["path"]
    return DictEntry(name=name, path=path) if type(name) is type(path) is str else None


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and storable(name)


def _followed(entries: _Entries, paths: Paths, *, kept: bool) -> list[DictEntry]:
    """Note paths that lead nowhere, and return the others; kept ones stand nowhere in what was sent."""
    problems, name = paths.surroundings.problems, paths.surroundings.name
    if name is None:
        return []
    good = []
    for index, entry in entries.items():
        path = paths.followed(name, entry.path)
        if isinstance(path, Fault):
            problems.add((KEY,) if kept else (KEY, index), path.code, **path.params)
        else:
            good.append(replace(entry, path=path))
    relations = {
        tuple(parts[:length])
        for parts in (entry.path.split(".") for entry in good)
        for length in range(1, len(parts))
    }
    if len(relations) > MOST_RELATIONS:
        problems.add((KEY,), "to_dict_too_wide", count=len(relations), limit=MOST_RELATIONS)
    return good


def _check_those_of_others(paths: Paths) -> None:
    """Note where another model's paths go on over a field that this one would have no longer."""
    name = paths.surroundings.name
    for other in paths.surroundings.others:
        for entry in other.to_dict:
            fault = paths.followed(other.name, entry.path)
            if isinstance(fault, Fault) and fault.model == name:
                params = {"other": other.name, "path": entry.path, **fault.params}
                paths.surroundings.problems.add(("fields",), "to_dict_of_other", **params)
