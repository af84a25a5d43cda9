"""What is asked for, against what is there: definitions and versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async import conf
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.definitions.model_options import OPTIONS
from lowcode_async.definitions.parsing import parse_definition
from lowcode_async.definitions.site import Site
from lowcode_async.errors import DefinitionInvalid, Problem, VersionMovedOn
from lowcode_async.planning.databases import HOME, connection_of
from lowcode_async.planning.registered import registered_operations
from lowcode_async.runtime.registered import registered
from lowcode_async.sentences import JSON
from lowcode_async.upgrades.site import (
    current_definitions,
    live_rows,
    site_models,
    site_tables,
    supported_by,
)

_DEFAULT_NAME_LENGTH = 63
"""PostgreSQL's limit for identifiers; taken where the database has none, so that definitions move."""


def parse(definition: JSON, *, base_version: int | None = None) -> ModelDefinition:
    """Read a posted definition against the live models as they stand.

    Args:
        definition: as it was posted.
        base_version: 0 says that the caller knows of no model of this name, and wants a new one.

    Raises:
        DefinitionInvalid: it has problems; all of them are named.
    """
    connection = _connection_for(definition)
    site = Site(
        existing=current_definitions(),
        site_models=site_models(),
        max_name_length=connection.ops.max_name_length() or _DEFAULT_NAME_LENGTH,
        max_fields=conf.current().max_fields,
        registered={name: each.model._meta.label for name, each in registered().items()},
        site_tables=site_tables(),
        supported=supported_by(connection),
        known_operations=frozenset(registered_operations()),
    )
    return parse_definition(definition, site, new_name_may_be_a_former_one=base_version == 0)


def _connection_for(definition: JSON) -> BaseDatabaseWrapper:
    """Return the connection to where a model of the posted name would be."""
    name = definition.get("model_name") if isinstance(definition, Mapping) else None
    if not isinstance(name, str) or not name.isidentifier():
        return connections[HOME]
    return connection_of(ModelDefinition(name=name, fields=()))


def problems_of(definition: JSON) -> tuple[Problem, ...]:
    """Return what is wrong with a posted definition."""
    try:
        parse(definition)
    except DefinitionInvalid as error:
        return error.problems
    return ()


def parse_upon(definition: JSON, *, base_version: int | None) -> ModelDefinition:
    """Read a definition that builds on a version; None stands for any.

    Raises:
        VersionMovedOn: it has problems, and the model is at another version, which may be why.
        DefinitionInvalid: it has problems.
    """
    try:
        return parse(definition, base_version=base_version)
    except DefinitionInvalid:
        # A model that is to be renamed stands under its former name, unless that was done meanwhile.
        keys = ("renamed_from", "model_name") if isinstance(definition, Mapping) else ()
        given = [definition.get(key) for key in keys]
        names = [each for each in given if isinstance(each, str) and each.isidentifier()]
        versions = {each: version_of(each) for each in names}
        if names:
            name = next(filter(versions.get, names), names[-1])
            refuse_moved_on(name, expected=base_version, version=versions[name])
        raise


def version_of(model_name: str) -> int:
    """Return the version that is in force; 0 if there is no such model."""
    versions = live_rows().filter(name_lower=model_name.lower())
    return versions.values_list("version", flat=True).first() or 0


def refuse_moved_on(model_name: str, *, expected: int | None, version: int) -> None:
    """Compare the version that is in force with the expected one; None stands for any.

    Raises:
        VersionMovedOn: they differ.
    """
    if expected is not None and version != expected:
        raise VersionMovedOn(
            model_name=model_name,
            expected=expected,
            version=version,
            definition=posted_form(current_definitions().get(model_name)),
        )


def posted_form(definition: ModelDefinition | None) -> dict[str, JSON] | None:
    """Return a definition as a client would post it; None for none."""
    if definition is None:
        return None
    fields: JSON = [replace(each, column=None).to_json() for each in definition.fields]
    posted: dict[str, JSON] = {"model_name": definition.name, "fields": fields}
    if definition.table is not None:
        posted["db_table"] = definition.table
    stored = definition.to_json()
    kept = ("to_dict", "options", "unique_together", "indexes", "constraints")
    return posted | {key: stored[key] for key in kept if key in stored}


def asked_form(definition: ModelDefinition) -> dict[str, JSON]:
    """Return what a client posted, as far as its definition tells: what happens once is in it."""
    once: dict[str, JSON] = {}
    if definition.renamed_from is not None:
        once["renamed_from"] = definition.renamed_from
    if definition.operations:
        once["operations"] = definition.operations.to_json()
    if definition.deleted:
        return {"model_name": definition.name, "delete": True, **once}
    return {**(posted_form(definition) or {}), **once}


def complete_form(definition: ModelDefinition) -> dict[str, JSON]:
    """Return what leads to the same definition whatever is in force: it leaves nothing unsaid."""
    asked = asked_form(definition)
    if definition.deleted:
        return asked
    return {
        "to_dict": None,
        "db_table": None,
        "unique_together": [],
        "indexes": [],
        "constraints": [],
        **asked,
        "options": {key: definition.options.get(key) for key in OPTIONS},
    }
