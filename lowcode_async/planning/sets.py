"""The options of a model's ``Meta``, as a definition declares them."""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from django.db.models import F, Q

from lowcode_async.definitions.declared import ConstraintDefinition, ConstraintKind, IndexDefinition
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.definitions.values import from_json
from lowcode_async.sentences import JSON

_PLAIN_LOOKUPS: Final = frozenset({"isnull"})


def meta_options(definition: ModelDefinition) -> dict[str, Any]:
    """Return what a model's ``Meta`` says; nothing of what is at its default."""
    options: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in definition.options.items()
    }
    if definition.table is not None:
        options["db_table"] = definition.table
    if definition.unique_together:
        options["unique_together"] = set(definition.unique_together)
    if definition.indexes:
        options["indexes"] = [built_index(definition, each) for each in definition.indexes]
    if definition.constraints:
        options["constraints"] = [
            built_constraint(definition, each) for each in definition.constraints
        ]
    return options


def built_index(definition: ModelDefinition, index: IndexDefinition) -> models.Index:
    """Return Django's index."""
    condition = None if index.condition is None else built_condition(definition, index.condition)
    return models.Index(fields=list(index.fields), name=index.name, condition=condition)


def built_constraint(
    definition: ModelDefinition, constraint: ConstraintDefinition
) -> models.CheckConstraint | models.UniqueConstraint:
    """Return Django's constraint."""
    told: dict[str, Any] = {"name": constraint.name}
    for key in ("violation_error_message", "violation_error_code"):
        if (value := getattr(constraint, key)) is not None:
            told[key] = value
    if constraint.condition is not None:
        told["condition"] = built_condition(definition, constraint.condition)
    if constraint.type is ConstraintKind.CHECK:
        return models.CheckConstraint(**told)
    if constraint.nulls_distinct is not None:
        told["nulls_distinct"] = constraint.nulls_distinct
    return models.UniqueConstraint(fields=list(constraint.fields), **told)


def built_condition(definition: ModelDefinition, condition: JSON) -> Q:
    """Return a condition in canonical form as Django has it."""
    if "not" in condition:
        return ~built_condition(definition, condition["not"])
    for key, connector in (("all", Q.AND), ("any", Q.OR)):
        if key in condition:
            parts = (built_condition(definition, each) for each in condition[key])
            return Q(*parts, _connector=connector)
    name, lookup = condition["field"], condition["lookup"]
    if "other_field" in condition:
        return Q(**{f"{name}__{lookup}": F(condition["other_field"])})
    return Q(**{f"{name}__{lookup}": _value(definition, name, lookup, condition["value"])})


def _value(definition: ModelDefinition, name: str, lookup: str, value: JSON) -> Any:
    """Return what a field is compared with; the key of a relation as it is written."""
    field = definition.field(name)
    if lookup in _PLAIN_LOOKUPS or field is None or "to" in field.options:
        return value
    if isinstance(value, list) and lookup in {"in", "range"}:
        return [from_json(field, each) for each in value]
    return from_json(field, value)
