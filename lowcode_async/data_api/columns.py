"""What a model's rows consist of: each field, how its values are read from JSON and written to it."""

from __future__ import annotations

import builtins
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone

from lowcode_async.definitions.constants.base import ConstantInvalid, ConstantType
from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.kinds import kind_name
from lowcode_async.errors import Problem
from lowcode_async.sentences import JSON

AnyField: TypeAlias = "models.Field[Any, Any]"

_OPTIONS: Final = (
    "max_length",
    "max_digits",
    "decimal_places",
    "allow_unicode",
    "protocol",
    "unpack_ipv4",
)
"""Attributes of Django's fields that `ConstantType` knows as options."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One field of a model that has a column."""

    name: str
    """Its name, and its key in JSON; a relation's value is the key of the other row."""
    attname: str
    """What Django selects the value by."""
    field: AnyField
    valued: AnyField
    """The field itself, or the one that a relation's keys are values of."""
    constant: ConstantType | None
    """How values are written; None for a field class of the site's own."""
    options: Mapping[str, Any]
    """The field's options, as `constant` asks for them."""
    type: str
    """Name of the class of `django.db.models` that the values are of; ``""`` if they are of none."""

    def read(self, value: JSON) -> Any:
        """Return the Python value of what stands in a body; null is None.

        Raises:
            ConstantInvalid: it is no value of the field's type.
            ValidationError: a field of the site's own says so.
        """
        if value is None:
            return None
        if self.constant is None:
            return self.valued.to_python(value)
        return in_time_of_site(self.constant.read(value, self.options))

    def value_of(self, row: models.Model) -> Any:
        """Return the value of a row, as a query for the column would."""
        value = getattr(row, self.attname)
        return value.name if isinstance(self.field, models.FileField) else value

    @property
    def related(self) -> builtins.type[models.Model] | None:
        """The model that a relation leads to."""
        # A string where the site has no such model any more.
        related: Any = self.field.related_model if self.field.remote_field else None
        return related if isinstance(related, builtins.type) else None

    @property
    def far_path(self) -> str:
        """How Django spells the column that its values are from, at the end of its relations."""
        field, names = self.field, [self.field.name]
        while isinstance(field, models.ForeignKey):
            field = field.target_field
            names.append(field.name)
        return "__".join(names)

    @property
    def automatic(self) -> bool:
        """Whether the database numbers it."""
        return isinstance(self.field, models.AutoField)

    @property
    def read_only(self) -> bool:
        """Whether clients cannot set it."""
        field = self.field
        # Django takes bytes for editable by nobody: its forms have no way to show them.
        fixed = not field.editable and not isinstance(field, models.BinaryField)
        return self.automatic or fixed or field.generated

    @property
    def optional(self) -> bool:
        """Whether a new row may leave it out."""
        field = self.field
        empty = field.blank and field.empty_strings_allowed
        return field.has_default() or field.has_db_default() or field.null or empty


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Link:
    """A many-to-many relation: its value is the list of the other rows' keys."""

    name: str
    field: Any
    related: type[models.Model]
    key: Column
    """The column of the other model that the keys are values of."""

    @property
    def through(self) -> type[models.Model]:
        """The model in between."""
        through: type[models.Model] = self.field.remote_field.through
        return through

    @property
    def source(self) -> str:
        """The field in between that leads to the model itself."""
        return str(self.field.m2m_field_name())

    @property
    def target(self) -> str:
        """The field in between that leads to the other model."""
        return str(self.field.m2m_reverse_field_name())

    @property
    def writable(self) -> bool:
        """Whether the rows in between are nothing but the two keys."""
        return bool(self.through._meta.auto_created)

    def read(self, value: JSON) -> list[Any]:
        """Return the keys in a list.

        Raises:
            ConstantInvalid: it is no list of keys.
        """
        if not isinstance(value, list):
            raise ConstantInvalid("value_wrong_type", expected="array", actual=kind_name(value))
        keys = [self.key.read(each) for each in value]
        if any(key is None for key in keys):
            raise ConstantInvalid("value_wrong_type", expected="key", actual="null")
        return list(dict.fromkeys(keys))


def in_time_of_site(value: Any) -> Any:
    """Return a value as Django has it: on a site without time zones a moment is in the site's own."""
    if isinstance(value, dt.datetime) and not settings.USE_TZ:
        return timezone.make_naive(value, timezone.get_default_timezone())
    return value


def column_of(field: AnyField) -> Column:
    """Return what a field's values are."""
    valued = _valued(field)
    # Numbers that the database gives have no constants of their own.
    type_ = "BigIntegerField" if isinstance(valued, models.AutoField) else _type(valued)
    kind = FIELD_METADATA.get(type_)
    options = {name: getattr(valued, name) for name in _OPTIONS if hasattr(valued, name)}
    return Column(
        name=field.name or "",
        attname=getattr(field, "attname", ""),
        field=field,
        valued=valued,
        constant=kind.constant if kind is not None else None,
        options=kind.completed(options) if kind is not None else options,
        type=type_,
    )


def _type(field: AnyField) -> str:
    """Return the name of the field type: what Django calls a class of its own, or of a subclass."""
    internal = field.get_internal_type()
    return internal if isinstance(field, getattr(models, internal, ())) else ""


def _valued(field: AnyField) -> AnyField:
    """Follow relations to the field whose values their keys are."""
    while isinstance(field, models.ForeignKey):
        try:
            field = field.target_field
        except (FieldDoesNotExist, ValueError):
            return field  # the site has no such model any more
    return field


VALUE_CODES: Final[Mapping[str, str]] = {
    "value_wrong_type": "field_wrong_type",
    "value_unstorable": "field_unstorable",
    "value_unreadable": "field_unreadable",
    "value_out_of_range": "field_out_of_range",
    "value_too_long": "field_too_long",
    "value_too_many_digits": "field_too_many_digits",
    "value_not_exact": "field_not_exact",
    "value_not_finite": "field_not_finite",
    "value_too_deep": "field_too_deep",
}
"""How a row is told what a definition is told of its constants."""


def wrong_value(error: ConstantInvalid, *, field: str, pointer: str) -> Problem:
    """Return the problem of a value that is none of its field's type."""
    code = VALUE_CODES.get(error.code, error.code)
    return Problem(pointer=pointer, code=code, params={"field": field, **error.params})
