"""How a loss is called to people."""

from __future__ import annotations

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.state import SELF, build_field
from lowcode_async.sentences import JSON

_OWN_SENTENCE = {
    FindingKind.NULL: "null_in_required",
    FindingKind.ORPHAN: "orphaned_keys",
    FindingKind.DUPLICATE: "duplicates_in_unique",
    FindingKind.RETARGETED: "relation_retargeted",
    FindingKind.REMOVED: "field_removed_with_values",
    FindingKind.REFORMATTED: "values_reformatted",
    FindingKind.FILLED: "nulls_filled",
    FindingKind.RESTORED: "values_restored",
}


def loss_code(kind: FindingKind, old: FieldDefinition, new: FieldDefinition) -> str:
    """Return the code of the sentence for a loss of this kind in the change of a field."""
    if kind in _OWN_SENTENCE:
        return _OWN_SENTENCE[kind]
    if old.type != new.type:
        return "type_change_lossy"
    if new.type == "DecimalField":
        return "digits_reduced"
    if kind is FindingKind.TRUNCATED and build_field(new).max_length:
        return "length_shortened"
    return "type_change_lossy"


def loss_params(
    kind: FindingKind, old: FieldDefinition, new: FieldDefinition, *, owner: str
) -> dict[str, JSON]:
    """Return what that sentence mentions; all sentences of this family take from the same.

    Args:
        kind: of the loss.
        old: the field as it was.
        new: the field as it becomes.
        owner: name of the model that has it.
    """
    params: dict[str, JSON] = {"field": new.name}
    match loss_code(kind, old, new):
        case "type_change_lossy" | "values_reformatted":
            params |= {"old_type": old.type, "new_type": new.type}
        case "length_shortened":
            params |= {
                "old_length": build_field(old).max_length or "∞",
                "new_length": build_field(new).max_length or "∞",
            }
        case "digits_reduced":
            params |= {"old_digits": _digits(old), "new_digits": _digits(new)}
        case "orphaned_keys" | "relation_retargeted":
            params |= {"target": target_name(new, owner=owner)}
    return params


def target_name(field: FieldDefinition, *, owner: str) -> str:
    """Return the name of the model that a relation of the model `owner` points at; "" for others."""
    to = str(field.options.get("to", ""))
    return owner if to == SELF else to


def _digits(field: FieldDefinition) -> str:
    return f"({field.options.get('max_digits')}, {field.options.get('decimal_places')})"
