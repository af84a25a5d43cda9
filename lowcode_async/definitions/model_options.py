"""The options of a model that are data: how it is called, and how its rows are ordered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from lowcode_async.definitions.kinds import Kind, shown
from lowcode_async.definitions.parts import Part
from lowcode_async.definitions.surroundings import SELF
from lowcode_async.sentences import JSON

LONGEST_COMMENT: Final = 1000
"""Characters of a table's comment; MySQL takes 2048 bytes."""
KEY: Final = "options"


def read_options(part: Part, former: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the options, those that are not spoken of as they were.

    Args:
        part: what was posted: an object whose null values clear, or null, which clears all.
        former: the options as they stand, fields called by their new names.
    """
    if part.value is None:
        return {}
    if not part.is_a(Kind.OBJECT):
        return dict(former)
    for key in part.value:
        if key not in OPTIONS:
            part.problem("part_unknown_key", key=shown(key), known=", ".join(OPTIONS))
    merged = {**former, **{key: part.value[key] for key in OPTIONS if key in part.value}}
    found: dict[str, JSON] = {}
    for key, value in merged.items():
        if value is not None and (read := OPTIONS[key](part.at(key, value))):
            found[key] = read
    if "ordering" in found and "order_with_respect_to" in found:
        part.at("ordering").problem("ordering_twice")
    return found


def check_kept(part: Part, former: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the options as they were; a field that they name and that goes is a problem."""
    kept = Part(value=dict(former), place=part.place, surroundings=part.surroundings)
    return read_options(kept, former)


def _read_text(part: Part) -> str | None:
    return part.text()


def _read_comment(part: Part) -> str | None:
    if part.value and not part.supported.table_comments:
        part.problem("part_unsupported", database=part.supported.database)
        return None
    text = part.text(limit=LONGEST_COMMENT)
    if text is not None and "%" in text:
        # Django's schema editor would take it for a placeholder.
        part.problem("part_percent")
        return None
    return text


def _read_order(part: Part) -> list[str] | None:
    """Return names of fields, ``-`` before those in descending order."""
    names: list[str] = []
    for each in part.items():
        if not each.is_a(Kind.STRING):
            continue
        name = each.value.removeprefix("-")
        if name in names:
            each.problem("part_twice", name=shown(name))
        names.append(name)
        is_key = name == "pk" or (name == "id" and each.surroundings.automatic_id)
        if not is_key:
            Part(value=name, place=each.place, surroundings=each.surroundings).column()
    return part.value or None


def _read_target(part: Part) -> str | None:
    """Return the name of a relation to another row."""
    draft = part.field()
    if draft is None or draft.type is None:
        return None
    to = str(draft.options.get("to", ""))
    if not draft.to_other_row or "." in to:
        # Django would put methods on the class of the site that it points at.
        part.problem("order_with_respect_to_unfit", name=shown(part.value))
        return None
    if to == SELF:
        part.problem("order_with_respect_to_unfit", name=shown(part.value))
        return None
    return draft.name


def _read_flag(part: Part) -> bool | None:
    return part.value if part.is_a(Kind.BOOLEAN) else None


OPTIONS: Final[Mapping[str, Callable[[Part], JSON]]] = MappingProxyType(
    {
        "verbose_name": _read_text,
        "verbose_name_plural": _read_text,
        "ordering": _read_order,
        "order_with_respect_to": _read_target,
        "get_latest_by": _read_order,
        "db_table_comment": _read_comment,
        "select_on_save": _read_flag,
    }
)
"""By Django's names."""
NAMING_FIELDS: Final = ("ordering", "get_latest_by", "order_with_respect_to")
"""Those whose values are names of fields."""


def renamed_options(options: Mapping[str, JSON], rename: Callable[[str], str]) -> dict[str, JSON]:
    """Return options on fields that are called otherwise."""
    found = dict(options)
    for key in NAMING_FIELDS:
        if isinstance(value := found.get(key), str):
            found[key] = rename(value)
        elif value is not None:
            found[key] = [signed(each, rename) for each in value]
    return found


def signed(name: str, rename: Callable[[str], str]) -> str:
    """Return a name that may have a ``-`` before it, renamed."""
    return f"-{rename(name[1:])}" if name.startswith("-") else rename(name)
