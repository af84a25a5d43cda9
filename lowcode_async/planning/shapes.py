"""What a column can hold: the kind of its values, and their limits, the same on every database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.apps import apps as site_apps
from django.db import models

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.planning.state import (
    SELF,
    automatic_key,
    build_field,
    dynamic_target,
    is_relation,
    site_target,
)

BIG = 2**63


class Kind(StrEnum):
    """A kind of values, as Python has them once the database has been read."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    DURATION = "duration"
    UUID = "uuid"
    JSON = "json"
    BINARY = "binary"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a column can hold."""

    kind: Kind
    max_length: int | None = None
    """Of text, in characters; None is without limit."""
    low: int | None = None
    """Of integers; both ends included."""
    high: int | None = None
    widest: int | None = None
    """The largest integer that one of the databases would let in: unsigned columns of MySQL."""
    max_digits: int | None = None
    """Of decimals."""
    decimal_places: int | None = None
    exact_digits: int | None = None
    """Of decimals, where the database holds fewer digits than the type: SQLite has but floats."""
    ambiguous: bool = True
    """Of UUIDs, whether the database takes those that MariaDB's own type refuses."""


INTEGERS: dict[type[models.Field[Any, Any]], tuple[int, int, int]] = {
    # Django's own ranges, and what an unsigned column of MySQL holds beyond them.
    models.PositiveBigIntegerField: (0, BIG - 1, 2**64 - 1),
    models.PositiveSmallIntegerField: (0, 2**15 - 1, 2**16 - 1),
    models.PositiveIntegerField: (0, 2**31 - 1, 2**32 - 1),
    models.SmallAutoField: (-(2**15), 2**15 - 1, 2**15 - 1),
    models.BigAutoField: (-BIG, BIG - 1, BIG - 1),
    models.AutoField: (-(2**31), 2**31 - 1, 2**31 - 1),
    models.SmallIntegerField: (-(2**15), 2**15 - 1, 2**15 - 1),
    models.BigIntegerField: (-BIG, BIG - 1, BIG - 1),
    models.IntegerField: (-(2**31), 2**31 - 1, 2**31 - 1),
}
"""From the special to the general: the first that a field is an instance of is its own."""

KINDS: dict[type[models.Field[Any, Any]], Kind] = {
    models.CharField: Kind.TEXT,
    models.TextField: Kind.TEXT,
    models.FileField: Kind.TEXT,
    models.FilePathField: Kind.TEXT,
    models.FloatField: Kind.FLOAT,
    models.BooleanField: Kind.BOOLEAN,
    models.DateTimeField: Kind.DATETIME,
    models.DateField: Kind.DATE,
    models.TimeField: Kind.TIME,
    models.DurationField: Kind.DURATION,
    models.UUIDField: Kind.UUID,
    models.JSONField: Kind.JSON,
    models.BinaryField: Kind.BINARY,
    models.GenericIPAddressField: Kind.ADDRESS,
}
"""A date with a time comes before a date: it is one, to Python."""


def shape_of(field: models.Field[Any, Any]) -> Shape | None:
    """Return the shape of a field's column; None for a kind of column that is not ours to convert."""
    for integer, (low, high, widest) in INTEGERS.items():
        if isinstance(field, integer):
            return Shape(kind=Kind.INTEGER, low=low, high=high, widest=widest)
    if isinstance(field, models.DecimalField):
        return Shape(
            kind=Kind.DECIMAL, max_digits=field.max_digits, decimal_places=field.decimal_places
        )
    for other, kind in KINDS.items():
        if isinstance(field, other):
            length = field.max_length if kind is Kind.TEXT else None
            # A TextField's max_length is for forms; its column has none.
            return Shape(
                kind=kind, max_length=None if isinstance(field, models.TextField) else length
            )
    return None


def column_field(
    definitions: Mapping[str, ModelDefinition], owner: ModelDefinition, field: FieldDefinition
) -> models.Field[Any, Any]:
    """Return the field whose type a field's column has: its own, or for a relation the target's key."""
    seen: set[tuple[str, str]] = set()
    while is_relation(field):
        if (owner.name, field.name) in seen:
            return automatic_key()
        seen.add((owner.name, field.name))
        label = site_target(field)
        if label is not None:
            return _site_key(site_apps.get_model(label), field.options.get("to_field"))
        name = dynamic_target(field)
        if name is not None and name != SELF:
            owner = definition_named(definitions, name) or owner
        key = target_key(owner, field.options.get("to_field"))
        if key is None:
            return automatic_key()
        field = key
    return build_field(field)


def definition_named(
    definitions: Mapping[str, ModelDefinition], name: str
) -> ModelDefinition | None:
    """Return the model of this name, in whatever case."""
    return next((each for each in definitions.values() if each.name.lower() == name.lower()), None)


def target_key(owner: ModelDefinition, to_field: str | None) -> FieldDefinition | None:
    """Return the field of a model that others point at; None for the automatic primary key."""
    if to_field is not None and (named := owner.field(to_field)) is not None:
        return named
    return next((each for each in owner.fields if each.options.get("primary_key")), None)


def _site_key(model: type[models.Model], to_field: str | None) -> models.Field[Any, Any]:
    field: Any = model._meta.get_field(to_field) if to_field else model._meta.pk
    while field.remote_field is not None:
        field = field.target_field
    found: models.Field[Any, Any] = field
    return found
