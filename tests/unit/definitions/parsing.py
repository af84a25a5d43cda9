"""Reading definitions as a site with a user model and SQLite-like limits would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lowcode_async.definitions.model import ModelDefinition, SiteModel
from lowcode_async.definitions.parsing import parse_definition
from lowcode_async.definitions.site import Site
from lowcode_async.definitions.supported import EVERYTHING, Supported
from lowcode_async.errors import DefinitionInvalid, Problem

USER = SiteModel(
    label="auth.User",
    primary_key="AutoField",
    is_user=True,
    shown={"pk": None, "id": None, "username": None},
)
SITE_MODELS: Mapping[str, SiteModel] = {
    "auth.User": USER,
    "AUTH_USER_MODEL": USER,
    "auth.Group": SiteModel(
        label="auth.Group",
        primary_key="AutoField",
        shown={"pk": None, "name": None, "leader": "auth.User", "leader_id": None},
    ),
}


def parse(
    data: Any,
    *existing: ModelDefinition,
    max_fields: int = 1000,
    supported: Supported = EVERYTHING,
) -> ModelDefinition:
    """Parse what a client posted, next to `existing` models."""
    site = Site(
        existing={each.name: each for each in existing},
        site_models=SITE_MODELS,
        max_name_length=63,
        max_fields=max_fields,
        supported=supported,
        site_tables={"auth_user", "auth_group"},
        registered={"Template": "demo.Template"},
    )
    return parse_definition(data, site)


def model(name: str, *fields: Any, existing: tuple[ModelDefinition, ...] = ()) -> ModelDefinition:
    """Parse a definition that has no problem."""
    return parse({"model_name": name, "fields": list(fields)}, *existing)


def problems(data: Any, *existing: ModelDefinition, **options: Any) -> list[Problem]:
    """Return all problems of a definition that has some."""
    with pytest.raises(DefinitionInvalid) as caught:
        parse(data, *existing, **options)
    return list(caught.value.problems)


def char(name: Any = "title", **options: Any) -> dict[str, Any]:
    """Return a CharField as a client sends it."""
    return {"name": name, "type": "CharField", "max_length": 100, **options}


def field(type_name: str, name: str = "title", **options: Any) -> dict[str, Any]:
    """Return a field of this type as a client sends it."""
    return {"name": name, "type": type_name, **options}


def link(name: str, to: Any, **options: Any) -> dict[str, Any]:
    """Return a ForeignKey as a client sends it."""
    return {"name": name, "type": "ForeignKey", "to": to, "on_delete": "CASCADE", **options}
