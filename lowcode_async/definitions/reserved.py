"""The names that carry a behavior: a model with such a field gets it.

The API never takes these fields from a client's body; a definition that gives one of them a type
which cannot carry its behavior has a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Behavior(StrEnum):
    """What the server does with a reserved field."""

    CREATED_AT = "created_at"
    """Set to the moment of creation."""
    UPDATED_AT = "updated_at"
    """Set to the moment of each change."""
    CREATED_BY = "created_by"
    """Set to the requesting user at creation."""
    UPDATED_BY = "updated_by"
    """Set to the requesting user at each change."""
    CONFINES = "confines"
    """Reads and writes are confined to the requested project."""
    MARKS_DELETED = "marks_deleted"
    """Deletion sets it to true; marked rows are left out of every read by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedField:
    """One reserved name."""

    name: str
    behavior: Behavior
    types: tuple[str, ...]
    """The field types that can carry the behavior."""
    to_user: bool = False
    """Whether it must point at the site's user model."""


_KEYS = (
    "ForeignKey",
    "IntegerField",
    "BigIntegerField",
    "PositiveIntegerField",
    "PositiveBigIntegerField",
    "CharField",
    "SlugField",
    "UUIDField",
)

RESERVED_FIELDS: Mapping[str, ReservedField] = MappingProxyType(
    {
        each.name: each
        for each in (
            ReservedField(
                name="create_time", behavior=Behavior.CREATED_AT, types=("DateTimeField",)
            ),
            ReservedField(
                name="update_time", behavior=Behavior.UPDATED_AT, types=("DateTimeField",)
            ),
            ReservedField(
                name="create_user",
                behavior=Behavior.CREATED_BY,
                types=("ForeignKey",),
                to_user=True,
            ),
            ReservedField(
                name="update_user",
                behavior=Behavior.UPDATED_BY,
                types=("ForeignKey",),
                to_user=True,
            ),
            ReservedField(name="project", behavior=Behavior.CONFINES, types=_KEYS),
            ReservedField(
                name="is_deleted", behavior=Behavior.MARKS_DELETED, types=("BooleanField",)
            ),
        )
    }
)
"""By name, in the order of the contract."""
