"""What a model's rows consist of: each field, how its values are read from JSON and written to it."""

from __future__ import annotations

import base64
import builtins
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, TypeAlias

import orjson
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.duration import duration_iso_string

from lowcode_async.definitions.constants.base import ConstantInvalid, ConstantType
from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.kinds import kind_name, shown
from lowcode_async.definitions.reserved import ReservedField
from lowcode_async.errors import Problem
from lowcode_async.runtime.reserved import reserved_of
from lowcode_async.runtime.statements import Statement
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

_FORM: Final = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


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
        read = self.constant.read(value, self.options)
        if isinstance(read, dt.datetime) and not settings.USE_TZ:
            return timezone.make_naive(read, timezone.get_default_timezone())
        return read

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


@dataclass(frozen=True, eq=False, kw_only=True)
class Shape:
    """All columns and links of one model."""

    model: type[models.Model]
    columns: Mapping[str, Column]
    """By name, in the order of the model."""
    links: Mapping[str, Link]
    reserved: Mapping[str, ReservedField]
    """The reserved fields that it has, by name."""

    @cached_property
    def key(self) -> Column:
        """The primary key."""
        return self.columns[self.model._meta.pk.name]

    @cached_property
    def statements(self) -> dict[Any, Statement | None]:
        """What pages of its rows have been read by; see `data_api.paging`."""
        return {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every key of a row in JSON."""
        return (*self.columns, *self.links)

    @property
    def marks_deleted(self) -> bool:
        """Whether deleting a row marks it."""
        return "is_deleted" in self.reserved

    @property
    def confined(self) -> bool:
        """Whether rows belong to projects."""
        return "project" in self.reserved

    def named(self, name: str) -> Column | Link | None:
        """Return what has this name, a relation's column name and ``pk`` included."""
        if name == "pk":
            return self.key
        by_column = next((each for each in self.columns.values() if each.attname == name), None)
        return self.columns.get(name) or self.links.get(name) or by_column


_SHAPE: Final = "_lowcode_shape"
"""Where a class keeps its shape: that knows the class, so nothing that lives longer may know it."""


def shape_of(model: type[models.Model]) -> Shape:
    """Return the shape of a model; made once."""
    found: Shape | None = vars(model).get(_SHAPE)
    if found is None:
        found = _shape(model)
        setattr(model, _SHAPE, found)
    return found


def _shape(model: type[models.Model]) -> Shape:
    columns = [shape_column(field) for field in model._meta.concrete_fields]
    fields: Sequence[Any] = model._meta.many_to_many
    links = [
        Link(
            name=field.name,
            field=field,
            related=field.related_model,
            key=shape_column(field.related_model._meta.pk),
        )
        for field in fields
        if not isinstance(field.related_model, str)
    ]
    return Shape(
        model=model,
        columns={each.name: each for each in columns},
        links={each.name: each for each in links},
        reserved=reserved_of(model),
    )


def shape_column(field: AnyField) -> Column:
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
    "value_not_finite": "field_not_finite",
    "value_too_deep": "field_too_deep",
}
"""How a row is told what a definition is told of its constants."""


def wrong_value(error: ConstantInvalid, *, field: str, pointer: str) -> Problem:
    """Return the problem of a value that is none of its field's type."""
    code = VALUE_CODES.get(error.code, error.code)
    return Problem(pointer=pointer, code=code, params={"field": field, **error.params})


def to_text(value: Any) -> str:
    """Return a value as it stands in a line of CSV; None is the empty text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    written = orjson.dumps(value, default=_told, option=_FORM).decode()
    return written[1:-1] if written.startswith('"') else written


def to_json(value: Any) -> bytes:
    """Write rows as JSON: typed values as `ConstantType` reads them."""
    return orjson.dumps(value, default=_told, option=_FORM)


def _told(value: Any) -> JSON:
    """Tell orjson what it does not know by itself."""
    match value:
        case Decimal():
            return format(value, "f") if value.is_finite() else None
        case dt.timedelta():
            return duration_iso_string(value)
        case bytes() | memoryview() | bytearray():
            return base64.b64encode(value).decode("ascii")
        case models.Model():
            return value.pk
        case int() if not isinstance(value, bool):
            return int(value) if -(2**63) <= value < 2**64 else str(value)
        case Iterable() if not isinstance(value, str):
            return list(value)
        case _:
            return str(value)


def described(value: Any) -> JSON:
    """Return a value as a sentence may mention it."""
    return shown(to_text(value))
