"""From JSON to a definition, or every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from lowcode_async.definitions import beside
from lowcode_async.definitions.accessors import check_accessors
from lowcode_async.definitions.beside import is_deletion, read_beside, read_deletion
from lowcode_async.definitions.combinations import check_combination, simplify
from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.kinds import kind_name, shown
from lowcode_async.definitions.model import ModelDefinition, SiteModel
from lowcode_async.definitions.model_renames import (
    check_former_names,
    check_model_rename,
    model_renamed,
    read_renamed_from_model,
)
from lowcode_async.definitions.names import (
    check_names_together,
    read_field_name,
    read_model_name,
)
from lowcode_async.definitions.one_off import check_one_off_defaults, read_one_off_default
from lowcode_async.definitions.options import read_options
from lowcode_async.definitions.policies import check_on_invalid, read_on_invalid
from lowcode_async.definitions.problems import Problems
from lowcode_async.definitions.relations import check_relations
from lowcode_async.definitions.renames import check_renames, read_renamed_from
from lowcode_async.definitions.reserved import RESERVED_FIELDS
from lowcode_async.definitions.site import Site
from lowcode_async.definitions.surroundings import Surroundings
from lowcode_async.definitions.to_dict import read_to_dict
from lowcode_async.sentences import JSON

__all__ = ["KEYS", "SiteModel", "parse_definition"]

KEYS: Final = ("model_name", "fields", "to_dict", *beside.KEYS)
"""What may stand in a definition."""


def parse_definition(
    data: JSON, site: Site, *, new_name_may_be_a_former_one: bool = False
) -> ModelDefinition:
    """Read what a client posted.

    Args:
        data: ``{"model_name": …, "fields": […]}`` and the other keys of a definition, each of which
            leaves what the model has where it is absent.
        site: what stands already, and what is allowed.
        new_name_may_be_a_former_one: whether a new model may have a name that another one had
            before; else that is taken for somebody who does not know of the rename.

    Returns:
        The definition in canonical form: two that mean the same are equal. Options at their
        default are left out, constants are written in one way, ``to`` is ``"self"`` for the model
        itself and the label for a model of the site's.

    Raises:
        DefinitionInvalid: it has problems; all of them are named, whatever was sent.
    """
    problems = Problems()
    if not isinstance(data, dict):
        problems.add((), "definition_no_object", actual=kind_name(data))
        problems.raise_if_any()
    for key in data:
        if key not in KEYS:  # a misspelled one would be taken for absent
            problems.add((key,), "key_unknown", key=shown(key))
    name, old = _read_names(data, problems, site, may_be_a_former_one=new_name_may_be_a_former_one)
    surroundings = Surroundings(
        name=name,
        drafts=_read_fields(data, problems, site),
        existing=model_renamed(site.existing, old, name) if old and name else site.existing,
        site_models=site.site_models,
        problems=problems,
        renamed_from=old,
        supported=site.supported,
        site_tables=site.site_tables,
        known_operations=site.known_operations,
    )
    if is_deletion(data, problems):
        return read_deletion(data, surroundings)
    _check_together(surroundings)
    definition = read_beside(data, surroundings, max_name_length=site.max_name_length)
    definition = replace(definition, to_dict=read_to_dict(data, surroundings))
    problems.raise_if_any()
    return _with_fields(definition, surroundings)


def _read_names(
    data: Mapping[str, JSON], problems: Problems, site: Site, *, may_be_a_former_one: bool
) -> tuple[str | None, str | None]:
    """Return what the model is to be called, and what it was called if it is renamed."""
    old = read_renamed_from_model(data, existing=site.existing, problems=problems)
    name = read_model_name(
        data,
        existing=site.existing,
        site_models=site.site_models,
        registered=site.registered,
        max_length=site.max_name_length,
        problems=problems,
    )
    if name is not None:
        check_model_rename(name, old, existing=site.existing, problems=problems)
    if name is not None and not may_be_a_former_one:
        check_former_names(name, existing=site.existing, problems=problems)
    return name, None if name is None or problems else old


def _read_fields(data: Mapping[str, JSON], problems: Problems, site: Site) -> list[Draft]:
    fields = data.get("fields")
    if data.get("delete") is True:
        return []
    if "fields" not in data:
        problems.add(("fields",), "fields_missing")
        return []
    if not isinstance(fields, list):
        problems.add(("fields",), "fields_no_array", actual=kind_name(fields))
        return []
    if len(fields) > site.max_fields:
        problems.add(("fields",), "fields_too_many", count=len(fields), limit=site.max_fields)
    drafts = [Draft(index=index, problems=problems) for index in range(len(fields))]
    for draft, field in zip(drafts, fields, strict=True):
        if isinstance(field, dict):
            _read_field(draft, field, site.max_name_length)
        else:
            draft.problem("field_no_object", actual=kind_name(field))
    return drafts


def _read_field(draft: Draft, data: Mapping[str, JSON], max_name_length: int) -> None:
    draft.given_name = data.get("name")
    _read_type(draft, data)
    read_field_name(draft, data, max_length=max_name_length)
    read_renamed_from(draft, data.get("renamed_from"))
    read_on_invalid(draft, data.get("on_invalid"))
    if draft.type is not None:
        read_options(draft, data)
        read_one_off_default(draft, data.get("one_off_default"))


def _read_type(draft: Draft, data: Mapping[str, JSON]) -> None:
    name = data.get("type")
    if "type" not in data:
        draft.problem("field_type_missing")
    elif not isinstance(name, str):
        draft.problem("type_no_string", "type", actual=kind_name(name))
    elif name in FIELD_METADATA:
        draft.type = FIELD_METADATA[name]
    elif similar := draft.problems.resembling(name, FIELD_METADATA):
        draft.problem("type_unknown_similar", "type", type=shown(name), suggestion=similar)
    else:
        draft.problem("type_unknown", "type", type=shown(name))


def _check_together(surroundings: Surroundings) -> None:
    """Check all that looks beyond one option."""
    for draft in surroundings.drafts:
        check_combination(draft)
        check_on_invalid(draft)
    _check_one_primary_key(surroundings)
    check_names_together(
        surroundings.drafts,
        former=surroundings.former,
        automatic_id=surroundings.automatic_id,
    )
    check_relations(surroundings)
    _check_reserved(surroundings)
    check_accessors(surroundings)
    check_renames(surroundings)
    check_one_off_defaults(surroundings)


def _check_one_primary_key(surroundings: Surroundings) -> None:
    keys = [each for each in surroundings.drafts if each.get("primary_key")]
    for draft in keys[1:]:
        draft.problem("primary_key_twice", "primary_key", other=keys[0].title)


def _check_reserved(surroundings: Surroundings) -> None:
    """Note reserved names of a type that cannot carry their behavior."""
    users = {each.label for each in surroundings.site_models.values() if each.is_user}
    for draft in surroundings.drafts:
        reserved = RESERVED_FIELDS.get(draft.name or "")
        if reserved is None or draft.type is None:
            continue
        if draft.type.name not in reserved.types:
            draft.problem("reserved_type", "type", types=", ".join(reserved.types))
        elif reserved.to_user and draft.options.get("to", "") not in users:
            draft.problem("reserved_to_user", "to")


def _with_fields(definition: ModelDefinition, surroundings: Surroundings) -> ModelDefinition:
    for draft in surroundings.drafts:
        simplify(draft)
    return replace(definition, fields=tuple(draft.definition() for draft in surroundings.drafts))
