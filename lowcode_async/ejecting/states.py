"""The states that an ejected app's first migration leads between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.ejecting.fields import ejected_field
from lowcode_async.ejecting.functions import Functions
from lowcode_async.planning.columns import table_of
from lowcode_async.planning.state import APP_LABEL, model_state, project_state


def ejected_state(definition: ModelDefinition, *, app: str, functions: Functions) -> ModelState:
    """Return the state of one model as `app` has it, on the tables that there are."""
    live = model_state(definition)
    fields = []
    for name, field in live.fields.items():
        defined = definition.field(name)
        if defined is not None:
            field = ejected_field(definition, defined, app=app, functions=functions)  # noqa: PLW2901
        fields.append((name, field))
    options = {"db_table": table_of(definition), **live.options}
    return ModelState(app, definition.name, fields, options)


def first_migrations(
    definitions: Mapping[str, ModelDefinition], states: Iterable[ModelState], *, app: str
) -> list[Migration]:
    """Return what Django's ``makemigrations`` would write for an app of these models.

    Args:
        definitions: the definitions of the ejected models, by name.
        states: their states in the app.
        app: its label, which no app of the site has.
    """
    before = project_state(definitions)
    for each in definitions:
        before.remove_model(APP_LABEL, each.lower())
    loader = MigrationLoader(None, ignore_no_migrations=True)
    changes = MigrationAutodetector(
        before, _settled(before, states), MigrationQuestioner(specified_apps={app})
    ).changes(graph=loader.graph, trim_to_apps={app})
    return changes.get(app, [])


def _settled(before: ProjectState, states: Iterable[ModelState]) -> ProjectState:
    """Return a state with these models as Django reads them from classes.

    A class gives its fields some options of its own (the primary key's ``serialize``), which
    ``makemigrations`` would miss in a migration made without one.
    """
    rendering = before.clone()
    names = []
    for each in states:
        rendering.add_model(each)
        names.append((each.app_label, each.name_lower))
    settled = before.clone()
    for app, name in names:
        model: type[models.Model] = rendering.apps.get_model(app, name)
        settled.add_model(ModelState.from_model(model))
    return settled
