"""Values of rows as JSON Schema, made from the same constants that read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lowcode_async.data_api.columns import Column, Link
from lowcode_async.definitions.kinds import Kind
from lowcode_async.sentences import JSON

_TOLD_AS_TEXT: Final = ("decimal",)
"""Formats that may be sent as a number too, and are answered as text."""
_FORMATS: Final[Mapping[str, str]] = {
    "date": "date",
    "date-time": "date-time",
    "duration": "duration",
    "uuid": "uuid",
    "decimal": "decimal",
    "double": "double",
}
"""What JSON Schema and OpenAPI know; an RFC 3339 time has an offset, and ours has none."""


def answered(column: Column) -> dict[str, JSON]:
    """Return the schema of a column's value in an answer."""
    return _nullable(column, _schema(column, sent=False))


def sent(column: Column) -> dict[str, JSON]:
    """Return the schema of a column's value in a body."""
    schema = _schema(column, sent=True)
    choices = column.field.flatchoices
    if choices and not schema.get("format") and schema.get("type") in ("string", "integer"):
        schema["enum"] = [value for value, _ in choices]
        if column.field.blank and schema["type"] == "string":
            schema["enum"].append("")
    return _nullable(column, schema)


def compared(column: Column) -> dict[str, JSON]:
    """Return the schema of what a column is compared with, in an address."""
    schema = _schema(column, sent=False)
    for limit in ("minLength", "maxLength"):
        schema.pop(limit, None)
    return schema if "type" in schema else {"type": "string"}


def keys(link: Link) -> dict[str, JSON]:
    """Return the schema of the value of a many-to-many relation."""
    return {"type": "array", "items": _schema(link.key, sent=False)}


def _schema(column: Column, *, sent: bool) -> dict[str, JSON]:
    constant = column.constant
    if constant is None or Kind.OBJECT in constant.kinds:
        return {}
    if constant.format == "base64":
        return {"type": "string", "contentEncoding": "base64"}
    kinds = [kind.value for kind in constant.kinds]
    if constant.format in _TOLD_AS_TEXT and not sent:
        kinds = ["string"]
    schema: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
    if (known := _FORMATS.get(constant.format or "")) is not None:
        schema["format"] = known
    limits = {"minimum": constant.minimum, "maximum": constant.maximum}
    if kinds == ["string"] and "format" not in schema:
        limits["maxLength"] = column.options.get("max_length")
        if sent and not column.field.blank:
            limits["minLength"] = 1
    return schema | {name: each for name, each in limits.items() if each is not None}


def _nullable(column: Column, schema: dict[str, JSON]) -> dict[str, JSON]:
    if not column.field.null or "type" not in schema:
        return schema
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    nullable = {**schema, "type": [*kinds, "null"]}
    if "enum" in nullable:
        nullable["enum"] = [*nullable["enum"], None]
    return nullable
