"""What the constants of every field type have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lowcode_async.definitions.kinds import Kind, fits, kind_name, shown, storable
from lowcode_async.sentences import JSON

Options: TypeAlias = Mapping[str, JSON]
"""The options of the field, those absent that have a default filled in."""


class ConstantInvalid(ValueError):
    """A JSON value is no constant of the field's type: a stable code and its parameters."""

    def __init__(self, code: str, /, **params: JSON) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, JSON] = params


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantType:
    """The constants of one field type."""

    kinds: tuple[Kind, ...]
    """The JSON types they are written as; null is never among them."""
    example: JSON
    """One that is valid, for people to see how it is written."""
    reader: Callable[[JSON, Options], object]
    """Makes the Python value of a JSON value of `kinds`, or raises `ConstantInvalid`."""
    writer: Callable[[object, Options], JSON]
    """Makes the one JSON form of a Python value that `reader` made."""
    format: str | None = None
    """Name of the written form, from JSON Schema where it has one."""
    minimum: int | None = None
    maximum: int | None = None

    def read(self, value: JSON, options: Options) -> object:
        """Return the Python value of `value`.

        Raises:
            ConstantInvalid: `value` is no constant of this type, whatever was sent.
        """
        if not fits(value, self.kinds):
            raise ConstantInvalid(
                "value_wrong_type", expected=" | ".join(self.kinds), actual=kind_name(value)
            )
        if isinstance(value, str) and not storable(value):
            raise ConstantInvalid("value_unstorable")
        return self.reader(value, options)

    def canonical(self, value: JSON, options: Options) -> JSON:
        """Return the one JSON form of `value`: the same for all that mean the same.

        Raises:
            ConstantInvalid: `value` is no constant of this type.
        """
        return self.writer(self.read(value, options), options)

    def unreadable(self, value: JSON) -> ConstantInvalid:
        """Make the error of a value that is not written as constants of this type are."""
        return unreadable(value, self.example)


def unreadable(value: JSON, example: JSON) -> ConstantInvalid:
    """Make the error of a value that is not written like `example`."""
    return ConstantInvalid("value_unreadable", value=shown(value), example=shown(example))


def out_of_range(value: JSON, minimum: JSON, maximum: JSON) -> ConstantInvalid:
    """Make the error of a value that is not between two others."""
    return ConstantInvalid(
        "value_out_of_range", value=shown(value), minimum=minimum, maximum=maximum
    )


def unchanged(value: object, _options: Options) -> JSON:
    """Write a value that is the same in Python and in JSON."""
    return value
