"""What a definition declares beside its fields: frozen values, without Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from lowcode_async.sentences import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDefinition:
    """One index of a model."""

    name: str
    fields: tuple[str, ...]
    """Names of fields, ``-`` before those in descending order."""
    condition: JSON = None
    """Which rows it holds (see `definitions.conditions`); None for all."""

    def to_json(self) -> dict[str, JSON]:
        """Return the stored form, which is the client's."""
        data: dict[str, JSON] = {"name": self.name, "fields": list(self.fields)}
        if self.condition is not None:
            data["condition"] = self.condition
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read the stored form back."""
        return cls(**{**data, "fields": tuple(data["fields"])})


class ConstraintKind(StrEnum):
    """What a constraint asks of the rows."""

    UNIQUE = "unique"
    """No two rows have the same values."""
    CHECK = "check"
    """Each row meets a condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintDefinition:
    """One constraint of a model."""

    name: str
    type: ConstraintKind
    fields: tuple[str, ...] = ()
    """Names of fields that are unique together; a check has none."""
    condition: JSON = None
    """What each row must meet, or which rows must be unique (None: all); see `definitions.conditions`."""
    nulls_distinct: bool | None = None
    """Whether two rows without a value are different; None leaves it to the database."""
    violation_error_message: str | None = None
    """What people are told whose row does not meet it."""
    violation_error_code: str | None = None

    def to_json(self) -> dict[str, JSON]:
        """Return the stored form, which is the client's."""
        data: dict[str, JSON] = {"name": self.name, "type": self.type.value}
        if self.fields:
            data["fields"] = list(self.fields)
        optional = (
            "condition",
            "nulls_distinct",
            "violation_error_message",
            "violation_error_code",
        )
        given = {key: getattr(self, key) for key in optional}
        return data | {key: value for key, value in given.items() if value is not None}

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read the stored form back."""
        own = {"type": ConstraintKind(data["type"]), "fields": tuple(data.get("fields", ()))}
        return cls(**{**data, **own})


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedOperations:
    """What the site has registered and one upgrade is to do beside the change, by name."""

    before: tuple[str, ...] = ()
    """Before anything changes."""
    after: tuple[str, ...] = ()
    """When the new columns are there, and those that go still are."""

    def __bool__(self) -> bool:
        return bool(self.before or self.after)

    def to_json(self) -> dict[str, JSON]:
        """Return the stored form, which is the client's; nothing where nothing is named."""
        named = {"before": list(self.before), "after": list(self.after)}
        return {key: names for key, names in named.items() if names}

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read the stored form back."""
        return cls(**{key: tuple(names) for key, names in data.items()})


NO_OPERATIONS: Final = NamedOperations()
"""What most upgrades do beside the change."""
