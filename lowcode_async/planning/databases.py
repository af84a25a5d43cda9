"""Which database holds a model's tables: the site's routers say so, as of any other model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS, connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import StageFailed
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.state import APP_LABEL, model_state

HOME: Final = DEFAULT_DB_ALIAS
"""Alias of the database that holds the plugin's own rows."""


def database_of(definition: ModelDefinition) -> str:
    """Return the alias of the database that a model's rows are written to."""
    if not router.routers:
        return HOME
    # In a registry of its own, where its relations lead nowhere: it is there to be asked about.
    return str(router.db_for_write(model_state(definition).render(Apps())))


def connection_of(definition: ModelDefinition) -> BaseDatabaseWrapper:
    """Return this thread's connection to that database; to the plugin's own if there is none such."""
    alias = database_of(definition)
    return connections[alias if alias in connections else HOME]


def place_of(plan: Plan) -> BaseDatabaseWrapper:
    """Return the connection to the database that holds, or will hold, the tables of a plan.

    Raises:
        StageFailed: there is no such database, or the model would move to another one.
    """
    ends = [plan.after, *([plan.before] if plan.before is not None else [])]
    wanted, *standing = [database_of(each) for each in ends if not each.deleted]
    if wanted not in connections:
        raise StageFailed("database_unknown", model=plan.after.name, database=wanted)
    for each in standing:
        if each != wanted:
            params = {"model": plan.after.name, "database": each, "wanted": wanted}
            raise StageFailed("routed_elsewhere", **params)
    return connections[wanted]


def refuse_of_routers(connection: BaseDatabaseWrapper, plan: Plan) -> None:
    """Ask the site's routers as Django's operations do: with the app's label, the model and its name.

    Raises:
        StageFailed: they do not let the model be changed on this database, or it has a relation that
            leads to another one.
    """
    model = _model_of(plan)
    if not router.allow_migrate_model(connection.alias, model):
        raise StageFailed("router_refused", model=plan.after.name, database=connection.alias)
    if plan.after.deleted:
        return
    for name, target in _targets(model):
        there = router.db_for_write(target)
        if there != connection.alias:
            raise StageFailed(
                "relation_across_databases",
                field=name,
                target=target._meta.label,
                database=connection.alias,
                other=there,
            )


def _model_of(plan: Plan) -> type[models.Model]:
    name = plan.name_before if plan.after.deleted else plan.after.name
    state = plan.from_state if plan.after.deleted else plan.to_state
    model: type[models.Model] = state.apps.get_model(APP_LABEL, name)
    return model


def _targets(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    for field in (*model._meta.local_concrete_fields, *model._meta.local_many_to_many):
        target = field.related_model
        if isinstance(target, type) and target is not model:
            yield field.name, target
