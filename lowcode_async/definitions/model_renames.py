"""Models that are to be called otherwise, and what others say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lowcode_async.definitions.kinds import kind_name, shown
from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.definitions.problems import Problems
from lowcode_async.definitions.tables import default_table
from lowcode_async.sentences import JSON

PLACE = ("renamed_from",)


def read_renamed_from_model(
    data: Mapping[str, JSON], *, existing: Mapping[str, ModelDefinition], problems: Problems
) -> str | None:
    """Return the name of the model that is to be renamed; null, and the name itself, say nothing."""
    old = data.get("renamed_from")
    if old is None or old == data.get("model_name"):
        return None
    if not isinstance(old, str):
        expected = {"expected": "string", "actual": kind_name(old)}
        problems.add(PLACE, "part_wrong_type", where="renamed_from", **expected)
        return None
    if old not in existing:
        problems.add(PLACE, "model_rename_unknown", old=shown(old))
        return None
    return old


def check_model_rename(
    name: str, old: str | None, *, existing: Mapping[str, ModelDefinition], problems: Problems
) -> None:
    """Note a new name that another model has."""
    if old is not None and name in existing:
        problems.add(PLACE, "model_rename_taken", old=old, name=name)


def check_former_names(
    name: str, *, existing: Mapping[str, ModelDefinition], problems: Problems
) -> None:
    """Note a name that a model had before: whoever posts it may not know that it was renamed."""
    if name in existing:
        return
    for each in existing.values():
        known = {former.lower() for former in each.former_names}
        if name.lower() in known:
            problems.add(("model_name",), "model_was_renamed", name=name, now=each.name)


def model_renamed(
    definitions: Mapping[str, ModelDefinition], old: str, new: str
) -> dict[str, ModelDefinition]:
    """Return all definitions with one model under its new name; what points at it follows.

    It keeps its table, so that processes which know it by its former name keep working.
    """
    found: dict[str, ModelDefinition] = {}
    for name, each in definitions.items():
        fields = tuple(_pointing(field, old, new) for field in each.fields)
        if name != old:
            found[name] = replace(each, fields=fields)
            continue
        table = each.table or default_table(old)
        names = dict.fromkeys((*each.former_names, old))
        names.pop(new, None)
        found[new] = replace(
            each,
            name=new,
            fields=fields,
            table=None if table == default_table(new) else table,
            former_names=tuple(names),
        )
    return found


def _pointing(field: FieldDefinition, old: str, new: str) -> FieldDefinition:
    if field.options.get("to") != old:
        return field
    return replace(field, options={**field.options, "to": new})
