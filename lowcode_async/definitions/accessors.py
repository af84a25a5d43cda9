"""What leads back from the target of a relation, and whether its name is free there.

Django calls the attribute of the target the accessor, and the word in queries the reverse query
name; both are the ``related_name`` where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.definitions.names import RESERVED_NAMES, derived_names
from lowcode_async.definitions.surroundings import SELF, Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """The way back of one relation between dynamic models."""

    model: str
    field: str
    """Where the relation stands."""
    target: str
    accessor: str
    query: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names it takes on its target."""
        return tuple(dict.fromkeys((self.accessor, self.query)))


def check_accessors(surroundings: Surroundings) -> None:
    """Note where a relation's way back has the name of something else of its target."""
    name = surroundings.name
    if name is None:
        return
    taken: dict[str, dict[str, Relation]] = {}
    for relation in _relations_of_others(surroundings):
        for word in relation.names:
            taken.setdefault(relation.target, {}).setdefault(word, relation)
    names = {name: _names_of_drafts(surroundings)}
    _check_own_names(surroundings, names[name], taken.get(name, {}))
    for draft in surroundings.drafts:
        own = None if draft.name is None else _relation(name, draft.name, draft)
        if own is None:
            continue
        target = own.target
        if target not in names:
            names[target] = _names_of_definition(surroundings.existing[target])
        _check_way_back(own, draft, names[target], taken.setdefault(target, {}))


def _relations_of_others(surroundings: Surroundings) -> Iterator[Relation]:
    for other in surroundings.others:
        for each in other.fields:
            if (relation := _relation(other.name, each.name, each)) is not None:
                yield relation


def _relation(model: str, name: str, field: Draft | FieldDefinition) -> Relation | None:
    """Return the way back of a field, or None if it leaves none on a dynamic model."""
    type_name = field.type if isinstance(field, FieldDefinition) else field.type and field.type.name
    to, related_name = field.options.get("to"), field.options.get("related_name")
    if to is None or "." in to or related_name == "+":
        return None
    many = type_name == "ManyToManyField"
    if many and to == SELF and field.options.get("symmetrical", True):
        return None
    query = related_name or model.lower()
    plural = type_name != "OneToOneField" and related_name is None
    return Relation(
        model=model,
        field=name,
        target=model if to == SELF else to,
        accessor=f"{query}_set" if plural else query,
        query=query,
    )


def _check_own_names(
    surroundings: Surroundings, names: Mapping[str, int], taken: Mapping[str, Relation]
) -> None:
    """Note fields of this model that have the name of another model's way back to it."""
    for word in sorted(names.keys() & taken.keys()):
        if names[word] >= 0:
            surroundings.drafts[names[word]].problem(
                "name_accessor_clash",
                "name",
                accessor=word,
                other_model=taken[word].model,
                other_field=taken[word].field,
            )


def _check_way_back(
    relation: Relation, draft: Draft, names: Mapping[str, int], taken: dict[str, Relation]
) -> None:
    """Note the first name of a relation's way back that its target has already."""
    place = ("related_name",) if "related_name" in draft.options else ()
    words = {"target": relation.target}
    for word in relation.names:
        other = taken.setdefault(word, relation)
        if word == relation.accessor and word in RESERVED_NAMES:
            draft.problem("accessor_reserved", *place, accessor=word, **words)
        elif word in names:
            draft.problem("accessor_is_field", *place, accessor=word, **words)
        elif other is not relation:
            words |= {"other_model": other.model, "other_field": other.field}
            draft.problem("accessor_taken", *place, accessor=word, **words)
        else:
            continue
        return


def _names_of_drafts(surroundings: Surroundings) -> dict[str, int]:
    """Return the attributes of the model that is being read, and which draft each is from."""
    names = {"pk": -1, "id": -1} if surroundings.automatic_id else {"pk": -1}
    for draft in surroundings.drafts:
        if draft.name is not None and draft.type is not None:
            for word in _attributes(draft.name, draft.type.name, draft.options):
                names.setdefault(word, draft.index)
    return names


def _names_of_definition(definition: ModelDefinition) -> dict[str, int]:
    """Return the attributes of another model, and which of its fields each is from."""
    keyed = any(each.options.get("primary_key") for each in definition.fields)
    names = {"pk": -1} if keyed else {"pk": -1, "id": -1}
    for index, each in enumerate(definition.fields):
        names |= dict.fromkeys(_attributes(each.name, each.type, each.options), index)
    return names


def _attributes(name: str, type_name: str, options: Mapping[str, object]) -> Iterator[str]:
    yield name
    if type_name in {"ForeignKey", "OneToOneField"}:
        yield f"{name}_id"
    yield from derived_names(
        name,
        type_name,
        choices=bool(options.get("choices")),
        null=bool(options.get("null")),
    )
