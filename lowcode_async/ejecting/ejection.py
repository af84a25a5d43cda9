"""Definitions in, the files of an app out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.migrations.migration import Migration
from django.db.migrations.writer import MigrationWriter

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.ejecting.functions import Functions
from lowcode_async.ejecting.layout import laid_out
from lowcode_async.ejecting.source import models_source
from lowcode_async.ejecting.states import ejected_state, first_migrations
from lowcode_async.planning.state import SELF, closure, dynamic_target


@dataclass(frozen=True, slots=True, kw_only=True)
class Ejection:
    """An app, not written yet."""

    app: str
    """Its label, which is the name of its package."""
    models: tuple[str, ...]
    """Names of its models, in their order."""
    pulled_in: tuple[str, ...]
    """Those of them that nobody has named: others point at them."""
    left_behind: tuple[str, ...]
    """Names of live models that point at one of them and stay live."""
    with_images: tuple[str, ...]
    """Those of them that have an `ImageField`, which Django's checks want Pillow for."""
    files: Mapping[str, str]
    """Text by path below the package's folder."""


def eject(
    definitions: Mapping[str, ModelDefinition], names: Collection[str], *, app: str
) -> Ejection:
    """Return live models as an app of Django's own, on the tables that there are.

    Args:
        definitions: all live models as they stand, by name.
        names: those to eject, and with them whatever they point at; all, if empty.
        app: label of the app: an identifier that no app of the site has.
    """
    reached = closure(definitions, *(names or definitions))
    chosen = {name: each for name, each in definitions.items() if name in reached}
    words = {each.name for model in chosen.values() for each in model.fields}
    taken = words | {f"{each}_id" for each in words} | set(chosen)
    functions = Functions(module=f"{app}.models", taken=taken)
    states = [ejected_state(each, app=app, functions=functions) for each in chosen.values()]
    migrations = first_migrations(chosen, states, app=app)
    files = {
        "__init__.py": "",
        "apps.py": _apps_source(app),
        "models.py": models_source(
            states,
            functions.made,
            app=app,
            taken=taken,
            to_dicts={name: each.to_dict for name, each in chosen.items()},
        ),
        "migrations/__init__.py": "",
        **{f"migrations/{each.name}.py": _migration_source(each) for each in migrations},
    }
    return Ejection(
        app=app,
        models=tuple(chosen),
        pulled_in=tuple(each for each in chosen if names and each not in names),
        left_behind=_left_behind(definitions, chosen),
        with_images=tuple(each.name for each in chosen.values() if _has_image(each)),
        files=files,
    )


def _left_behind(
    definitions: Mapping[str, ModelDefinition], chosen: Collection[str]
) -> tuple[str, ...]:
    return tuple(
        name
        for name, each in definitions.items()
        if name not in chosen
        and any(dynamic_target(field) in {*chosen} - {SELF} for field in each.fields)
    )


def _has_image(definition: ModelDefinition) -> bool:
    return any(each.type == "ImageField" for each in definition.fields)


def _apps_source(app: str) -> str:
    name = "".join(part.capitalize() for part in app.split("_"))
    return laid_out(
        "from django.apps import AppConfig\n"
        f"class {name}Config(AppConfig):\n"
        "    default_auto_field = 'django.db.models.BigAutoField'\n"
        f"    name = {app!r}\n"
    )


def _migration_source(migration: Migration) -> str:
    """Return what Django writes for a migration, in better form."""
    source: str = MigrationWriter(migration).as_string()
    lines: Sequence[str] = source.splitlines()
    return laid_out(source, header=[each for each in lines if each.startswith("#")])
