"""The forms a field has while it is not yet what it will be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import models

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.state import build_field, is_relation

FILLING = frozenset({"default", "blank", "auto_now", "auto_now_add"})
"""Options by which Django would put a value where there is none, and say nothing."""
CONSTRAINTS = frozenset({"unique", "db_index", "null"})


def unchecked(field: FieldDefinition, *, name: str | None = None) -> models.Field[Any, Any]:
    """Return a field with the column's type and none of its constraints: empty to begin with."""
    options = {
        key: value
        for key, value in field.options.items()
        if key not in FILLING | CONSTRAINTS | {"choices"}
    }
    options |= {"null": True, "db_index": False}
    if is_relation(field):
        options |= {"db_constraint": False, "related_name": "+"}
    return build_field(_as_plain_key(field, options, name))


def with_constraints(field: FieldDefinition, *, name: str | None = None) -> models.Field[Any, Any]:
    """Return a field with the column's type and constraints, and nothing that fills in values.

    A row that has no value makes the database refuse the constraint, as it must.
    """
    options = {
        key: value for key, value in field.options.items() if key not in FILLING | {"choices"}
    }
    if is_relation(field):
        options["related_name"] = "+"
    if field.type == "OneToOneField":
        options["unique"] = True
    return build_field(_as_plain_key(field, options, name))


def _as_plain_key(
    field: FieldDefinition, options: dict[str, Any], name: str | None
) -> FieldDefinition:
    """Return the definition with other options; a one-to-one is a foreign key that is unique."""
    return replace(
        field,
        name=name or field.name,
        type="ForeignKey" if field.type == "OneToOneField" else field.type,
        options=options,
        column=None if name else field.column,
        renamed_from=None,
    )
