"""Which tables a model and its many-to-many relations have, and whether those are free."""

from __future__ import annotations

import re
from typing import Final

from lowcode_async.definitions.kinds import Kind, shown
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.definitions.names import TABLE_PREFIX
from lowcode_async.definitions.parts import Part
from lowcode_async.definitions.surroundings import Surroundings

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_KEPT: Final = ("lowcode_", "sqlite_")
"""How tables of ours and of SQLite's begin."""


def default_table(model: str) -> str:
    """Return the table of a model that does not name one."""
    return f"{TABLE_PREFIX}{model.lower()}"


def read_table(part: Part, *, max_length: int) -> str | None:
    """Return the table that was asked for; None for the one that Django would choose."""
    surroundings = part.surroundings
    if part.value is None or not part.is_a(Kind.STRING):
        return None
    name: str = part.value
    legal = _NAME.fullmatch(name) is not None and len(name) <= max_length
    if not legal or name.startswith(_KEPT):
        part.problem("table_name", name=shown(name), limit=max_length)
        return None
    taken = _tables_of_others(surroundings)
    if name in surroundings.site_tables or name in taken:
        part.problem("table_taken_by_site", table=name, other=taken.get(name, "–"))
        return None
    return None if surroundings.name and name == default_table(surroundings.name) else name


def kept_table(former: ModelDefinition | None, name: str) -> str | None:
    """Return the table of a model of which nothing is said: the one it has."""
    if former is None or former.table == default_table(name):
        return None
    return former.table


def check_tables(surroundings: Surroundings, table: str | None) -> None:
    """Note a table that something else has: ``A_b`` is also the table of ``b`` of model ``A``."""
    if surroundings.name is None:
        return
    taken = _tables_of_others(surroundings)
    own = table or default_table(surroundings.name)
    if own in taken:
        surroundings.problems.add(
            ("model_name",),
            "model_table_clash",
            name=surroundings.name,
            table=own,
            other=taken[own],
        )
    for draft in surroundings.drafts:
        if draft.name is None or draft.type is None or draft.type.column:
            continue
        link = f"{own}_{draft.name}".lower()
        if link in taken:
            draft.problem("table_clash", "name", table=link, other=taken[link])


def _tables_of_others(surroundings: Surroundings) -> dict[str, str]:
    """Return by table, in lower case, the model or relation that it belongs to."""
    tables: dict[str, str] = {}
    for other in surroundings.others:
        table = other.table or default_table(other.name)
        tables[table.lower()] = other.name
        for each in other.fields:
            if each.type == "ManyToManyField":
                name = each.column or f"{table}_{each.name}"
                tables[name.lower()] = f"{other.name}.{each.name}"
    return tables
