"""Which comparisons each type of field knows, and what rows they leave.

The comparisons are Django's own (`Field.get_lookup`, `Field.get_transform`); the table says which of
them mean something on a type, since Django would look for ``12`` inside a date if it was told to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models

from lowcode_async.data_api.columns import Column, column_of
from lowcode_async.data_api.texts import to_flag, to_list, to_sought
from lowcode_async.definitions.constants.base import ConstantInvalid
from lowcode_async.definitions.constants.numbers import integer

ORDERED: Final = ("exact", "gt", "gte", "lt", "lte", "range", "in", "isnull")
_SAME: Final = ("exact", "in", "isnull")
_PARTS: Final = (
    "iexact",
    "contains",
    "icontains",
    "startswith",
    "istartswith",
    "endswith",
    "iendswith",
)
_TEXT: Final = (*ORDERED, *_PARTS)
_DAYS: Final = ("year", "quarter", "month", "week", "week_day", "day", "iso_year")
_HOURS: Final = ("hour", "minute", "second")
_YEARS: Final = integer(2, 9998)
"""Years whose beginning and end Python can tell in every time zone: Django looks for what is between."""

LOOKUPS: Final[Mapping[str, Sequence[str]]] = {
    "BooleanField": ("exact", "isnull"),
    "UUIDField": _SAME,
    "GenericIPAddressField": _SAME,
    "JSONField": ("exact", "isnull", "has_key"),
    "BinaryField": ("isnull",),
    **dict.fromkeys(
        (
            "CharField",
            "TextField",
            "SlugField",
            "EmailField",
            "URLField",
            "FileField",
            "ImageField",
            "FilePathField",
        ),
        _TEXT,
    ),
}
"""By field type; all others are `ORDERED`."""
TRANSFORMS: Final[Mapping[str, Sequence[str]]] = {
    "DateField": _DAYS,
    "TimeField": _HOURS,
    "DateTimeField": ("date", "time", *_DAYS, *_HOURS),
}
SEARCHED: Final = ("CharField", "TextField", "SlugField", "EmailField", "URLField")
"""The types that ``search`` looks into."""
UNORDERED: Final = ("JSONField", "BinaryField")
"""The types that rows cannot be ordered by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a value is to be compared with, and how."""

    path: str
    """Transforms and lookup, as Django's keyword arguments spell them; ``""`` for none."""
    lookup: str
    column: Column
    """What the values are read as: the field, or what a transform makes of it."""

    def sought(self, text: str) -> Any:
        """Return the value, or the values, that `text` stands for.

        Raises:
            ConstantInvalid: it stands for none.
        """
        match self.lookup:
            case "isnull":
                return to_flag(text)
            case "has_key":
                return text
            case "in":
                return [self._one(each) for each in to_list(text)]
            case "range":
                both = to_list(text)
                if len(both) != 2:
                    raise ConstantInvalid("range_not_two", count=len(both))
                return [self._one(each) for each in both]
            case _:
                return self._one(text)

    def _one(self, text: str) -> Any:
        try:
            return to_sought(self.column, text)
        except ValidationError as error:
            raise ConstantInvalid("field_invalid", detail=" ".join(error.messages)) from error


class LookupUnknown(LookupError):
    """The type of the field does not know this comparison."""

    def __init__(self, *, name: str, known: Sequence[str]) -> None:
        super().__init__(name)
        self.name = name
        self.known = known


def comparison(column: Column, parts: Sequence[str]) -> Comparison:
    """Return the comparison that stands behind the name of a field.

    Raises:
        LookupUnknown: the field's type does not know it.
    """
    path = list(parts)
    taken: list[str] = []
    while path and path[0] in TRANSFORMS.get(column.type, ()):
        taken.append(path.pop(0))
        column = _transformed(column, taken[-1])
    lookup = path[0] if path else "exact"
    known = LOOKUPS.get(column.type, ORDERED)
    if len(path) > 1 or lookup not in known or column.valued.get_lookup(lookup) is None:
        transforms = TRANSFORMS.get(column.type, ())
        raise LookupUnknown(name="__".join(path), known=[*known, *transforms])
    return Comparison(path="__".join([*taken, lookup]), lookup=lookup, column=column)


def _transformed(column: Column, name: str) -> Column:
    transform: Any = column.valued.get_transform(name)
    output = transform.output_field if transform is not None else None
    made = column_of(output if isinstance(output, models.Field) else models.IntegerField())
    return replace(made, constant=_YEARS) if name in {"year", "iso_year"} else made
