"""Which column a field has, and which names are free."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from django.db import connection
from django.db.backends.utils import truncate_name

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.planning.changes import Change, change_between
from lowcode_async.planning.state import APP_LABEL, is_many_to_many, is_relation

LONGEST = 60
"""Characters of a name that is made up here; every database takes as many."""


def column_of(field: FieldDefinition) -> str:
    """Return the column of a field that has one."""
    return field.column or default_column(field)


def default_column(field: FieldDefinition) -> str:
    """Return the column that Django would choose."""
    return f"{field.name}_id" if is_relation(field) else field.name


def table_of(model: ModelDefinition) -> str:
    """Return the table of a model: its own choice, or as Django names it."""
    return model.table or default_table_of(model.name)


def default_table_of(name: str) -> str:
    """Return the table of a model of this name, as Django names it."""
    return _short(f"{APP_LABEL}_{name.lower()}")


def default_link_table(model: ModelDefinition, field: FieldDefinition) -> str:
    """Return the table that Django would choose for a many-to-many relation."""
    return _short(f"{table_of(model)}_{field.name}")


def link_table_of(model: ModelDefinition, field: FieldDefinition) -> str:
    """Return the table of a many-to-many relation."""
    return field.column or default_link_table(model, field)


def _short(table: str) -> str:
    return truncate_name(table, connection.ops.max_name_length())


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return `wanted`, or it with the first number that makes it free, without regard to case."""
    wanted = truncate_name(wanted, LONGEST)
    name, number = wanted, 1
    while name.lower() in taken:
        number += 1
        name = f"{truncate_name(wanted, LONGEST - 4)}_{number}"
    return name


def matched(
    before: ModelDefinition | None, after: ModelDefinition
) -> list[tuple[FieldDefinition | None, FieldDefinition | None]]:
    """Pair each field with what it was: new ones with None, and None with those that go."""
    old = {each.name: each for each in before.fields} if before else {}
    moved = {each.renamed_from for each in after.fields} - {None}
    pairs: list[tuple[FieldDefinition | None, FieldDefinition | None]] = []
    for each in after.fields:
        # A name that another field has taken away with it is free for a new one.
        own = each.name if each.name not in moved else None
        pairs.append((old.get(each.renamed_from or own or ""), each))
    kept = {each.name for each, _ in pairs if each is not None}
    pairs.extend((each, None) for name, each in old.items() if name not in kept)
    return pairs


def allocate(
    before: ModelDefinition | None,
    target: ModelDefinition,
    definitions: Mapping[str, ModelDefinition],
) -> ModelDefinition:
    """Return `target` with the column of each field that does not have the one Django would choose.

    A field that stays keeps its column, whatever it is called now, so that processes that have not
    moved on keep working; a new field whose column is thus taken gets a free one.
    """
    taken = {column_of(each).lower() for each in _with_column(before)} | {"id"}
    tables = taken_tables(definitions, but=target.name)
    if before is not None:
        tables |= {link_table_of(before, each).lower() for each in _with_table(before)}
    fields = []
    for old, new in matched(before, target):
        if new is None:
            continue
        if is_many_to_many(new):
            fields.append(_with_link_table(before, target, old, new, tables))
            continue
        bare = replace(new, column=None)
        default = default_column(bare)
        if old is None or is_many_to_many(old):
            name = "id" if _is_id(bare) else free_name(default, taken)
        else:
            name = _kept_column(before, target, old, bare, definitions, taken)
        taken.add(name.lower())
        fields.append(replace(bare, column=None if name == default else name))
    return replace(target, fields=tuple(fields))


def _is_id(field: FieldDefinition) -> bool:
    return field.name == "id" and bool(field.options.get("primary_key"))


def _kept_column(
    before: ModelDefinition | None,
    target: ModelDefinition,
    old: FieldDefinition,
    new: FieldDefinition,
    definitions: Mapping[str, ModelDefinition],
    taken: Collection[str],
) -> str:
    """Return the column of a field that stays.

    One that is converted under its own name has a new column anyway: it gets the usual name for its
    new type (``author`` for what was the key ``author_id``), if that is free.
    """
    assert before is not None
    default = default_column(new)
    if (
        old.name == new.name
        and old.column is None
        and default.lower() not in taken
        and change_between(old, new, before=before, after=target, definitions=definitions)
        is Change.CONVERSION
    ):
        return default
    return column_of(old)


def _with_link_table(
    before: ModelDefinition | None,
    target: ModelDefinition,
    old: FieldDefinition | None,
    new: FieldDefinition,
    tables: set[str],
) -> FieldDefinition:
    default = default_link_table(target, new)
    if before is not None and old is not None and is_many_to_many(old):
        name = link_table_of(before, old)
    else:
        name = default if default.lower() not in tables else free_name(default, tables)
    tables.add(name.lower())
    return replace(new, column=None if name == default else name)


def taken_tables(definitions: Mapping[str, ModelDefinition], *, but: str) -> set[str]:
    """Return the tables of all models but one, in lower case."""
    others = [each for each in definitions.values() if each.name.lower() != but.lower()]
    tables = {table_of(each).lower() for each in others}
    for other in others:
        tables |= {link_table_of(other, each).lower() for each in _with_table(other)}
    return tables


def _with_column(model: ModelDefinition | None) -> Iterable[FieldDefinition]:
    return [each for each in model.fields if not is_many_to_many(each)] if model else []


def _with_table(model: ModelDefinition) -> Iterable[FieldDefinition]:
    return [each for each in model.fields if is_many_to_many(each)]
