"""Which names a model and its fields may have."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.kinds import kind_name, shown
from lowcode_async.definitions.model import ModelDefinition, SiteModel
from lowcode_async.definitions.problems import Problems
from lowcode_async.sentences import JSON

TABLE_PREFIX = "dynamic_"
"""What stands before a model's name in the name of its table."""
MAX_MODEL_NAME = 100
"""The longest name that the row of a model can hold."""

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)

MODEL_ATTRIBUTES = frozenset(
    {
        "DoesNotExist",
        "MultipleObjectsReturned",
        "NotUpdated",
        "adelete",
        "add_to_class",
        "arefresh_from_db",
        "asave",
        "check",
        "clean",
        "clean_fields",
        "date_error_message",
        "delete",
        "from_db",
        "full_clean",
        "get_constraints",
        "get_deferred_fields",
        "mro",
        "objects",
        "pk",
        "prepare_database_save",
        "refresh_from_db",
        "save",
        "save_base",
        "serializable_value",
        "unique_error_message",
        "validate_constraints",
        "validate_unique",
    }
)
"""The public attributes of Django's models, which a field of the same name would break."""
RESERVED_NAMES = MODEL_ATTRIBUTES | {"Meta", "self", "to_dict"}
"""All names that no field may have: ``Meta`` is a class's options, ``self`` its methods' first
argument, ``to_dict`` the method that decides how rows look as JSON."""

SYSTEM_COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"), "PostgreSQL"),
    **dict.fromkeys(("db_row_id", "db_trx_id", "db_roll_ptr", "fts_doc_id"), "MySQL"),
}
"""Columns that a database keeps for itself, in lower case, and which database that is."""


def name_fault(name: str) -> tuple[str, dict[str, JSON]] | None:
    """Return code and parameters of what makes `name` impossible anywhere, or None."""
    if (letter := next((each for each in name if not each.isascii()), None)) is not None:
        known = unicodedata.name(letter, "")
        letter_name = f"U+{ord(letter):04X} {known}".strip()
        return "name_not_ascii", {"name": shown(name), "letter": shown(letter), "of": letter_name}
    if _IDENTIFIER.fullmatch(name) is None:
        return "name_not_identifier", {"name": shown(name)}
    if keyword.iskeyword(name):
        return "name_keyword", {"name": name}
    if name.endswith("_"):
        return "name_trailing_underscore", {"name": shown(name)}
    if "__" in name:
        return "name_double_underscore", {"name": shown(name)}
    return None


def read_model_name(
    data: Mapping[str, JSON],
    *,
    existing: Mapping[str, ModelDefinition],
    site_models: Mapping[str, SiteModel],
    registered: Mapping[str, str],
    max_length: int,
    problems: Problems,
) -> str | None:
    """Return the model's name if it can have it, else None and the problem is noted."""
    place = ("model_name",)
    name = data.get("model_name")
    if "model_name" not in data:
        problems.add(place, "model_name_missing")
    elif not isinstance(name, str):
        problems.add(place, "name_not_string", actual=kind_name(name))
    elif fault := name_fault(name):
        problems.add(place, fault[0], **fault[1])
    elif len(name) > (limit := min(MAX_MODEL_NAME, max_length - len(TABLE_PREFIX))):
        problems.add(place, "name_too_long", name=shown(name), length=len(name), limit=limit)
    elif name.lower() == "self" or name in site_models:
        problems.add(place, "model_name_reserved", name=name)
    elif other := _other_case(name, existing):
        problems.add(place, "model_name_case", name=name, other=other)
    elif name not in existing and (other := _registered_as(name, registered)):
        problems.add(place, "model_name_registered", name=name, other=other)
    else:
        return name
    return None


def _other_case(name: str, existing: Mapping[str, ModelDefinition]) -> str | None:
    if name in existing:
        return None
    return next((each for each in existing if each.lower() == name.lower()), None)


def _registered_as(name: str, registered: Mapping[str, str]) -> str | None:
    """Return the label of the site's model that the data API knows by this name."""
    lower = name.lower()
    return next((label for each, label in registered.items() if each.lower() == lower), None)


def read_field_name(draft: Draft, data: Mapping[str, JSON], *, max_length: int) -> None:
    """Set the draft's name if a field can have it; else note the problem."""
    name = draft.given_name = data.get("name")
    if "name" not in data:
        draft.problem("field_name_missing")
    elif not isinstance(name, str):
        draft.problem("name_not_string", "name", actual=kind_name(name))
    elif fault := name_fault(name):
        draft.problem(fault[0], "name", **fault[1])
    elif name in RESERVED_NAMES:
        draft.problem("name_reserved", "name", name=name)
    elif database := SYSTEM_COLUMNS.get(name.lower()):
        draft.problem("name_system_column", "name", name=name, database=database)
    elif name == "id" and data.get("primary_key") is not True:
        draft.problem("name_id", "name")
    else:
        limit = max_length - (len("_id") if draft.to_other_row else 0)
        if len(name) > limit:
            draft.problem("name_too_long", "name", name=shown(name), length=len(name), limit=limit)
        else:
            draft.name = name


def derived_names(name: str, type_name: str | None, *, choices: bool, null: bool) -> Iterator[str]:
    """Yield the methods that Django adds to a model for a field of this name."""
    if choices:
        yield f"get_{name}_display"
    if type_name in {"DateField", "DateTimeField"} and not null:
        yield f"get_next_by_{name}"
        yield f"get_previous_by_{name}"


def check_names_together(
    drafts: Sequence[Draft], *, former: ModelDefinition | None, automatic_id: bool
) -> None:
    """Note fields of equal names, and names that Django or the database would take for equal."""
    taken = {"id": _Taken("id", "id", -1)} if automatic_id else {}
    derived = _derived_of(drafts)
    former_names = {each.name.lower(): each.name for each in former.fields} if former else {}
    names = {each.name for each in drafts}
    for draft in drafts:
        if draft.name is None:
            continue
        _claim(draft, taken)
        if draft.name in derived:
            draft.problem("name_derived_clash", "name", name=draft.name, other=derived[draft.name])
        other = former_names.get(draft.name.lower(), draft.name)
        if other not in names and draft.renamed_from is None:
            draft.problem("name_former_case", "name", name=draft.name, other=other)


class _Taken(NamedTuple):
    word: str
    """A name or column, as it is written."""
    name: str
    """The name of the field it belongs to."""
    place: int


def _claim(draft: Draft, taken: dict[str, _Taken]) -> None:
    """Take the draft's name and column, or note that another field has them."""
    assert draft.name is not None
    for word in dict.fromkeys((draft.name, draft.column or draft.name)):
        other = taken.setdefault(word.lower(), _Taken(word, draft.name, draft.index))
        if other.place == draft.index:
            continue
        if draft.name == other.name:
            draft.problem("name_duplicate", "name", name=draft.name)
        elif draft.name.lower() == other.name.lower():
            draft.problem("name_case", "name", name=draft.name, other=other.name)
        else:
            draft.problem(
                "name_column_clash", "name", name=draft.name, other=other.name, column=word
            )
        return


def _derived_of(drafts: Sequence[Draft]) -> dict[str, str]:
    """Return by name of a method that Django adds the field it is added for."""
    return {
        method: draft.name
        for draft in drafts
        if draft.name is not None and draft.type is not None
        for method in derived_names(
            draft.name,
            draft.type.name,
            choices=bool(draft.get("choices")),
            null=bool(draft.get("null")),
        )
    }
