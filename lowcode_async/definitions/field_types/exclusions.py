"""What `django.db.models` has and a definition cannot use, with the reason.

A test holds this file and `FIELD_METADATA` together against Django itself: every field class and
every argument of one is either offered or named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

EXCLUDED_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "Field": "the base class of all fields; it has no column of its own",
        "ForeignObject": "the base class of relations; ForeignKey is what has a column",
        "OrderWrt": "made by Django for order_with_respect_to, never by hand",
        "GeneratedField": "its expression is code",
        "CompositePrimaryKey": "has no column; relations cannot point at a model that has one",
        "CommaSeparatedIntegerField": "removed from Django; kept only for old migrations",
        "IPAddressField": "removed from Django; GenericIPAddressField took its place",
        "NullBooleanField": "removed from Django; BooleanField with null took its place",
    }
)
"""Field classes, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedOptions:
    """Arguments of field classes that no definition can give."""

    names: tuple[str, ...]
    reason: str
    types: tuple[str, ...] = ()
    """The field types this is about; empty for all."""


_AUTOMATIC = ("SmallAutoField", "AutoField", "BigAutoField")
_FILES = ("FileField", "ImageField", "FilePathField")
_RELATIONS = ("ForeignKey", "OneToOneField", "ManyToManyField")

EXCLUDED_OPTIONS: tuple[ExcludedOptions, ...] = (
    ExcludedOptions(
        names=("name", "rel", "auto_created", "serialize"),
        reason="for Django's own use",
    ),
    ExcludedOptions(
        names=("db_column", "db_table", "db_tablespace"),
        reason="where a field is kept in the database is decided by planning, which needs it to "
        "rename and convert without loss",
    ),
    ExcludedOptions(
        names=("validators", "error_messages", "encoder", "decoder", "storage"),
        reason="takes code; a definition holds none",
    ),
    ExcludedOptions(
        names=("db_default", "db_collation"),
        reason="means something else on each database",
    ),
    ExcludedOptions(
        names=("unique_for_date", "unique_for_month", "unique_for_year"),
        reason="only Django's forms look at it; the database does not hold it",
    ),
    ExcludedOptions(
        names=("width_field", "height_field"),
        reason="reads the image, with Pillow, at each assignment",
        types=("ImageField",),
    ),
    ExcludedOptions(
        names=("through", "through_fields"),
        reason="a linking model of its own is a model with two foreign keys",
        types=("ManyToManyField",),
    ),
    ExcludedOptions(
        names=("to_field", "parent_link", "limit_choices_to", "related_query_name", "swappable"),
        reason="relations point at the primary key, and their reverse name is their related_name",
        types=_RELATIONS,
    ),
    ExcludedOptions(
        names=(
            *("null", "blank", "default", "choices", "unique", "db_index", "max_length"),
            *("unique_for_date", "unique_for_month", "unique_for_year"),
        ),
        reason="the database numbers the rows",
        types=_AUTOMATIC,
    ),
    ExcludedOptions(
        names=("null", "unique", "db_index", "primary_key", "default", "choices", "db_comment"),
        reason="a many-to-many relation has a table and no column",
        types=("ManyToManyField",),
    ),
    ExcludedOptions(
        names=("choices",),
        reason="the rows of the target are the choices",
        types=("ForeignKey", "OneToOneField"),
    ),
    ExcludedOptions(
        names=("unique", "db_index"),
        reason="always true",
        types=("OneToOneField",),
    ),
    ExcludedOptions(
        names=("unique", "db_index", "primary_key", "choices"),
        reason="such values are not compared in the same way by all databases",
        types=("JSONField", "BinaryField"),
    ),
    ExcludedOptions(
        names=("primary_key",),
        reason="no database can look up such values reliably, or MySQL cannot index them whole",
        types=("TextField", "FloatField", "BooleanField", *_FILES),
    ),
    ExcludedOptions(
        names=("choices",),
        reason="the files are the choices",
        types=_FILES,
    ),
    ExcludedOptions(
        names=("max_length",),
        reason="without meaning for values that are not text",
        types=(
            *("SmallIntegerField", "IntegerField", "BigIntegerField"),
            *("PositiveSmallIntegerField", "PositiveIntegerField", "PositiveBigIntegerField"),
            *("FloatField", "DecimalField", "BooleanField"),
            *("DateField", "DateTimeField", "TimeField", "DurationField"),
            *("UUIDField", "GenericIPAddressField", "JSONField"),
            *_RELATIONS,
        ),
    ),
)
"""Arguments, in the order in which the reference tells of them."""


def excluded(type_name: str) -> dict[str, str]:
    """Return the arguments that a field type is not given, with their reasons."""
    return {
        name: each.reason
        for each in EXCLUDED_OPTIONS
        if not each.types or type_name in each.types
        for name in each.names
    }
