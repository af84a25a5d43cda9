"""From definitions to the states that Django's migration framework works on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps as site_apps
from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from lowcode_async.definitions import values
from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.planning.sets import meta_options

APP_LABEL = "dynamic"
"""App label of all live models; the table of Product is ``dynamic_product``."""

SELF = "self"
"""What a relation to its own model is pointed at."""


def is_relation(field: FieldDefinition) -> bool:
    """Tell whether a field points at a model, many-to-many included."""
    return "to" in field.options


def is_many_to_many(field: FieldDefinition) -> bool:
    """Tell whether a field is a table of its own, not a column."""
    return field.type == "ManyToManyField"


def site_target(field: FieldDefinition) -> str | None:
    """Return the label of the site's model a relation points at; None for all other fields."""
    to = field.options.get("to")
    if to is None or to == SELF:
        return None
    app_label, dot, name = to.rpartition(".")
    return f"{app_label}.{name}" if dot and app_label != APP_LABEL else None


def dynamic_target(field: FieldDefinition) -> str | None:
    """Return the name of the dynamic model a relation points at, or ``"self"``, or None."""
    to = field.options.get("to")
    if to is None or site_target(field) is not None:
        return None
    return str(to).removeprefix(f"{APP_LABEL}.")


def build_field(field: FieldDefinition) -> models.Field[Any, Any]:
    """Return the field of Django that a definition asks for, not bound to a model.

    Nothing appears on the site's own classes: links to them have no reverse accessor.
    """
    arguments = values.arguments(field)
    if is_relation(field):
        arguments |= _relation_arguments(field)
    if field.column is not None:
        # A many-to-many relation has a table of its own where other fields have a column.
        arguments["db_table" if is_many_to_many(field) else "db_column"] = field.column
    kind = getattr(models, field.type)
    if arguments.get("symmetrical") is False:
        kind = DirectedManyToMany
    built: models.Field[Any, Any] = kind(**arguments)
    return built


class DirectedManyToMany(models.ManyToManyField):  # type: ignore[type-arg]
    """A relation of a model to itself that leads one way only, in copies of the field too.

    Django copies fields by what migrations know of them, and those do not know ``symmetrical``.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"symmetrical": False, **options})

    def deconstruct(self) -> Any:
        """Return what makes a field of Django's own, for migrations."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.ManyToManyField", args, options

    def get_internal_type(self) -> str:
        """Return the name of the class that this is one of."""
        return "ManyToManyField"


def _relation_arguments(field: FieldDefinition) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    site = site_target(field)
    if site is not None:
        arguments |= {"to": site, "related_name": "+"}
    else:
        target = dynamic_target(field)
        arguments["to"] = SELF if target == SELF else f"{APP_LABEL}.{target}"
        if field.options.get("related_name") is not None:
            arguments["related_name"] = field.options["related_name"]
    if not is_many_to_many(field):
        arguments["on_delete"] = getattr(models, field.options.get("on_delete", "CASCADE"))
    return arguments


def model_state(definition: ModelDefinition) -> ModelState:
    """Return the state of one model, with the automatic primary key where it has no other."""
    fields = [(each.name, build_field(each)) for each in definition.fields]
    if not any(each.options.get("primary_key") for each in definition.fields):
        fields.insert(0, ("id", automatic_key()))
    return ModelState(APP_LABEL, definition.name, fields, meta_options(definition))


def automatic_key() -> models.Field[Any, Any]:
    """Return the primary key of a model that defines none."""
    return models.BigAutoField(
        verbose_name="ID", primary_key=True, auto_created=True, serialize=False
    )


def project_state(definitions: Mapping[str, ModelDefinition]) -> ProjectState:
    """Return the state of these models and of what they reach among the site's own.

    The site's models stand in it by their columns alone, without their relations: they are there to
    be pointed at. (``real_apps`` would render whole apps, for each step of a plan anew.)
    """
    state = ProjectState()
    for definition in definitions.values():
        state.add_model(model_state(definition))
    labels = {
        label
        for definition in definitions.values()
        for field in definition.fields
        if (label := site_target(field)) is not None
    }
    for label in sorted(labels):
        for each in _site_states(site_apps.get_model(label)):
            if (each.app_label, each.name_lower) not in state.models:
                state.add_model(each)
    return state


def _site_states(model: type[models.Model]) -> Iterator[ModelState]:
    """Yield the states a site's model needs in order to be pointed at, itself first."""
    state = ModelState.from_model(model, exclude_rels=True)
    for option in ("indexes", "constraints"):
        state.options[option] = []
    for name in ("default_manager_name", "base_manager_name", "ordering", "get_latest_by"):
        state.options.pop(name, None)
    state.managers = []
    key: Any = model._meta.pk
    if key.remote_field is not None and key.name not in state.fields:
        parent = key.remote_field.model
        if parent not in model._meta.parents:
            # The key is a relation itself; without it Django would invent another one.
            state.fields[key.name] = key.clone()
        yield state
        yield from _site_states(parent)
        return
    yield state


def closure(definitions: Mapping[str, ModelDefinition], *names: str) -> dict[str, ModelDefinition]:
    """Return the models of these names and all that they lead to by their relations."""
    by_lower = {name.lower(): definition for name, definition in definitions.items()}
    found: dict[str, ModelDefinition] = {}
    waiting = [name.lower() for name in names]
    while waiting:
        definition = by_lower.get(waiting.pop())
        if definition is None or definition.name in found:
            continue
        found[definition.name] = definition
        targets = {dynamic_target(field) for field in definition.fields} - {None, SELF}
        waiting.extend(str(target).lower() for target in targets)
    return found
