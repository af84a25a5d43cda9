"""What differs between two definitions of one model, field by field, as people look at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.sentences import JSON


class DifferenceKind(StrEnum):
    """What has become of a field."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    """Renamed, of another type, with other options, or several of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDifference:
    """What differs in one field; a field that is the same has none."""

    before: FieldDefinition | None
    """None for a field that is new."""
    after: FieldDefinition | None
    """None for a field that is gone."""

    @property
    def kind(self) -> DifferenceKind:
        """What has become of it."""
        if self.before is None:
            return DifferenceKind.ADDED
        return DifferenceKind.REMOVED if self.after is None else DifferenceKind.CHANGED

    def to_json(self) -> dict[str, JSON]:
        """Return the wire form."""
        before = _posted(self.before) if self.before else None
        after = _posted(self.after) if self.after else None
        keys = [*(before or {}), *(key for key in after or {} if key not in (before or {}))]
        shown = after or before
        assert shown is not None
        return {
            "kind": self.kind.value,
            "field": shown["name"],
            "before": before,
            "after": after,
            "keys": [
                key
                for key in keys
                if before is not None and after is not None and before.get(key) != after.get(key)
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDifference:
    """What differs in a model beside its fields."""

    key: str
    """As it is posted: ``model_name``, ``indexes``, …"""
    before: JSON
    """None for what was not there."""
    after: JSON

    def to_json(self) -> dict[str, JSON]:
        """Return the wire form."""
        return {"key": self.key, "before": self.before, "after": self.after}


def differences(before: ModelDefinition | None, after: ModelDefinition) -> list[FieldDifference]:
    """Return what differs, in the order of the fields after it, those that are gone last.

    A field is the same as one before it if it says so (`renamed_from`), has kept its column, or has its
    name. The order of fields is no difference.
    """
    if after.deleted:
        return [FieldDifference(before=each, after=None) for each in after.fields]
    left = {each.name: each for each in before.fields} if before else {}
    pairs: list[tuple[FieldDefinition | None, FieldDefinition | None]] = []
    renamed = {each.name: _former(each, left) for each in after.fields}
    taken = {each.name for each in renamed.values() if each is not None}
    for each in after.fields:
        own = left.get(each.name) if each.name not in taken else None
        pairs.append((renamed[each.name] or own, each))
    kept = {one.name for one, _ in pairs if one is not None}
    pairs += [(each, None) for name, each in left.items() if name not in kept]
    return [
        FieldDifference(before=old, after=new)
        for old, new in pairs
        if old is None or new is None or _posted(old) != _posted(new)
    ]


def model_differences(
    before: ModelDefinition | None, after: ModelDefinition
) -> list[ModelDifference]:
    """Return what differs beside the fields; of a new model, what it says beside them."""
    old, new = (_beside(before) if before else {}), _beside(after)
    return [
        ModelDifference(key=key, before=old.get(key), after=new.get(key))
        for key in (*old, *(key for key in new if key not in old))
        if old.get(key) != new.get(key)
    ]


def _beside(model: ModelDefinition) -> dict[str, JSON]:
    if model.deleted:
        return {}
    stored = model.to_json()
    kept = ("to_dict", "options", "unique_together", "indexes", "constraints")
    found = {"model_name": model.name, "db_table": model.table}
    return {
        **{key: value for key, value in found.items() if value is not None},
        **{key: stored[key] for key in kept if key in stored},
    }


def _former(field: FieldDefinition, before: dict[str, FieldDefinition]) -> FieldDefinition | None:
    """Return the field that this one was under another name; None if it had none."""
    if field.renamed_from is not None:
        return before.get(field.renamed_from)
    if field.column is None or field.name in before:
        return None
    return next((each for each in before.values() if _column(each) == field.column), None)


def _column(field: FieldDefinition) -> str:
    is_link = field.type in FIELD_METADATA and FIELD_METADATA[field.type].relation
    return field.column or (f"{field.name}_id" if is_link else field.name)


def _posted(field: FieldDefinition) -> dict[str, JSON]:
    """Return a field as it is posted, its own history left out."""
    return replace(field, column=None, renamed_from=None).to_json()
