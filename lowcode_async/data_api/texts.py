"""Values that come as text: in an address, in a line of CSV, in a cursor."""

from __future__ import annotations

import csv
import re
from typing import Any, Final

import orjson
from django.core.exceptions import ValidationError

from lowcode_async.data_api.columns import Column, in_time_of_site
from lowcode_async.data_api.shapes import Shape
from lowcode_async.definitions.constants.base import ConstantInvalid, unreadable
from lowcode_async.definitions.kinds import Kind, storable
from lowcode_async.sentences import JSON

_INTEGER: Final = re.compile(r"-?[0-9]{1,30}", re.ASCII)
_NUMBER: Final = re.compile(r"-?[0-9]{1,400}(\.[0-9]{0,400})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_FLAGS: Final = {"true": True, "false": False}
_LIMITS: Final = ("max_length", "max_digits", "decimal_places")


def to_json_value(column: Column, text: str) -> JSON:
    """Return the JSON value that `text` stands for in this column.

    Raises:
        ConstantInvalid: it stands for none.
    """
    constant = column.constant
    if constant is None:
        return text
    if Kind.OBJECT in constant.kinds:
        return _any_json(text, constant.example)
    if Kind.BOOLEAN in constant.kinds:
        if text not in _FLAGS:
            raise unreadable(text, constant.example)
        return _FLAGS[text]
    if Kind.STRING in constant.kinds:
        return text
    if Kind.INTEGER in constant.kinds:
        if _INTEGER.fullmatch(text) is None:
            raise unreadable(text, constant.example)
        return int(text)
    if _NUMBER.fullmatch(text) is None:
        raise unreadable(text, constant.example)
    return float(text)


def to_sought(column: Column, text: str) -> Any:
    """Return what rows are compared with; it need not be a value that a row can have.

    Raises:
        ConstantInvalid: rows cannot be compared with it.
    """
    value = to_json_value(column, text)
    if column.constant is None or column.constant.kinds != (Kind.STRING,):
        return _sought(column, value)
    if column.constant.format in (None, "slug", "email", "uri", "path"):
        if not storable(text):
            raise ConstantInvalid("value_unstorable")
        return text
    return _sought(column, value)


def key_of(shape: Shape, text: str) -> Any:
    """Return the primary key that stands as text in an address; None if it is none."""
    try:
        return to_sought(shape.key, text) if storable(text) else None
    except (ConstantInvalid, ValidationError):
        return None


def to_flag(text: str) -> bool:
    """Return what ``true`` and ``false`` say.

    Raises:
        ConstantInvalid: it is neither.
    """
    if text not in _FLAGS:
        raise unreadable(text, example=True)
    return _FLAGS[text]


def to_list(text: str) -> list[str]:
    """Return the parts between commas; a part in double quotes may hold commas itself."""
    return next(csv.reader([text.replace("\r", " ").replace("\n", " ")]), [])


def _sought(column: Column, value: JSON) -> Any:
    unlimited = {key: None if key in _LIMITS else option for key, option in column.options.items()}
    assert column.constant is None or value is not None or Kind.OBJECT in column.constant.kinds
    if column.constant is None:
        return column.read(value)
    return in_time_of_site(column.constant.read(value, unlimited))


def _any_json(text: str, example: JSON) -> JSON:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise unreadable(text, example) from error
