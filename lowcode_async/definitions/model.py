"""What somebody asks a model to be: frozen values, without Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Self

from lowcode_async.definitions.declared import (
    NO_OPERATIONS,
    ConstraintDefinition,
    IndexDefinition,
    NamedOperations,
)
from lowcode_async.sentences import JSON

FORMAT = 2
"""Version of the stored form of a definition. 1 knew the name and the fields; whatever a stored form
does not have is at its default, so all of them can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDefinition:
    """One field of a model."""

    name: str
    """Its name, as the client wrote it."""
    type: str
    """A key of `FIELD_METADATA`: the name of a field class of `django.db.models`."""
    options: Mapping[str, JSON] = field(default_factory=dict)
    """The options that were given, parsed; an option that is absent has its default."""
    renamed_from: str | None = None
    """The name this field had in the former version, if it is a rename."""
    on_invalid: str | None = None
    """What stands in the place of values that do not fit: ``"null"``, ``"default"``, or nothing."""
    column: str | None = None
    """The column, where it is not the one Django would choose: a renamed field keeps its own."""
    one_off_default: JSON = None
    """What rows that are there get where they have no value; the field itself does not keep it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))

    def to_json(self) -> dict[str, JSON]:
        """Return the stored form: the client's, with `column` where it is set."""
        data: dict[str, JSON] = {"name": self.name, "type": self.type, **self.options}
        if self.renamed_from is not None:
            data["renamed_from"] = self.renamed_from
        if self.on_invalid is not None:
            data["on_invalid"] = self.on_invalid
        if self.column is not None:
            data["column"] = self.column
        if self.one_off_default is not None:
            data["one_off_default"] = self.one_off_default
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read the stored form back; it was parsed before it was stored, so nothing is checked."""
        own = {"name", "type", "renamed_from", "on_invalid", "column", "one_off_default"}
        return cls(
            name=data["name"],
            type=data["type"],
            renamed_from=data.get("renamed_from"),
            on_invalid=data.get("on_invalid"),
            column=data.get("column"),
            one_off_default=data.get("one_off_default"),
            options={key: value for key, value in data.items() if key not in own},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DictEntry:
    """One key of what a row looks like as JSON."""

    name: str
    path: str
    """Where its value is: a field, or relations and a field with dots between them."""

    def to_json(self) -> JSON:
        """Return the stored form, which is the client's: the name alone if it says all."""
        return self.name if self.name == self.path else {"name": self.name, "path": self.path}

    @classmethod
    def from_json(cls, data: JSON) -> Self:
        """Read the stored form back."""
        return cls(name=data, path=data) if isinstance(data, str) else cls(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDefinition:
    """The complete structure of one model."""

    name: str
    """Name of the class; unique without regard to case."""
    fields: tuple[FieldDefinition, ...]
    """All fields in order, but for the automatic primary key."""
    to_dict: tuple[DictEntry, ...] = ()
    """What its rows look like as JSON, key by key; empty where that follows the fields."""
    table: str | None = None
    """The table, where it is not the one Django would choose: a renamed model keeps its own."""
    options: Mapping[str, JSON] = field(default_factory=dict)
    """Those of `definitions.model_options` that are not at their default."""
    unique_together: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[IndexDefinition, ...] = ()
    constraints: tuple[ConstraintDefinition, ...] = ()
    former_names: tuple[str, ...] = ()
    """What the model was called before, and nothing else is now."""
    renamed_from: str | None = None
    """The name this model had in the former version, if it is renamed."""
    deleted: bool = False
    """Whether the model is to go; its last structure stands here all the same."""
    operations: NamedOperations = NO_OPERATIONS
    """What the upgrade to this definition does beside the change."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))

    @property
    def former_name(self) -> str:
        """The name under which the model is known before the upgrade to this definition."""
        return self.renamed_from or self.name

    def field(self, name: str) -> FieldDefinition | None:
        """Return the field of this name, or None."""
        return next((each for each in self.fields if each.name == name), None)

    def settled(self) -> Self:
        """Return this definition as the former one of the next: what happens once has happened."""
        fields = (
            replace(each, renamed_from=None, on_invalid=None, one_off_default=None)
            for each in self.fields
        )
        return replace(self, fields=tuple(fields), renamed_from=None, operations=NO_OPERATIONS)

    def to_json(self) -> dict[str, JSON]:
        """Return the stored form; what is at its default does not stand there."""
        data: dict[str, JSON] = {
            "format": FORMAT,
            "name": self.name,
            "fields": [each.to_json() for each in self.fields],
        }
        more: dict[str, JSON] = {
            "to_dict": [each.to_json() for each in self.to_dict],
            "table": self.table,
            "options": dict(self.options),
            "unique_together": [list(each) for each in self.unique_together],
            "indexes": [each.to_json() for each in self.indexes],
            "constraints": [each.to_json() for each in self.constraints],
            "former_names": list(self.former_names),
            "renamed_from": self.renamed_from,
            "deleted": self.deleted,
            "operations": self.operations.to_json(),
        }
        return data | {key: value for key, value in more.items() if value}

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read the stored form back, of whatever version."""
        return cls(
            name=data["name"],
            fields=tuple(FieldDefinition.from_json(each) for each in data["fields"]),
            to_dict=tuple(map(DictEntry.from_json, data.get("to_dict", ()))),
            table=data.get("table"),
            options=data.get("options", {}),
            unique_together=tuple(tuple(each) for each in data.get("unique_together", ())),
            indexes=tuple(map(IndexDefinition.from_json, data.get("indexes", ()))),
            constraints=tuple(map(ConstraintDefinition.from_json, data.get("constraints", ()))),
            former_names=tuple(data.get("former_names", ())),
            renamed_from=data.get("renamed_from"),
            deleted=data.get("deleted", False),
            operations=NamedOperations.from_json(data.get("operations", {})),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteModel:
    """A model of the site's own, as far as a relation to it needs to know it."""

    label: str
    """``auth.User``: what a relation to it is stored as, whatever the client called it."""
    primary_key: str = "BigAutoField"
    """The type of its primary key: a key of `FIELD_METADATA`."""
    is_user: bool = False
    """Whether it is the site's user model."""
    shown: Mapping[str, str | None] = field(default_factory=dict)
    """What rows of live models may tell of its rows: the label that a relation leads to, or None for
    a value, by name."""
