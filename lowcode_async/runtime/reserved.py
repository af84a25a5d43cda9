"""Which reserved fields a model's class has."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from lowcode_async.definitions.reserved import RESERVED_FIELDS, ReservedField


def reserved_of(model: type[models.Model]) -> Mapping[str, ReservedField]:
    """Return the reserved fields of a model, by name; one that cannot carry its behavior is none."""
    fields = {each.name: each for each in model._meta.concrete_fields}
    return MappingProxyType(
        {
            name: reserved
            for name, reserved in RESERVED_FIELDS.items()
            if name in fields and _carries(fields[name], reserved)
        }
    )


def _carries(field: models.Field[Any, Any], reserved: ReservedField) -> bool:
    """Tell whether a field is of a type that can carry the behavior of its name."""
    if field.get_internal_type() not in reserved.types:
        return False
    return not reserved.to_user or field.related_model is get_user_model()
