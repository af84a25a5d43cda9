"""From a definition's JSON to the Python values that Django's fields are made with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.deconstruct import deconstructible

from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.generators import GENERATORS, JSONCopy
from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.sentences import JSON


@deconstructible(path="lowcode_async.definitions.values.MediaFolder")
class MediaFolder:
    """A folder below ``MEDIA_ROOT``, looked up when it is asked for: `FilePathField`'s ``path``.

    A definition cannot name any other folder of the server, whose files would then be listed.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self) -> str:
        """Return the folder's absolute path."""
        return str(Path(settings.MEDIA_ROOT) / self.path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MediaFolder) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)


def from_json(field: FieldDefinition, value: JSON) -> object:
    """Return the Python value of a constant of `field`; null is None.

    A `DateTimeField` gives an aware moment in UTC, or a naive one in the default time zone where
    ``USE_TZ`` is off. A relation gives the key as it is written.

    Raises:
        ConstantInvalid: `value` is no constant of the field's type.
    """
    if value is None:
        return None
    kind = FIELD_METADATA[field.type]
    assert kind.constant is not None, f"a {field.type} has no constants"
    read = kind.constant.read(value, kind.completed(field.options))
    if isinstance(read, dt.datetime) and not settings.USE_TZ:
        return timezone.make_naive(read, timezone.get_default_timezone())
    return read


def default_of(field: FieldDefinition) -> object | Callable[[], object]:
    """Return what Django's ``default=`` gets: a constant, a generator, or a `JSONCopy`.

    Ask only for a field with the option ``default``.
    """
    value = field.options["default"]
    generators = GENERATORS.get(field.type, {})
    if isinstance(value, str) and value in generators:
        return generators[value]
    constant = from_json(field, value)
    if field.type == "JSONField" and isinstance(constant, list | dict):
        return JSONCopy(constant)
    return constant


def arguments(field: FieldDefinition) -> dict[str, object]:
    """Return the keyword arguments of Django's field class, but for the relation's own.

    ``to``, ``on_delete`` and ``related_name`` are left out: what they become depends on the
    models around. All others are values that Django takes as they are.
    """
    given = {
        name: value
        for name, value in field.options.items()
        if name not in {"to", "on_delete", "related_name"}
    }
    if "default" in given:
        given["default"] = default_of(field)
    if "choices" in given:
        given["choices"] = [(from_json(field, value), label) for value, label in given["choices"]]
    if field.type == "FilePathField":
        given["path"] = MediaFolder(given.get("path", ""))
    return given
