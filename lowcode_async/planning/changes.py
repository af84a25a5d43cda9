"""What kind of change leads from one field to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.planning.shapes import Kind, Shape, column_field, shape_of
from lowcode_async.planning.state import (
    SELF,
    build_field,
    dynamic_target,
    is_many_to_many,
    is_relation,
    site_target,
)

FREE_OPTIONS = frozenset(models.Field.non_db_attrs) | {"default", "auto_now", "auto_now_add"}
"""What the column knows nothing of."""


class Change(StrEnum):
    """What a change of a field means for its column."""

    NONE = "none"
    """Nothing."""
    ADDITION = "addition"
    REMOVAL = "removal"
    WIDENING = "widening"
    """Every database does it rightly by itself: all values stay as they are, or it refuses."""
    CONVERSION = "conversion"
    """Values may need another form, or may have none: it goes by a shadow column."""


def change_between(
    old: FieldDefinition,
    new: FieldDefinition,
    *,
    before: ModelDefinition,
    after: ModelDefinition,
    definitions: Mapping[str, ModelDefinition],
) -> Change:
    """Return what a change of a field means for its column."""
    if same_column(old, new, owner=after.name):
        return Change.NONE
    if is_many_to_many(old) or is_many_to_many(new):
        return Change.WIDENING
    if _fills_nulls(old, new):
        return Change.CONVERSION
    source = shape_of(column_field(definitions, before, old))
    target = shape_of(column_field({**definitions, after.name: after}, after, new))
    if source is None or target is None or not widens(source, target):
        return Change.CONVERSION
    if is_relation(old) != is_relation(new) or _needs_new_targets(old, new, after.name):
        return Change.CONVERSION
    return Change.WIDENING


def same_column(old: FieldDefinition, new: FieldDefinition, *, owner: str) -> bool:
    """Tell whether two fields of the model `owner` have the same column, whatever its name."""
    if is_relation(old) and is_relation(new) and not same_target(old, new, owner=owner):
        return False
    return _column_arguments(old) == _column_arguments(new)


def same_target(old: FieldDefinition, new: FieldDefinition, *, owner: str) -> bool:
    """Tell whether two relations of the model `owner` point at the same model."""
    return _target(old, owner) == _target(new, owner)


def _target(field: FieldDefinition, owner: str) -> tuple[str, str | None]:
    site = site_target(field)
    if site is not None:
        return ("site", site.lower())
    name = dynamic_target(field)
    return ("dynamic", (owner if name == SELF else str(name)).lower())


def _column_arguments(field: FieldDefinition) -> tuple[str, dict[str, Any]]:
    _, path, _, arguments = build_field(field).deconstruct()
    free = FREE_OPTIONS | {"db_table", "to", "symmetrical"}
    return path, {name: value for name, value in arguments.items() if name not in free}


def effective_default(field: models.Field[Any, Any]) -> Any:
    """Return what Django would write into rows that have no value; None if there is nothing."""
    if isinstance(field, models.ForeignKey):
        # Django asks whether the default is a row of the target, which is but a name as yet.
        default: Any = field.default if field.has_default() else None
        return default() if callable(default) else default
    # Django's own rule, which it shows nobody; ours must be the same one.
    return BaseDatabaseSchemaEditor._effective_default(field)  # type: ignore[attr-defined]  # noqa: SLF001


def filling(field: FieldDefinition) -> FieldDefinition:
    """Return a field as rows that have no value are filled: by its one-off default, if it has one."""
    if field.one_off_default is None:
        return field
    automatic = {"auto_now", "auto_now_add"}
    options = {key: value for key, value in field.options.items() if key not in automatic}
    return replace(field, options={**options, "default": field.one_off_default})


def _needs_new_targets(old: FieldDefinition, new: FieldDefinition, owner: str) -> bool:
    """Tell whether keys may be orphans that were none, or were not asked for their targets."""
    if not is_relation(new) or not new.options.get("db_constraint", True):
        return False
    return not same_target(old, new, owner=owner) or not old.options.get("db_constraint", True)


def _fills_nulls(old: FieldDefinition, new: FieldDefinition) -> bool:
    """Tell whether Django's own AlterField would put a default where there was NULL.

    It could not be taken back, and it would not be said; so the conversion does it.
    """
    if not old.options.get("null") or new.options.get("null"):
        return False
    return effective_default(build_field(filling(new))) is not None


def widens(source: Shape, target: Shape) -> bool:
    """Tell whether each value of the source is a value of the target, without any change."""
    if source.kind is not target.kind:
        return False
    match source.kind:
        case Kind.TEXT:
            return target.max_length is None or (
                source.max_length is not None and source.max_length <= target.max_length
            )
        case Kind.INTEGER:
            return _integer_widens(source, target)
        case Kind.DECIMAL:
            return _decimal_widens(source, target)
        case _:
            return True


def _integer_widens(source: Shape, target: Shape) -> bool:
    """Tell whether a range lies in another, even where a database lets more in than Django means."""
    if (source.low, source.high) == (target.low, target.high):
        return True
    assert source.low is not None
    assert source.widest is not None
    assert target.low is not None
    assert target.high is not None
    return target.low <= source.low and source.widest <= target.high


def _decimal_widens(source: Shape, target: Shape) -> bool:
    old_digits, old_places = source.max_digits or 0, source.decimal_places or 0
    new_digits, new_places = target.max_digits or 0, target.decimal_places or 0
    return new_places >= old_places and new_digits - new_places >= old_digits - old_places
