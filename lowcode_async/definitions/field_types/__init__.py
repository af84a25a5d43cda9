"""The one table of field types: what API, documentation and forms know of them comes from here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lowcode_async.definitions.field_types import files, numbers, other, relations, text, times
from lowcode_async.definitions.field_types.base import FieldType, Group, OptionType

__all__ = ["FIELD_METADATA", "FieldType", "Group", "OptionType"]

FIELD_METADATA: Mapping[str, FieldType] = MappingProxyType(
    {
        each.name: each
        for room in (text, numbers, times, other, files, relations)
        for each in room.TYPES
    }
)
"""Every type that a field can have, a `FieldType` each: its options, their limits, and its words.

By the name of the class in `django.db.models`, in the order in which people are shown them.
"""
