"""What a definition may refer to: the live models as they stand, and the site's own."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, F, OuterRef, QuerySet

from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.model import ModelDefinition, SiteModel
from lowcode_async.definitions.supported import Supported
from lowcode_async.models import DynamicModel, SchemaVersion
from lowcode_async.runtime.registered import registered


def current_definitions() -> dict[str, ModelDefinition]:
    """Return the definition in force of every live model, by name."""
    rows = SchemaVersion.objects.filter(number=F("model__version")).order_by("model_id")
    definitions = (
        ModelDefinition.from_json(row) for row in rows.values_list("definition", flat=True)
    )
    return {each.name: each for each in definitions if not each.deleted}


def live_rows() -> QuerySet[DynamicModel]:
    """Return the rows of all live models; those of deleted ones are left, for their history."""
    deleted = SchemaVersion.objects.filter(
        model=OuterRef("pk"), number=OuterRef("version"), definition__deleted=True
    )
    return DynamicModel.objects.exclude(Exists(deleted))


def site_tables() -> frozenset[str]:
    """Return the tables of the site's own, in lower case."""
    models_of_site = apps.get_models(include_auto_created=True, include_swapped=True)
    return frozenset(each._meta.db_table.lower() for each in models_of_site) | {"django_migrations"}


def supported_by(connection: BaseDatabaseWrapper) -> Supported:
    """Return what a database can do of what a definition may ask for."""
    features: Any = connection.features
    return Supported(
        database=connection.display_name,
        conditional_unique=features.supports_partial_indexes,
        nulls_distinct=features.supports_nulls_distinct_unique_constraints,
        table_comments=features.supports_comments,
        checks=features.supports_table_check_constraints,
    )


def site_models() -> dict[str, SiteModel]:
    """Return what a relation may point to among the site's own models.

    By every name that a client may use: the label (``auth.User``), and ``AUTH_USER_MODEL``.
    """
    user = get_user_model()
    found = {
        model._meta.label: SiteModel(
            label=model._meta.label,
            primary_key=type(model._meta.pk).__name__,
            is_user=model is user,
            shown=_shown(model),
        )
        for model in apps.get_models()
        if _may_be_pointed_at(model)
    }
    return {**found, "AUTH_USER_MODEL": found[user._meta.label]}


def _shown(model: type[models.Model]) -> dict[str, str | None]:
    """Return what live rows may tell of a model's rows: all of a registered one, else its key.

    Whoever defines a model must not read by it what the site shows nobody: passwords of users.
    """
    options = model._meta
    user = get_user_model()
    keys = {"pk", options.pk.name, *([user.USERNAME_FIELD] if model is user else [])}
    everything = any(each.model is model for each in registered().values())
    found: dict[str, str | None] = {"pk": None}
    for field in options.concrete_fields:
        if everything or field.name in keys:
            target: Any = field.related_model
            found[field.name] = target._meta.label if target is not None else None
            found[field.attname] = found.get(field.attname)
    return found


def _may_be_pointed_at(model: type[models.Model]) -> bool:
    options = model._meta
    return (
        options.managed
        and not options.proxy
        and options.app_label != "lowcode_async"
        and type(options.pk).__name__ in FIELD_METADATA
    )
