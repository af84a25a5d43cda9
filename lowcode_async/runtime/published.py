"""The models whose rows the data API serves: live ones, and those that the site has registered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.definitions.reserved import ReservedField
from lowcode_async.errors import ModelNotFound
from lowcode_async.runtime.building import Generation
from lowcode_async.runtime.generation import generation_now
from lowcode_async.runtime.live import LiveApps
from lowcode_async.runtime.registered import Registered, registered
from lowcode_async.runtime.reserved import reserved_of
from lowcode_async.runtime.serialization import ToDict, declared_to_dict, method_to_dict


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One model whose rows the data API serves."""

    name: str
    """What callers know it by."""
    model: type[models.Model]
    definition: ModelDefinition | None
    """What it was made from; None for a model written in Python."""
    reserved: Mapping[str, ReservedField]
    """The reserved fields that it has, by name; one of a type that cannot carry its behavior is none."""
    to_dict: ToDict | None
    """What decides how its rows look as JSON; None where the fields do."""
    generation: int
    """Number of the generation it is of; 0 for a model written in Python, which does not change
    while the process lives."""


def get_published(name: str) -> Published:
    """Return the model of exactly this name, live or registered.

    Raises:
        ModelNotFound: there is none; `near` are names that look like it.
        SynchronousOnlyOperation: see `lowcode_async.get_model`.
    """
    generation = generation_now()
    if name in generation.models:
        return _live(generation, name)
    if name in registered():
        return _of_the_site(registered()[name])
    names = (*generation.models, *registered())
    raise ModelNotFound.among(names, name=name, renamed=generation.renamed)


def get_all_published() -> tuple[Published, ...]:
    """Return all of them, in the order of their names."""
    generation = generation_now()
    found = {name: _of_the_site(each) for name, each in registered().items()}
    found |= {name: _live(generation, name) for name in generation.models}
    return tuple(found[name] for name in sorted(found))


def _live(generation: Generation, name: str) -> Published:
    model, definition = generation.models[name], generation.definitions[name]
    return Published(
        name=name,
        model=model,
        definition=definition,
        reserved=reserved_of(model),
        to_dict=declared_to_dict(definition.to_dict),
        generation=generation.number,
    )


def _of_the_site(given: Registered) -> Published:
    return Published(
        name=given.name,
        model=given.model,
        definition=None,
        reserved=reserved_of(given.model),
        to_dict=method_to_dict(given.model, given.related),
        generation=0,
    )


def is_published(model: type[models.Model]) -> bool:
    """Tell whether the data API serves the rows of a model, which a relation leads to."""
    if isinstance(model._meta.apps, LiveApps):
        return True
    return any(each.model is model for each in registered().values())
