"""The fields of live models as an app of its own has them."""

from __future__ import annotations

from typing import Any

from django.conf import SettingsReference
from django.db import models

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.definitions.values import MediaFolder
from lowcode_async.ejecting.functions import Functions
from lowcode_async.planning.columns import link_table_of
from lowcode_async.planning.state import (
    SELF,
    build_field,
    dynamic_target,
    is_many_to_many,
    is_relation,
    site_target,
)


def ejected_field(
    model: ModelDefinition, field: FieldDefinition, *, app: str, functions: Functions
) -> models.Field[Any, Any]:
    """Return a field that needs nothing of this plugin, and has the column or table that there is.

    Args:
        model: the model it belongs to.
        field: its definition.
        app: label of the ejected app.
        functions: takes up what its default or its folder needs.
    """
    live: Any = build_field(field)
    _, _, args, options = live.deconstruct()
    if is_relation(field):
        options["to"] = _target(field, options["to"], app=app)
    if is_many_to_many(field):
        options["db_table"] = link_table_of(model, field)
        # Of no consequence for the table, so Django leaves it out.
        options["symmetrical"] = live.remote_field.symmetrical
    if callable(options.get("default")):
        options["default"] = functions.for_default(model.name, field.name, options["default"])
    if isinstance(options.get("path"), MediaFolder):
        options["path"] = functions.for_folder(model.name, field.name, options["path"])
    ejected: models.Field[Any, Any] = getattr(models, field.type)(*args, **options)
    return ejected


def _target(field: FieldDefinition, deconstructed: str, *, app: str) -> str:
    """Return whom a relation points at in `app`; Django has put the label into lower case."""
    if isinstance(deconstructed, SettingsReference):
        return deconstructed
    target = dynamic_target(field)
    if target is None:
        return site_target(field) or deconstructed
    return SELF if target == SELF else f"{app}.{target}"
