"""A site that has nothing but Django and an ejected app, and the models it was ejected from."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection

from lowcode_async import get_model
from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.planning.clones import Look, look_at
from tests.integration.planning.tables import Tables
from tests.integration.runtime.dynamic import record
from tests.unit.ejecting.models import MODELS

ROOT = Path(__file__).parents[3]
FORMER_NAMES = {"name": "title", "parent": "mother", "like": "similar"}
"""What fields of Product were called at first; their columns and tables still are."""


def make_models() -> None:
    """Bring the models into the database as upgrades do: first without circles, then renamed."""
    tables = Tables()
    for each in MODELS.values():
        tables.upgrade(each.name, *_first(each))
    for each in MODELS.values():
        if _first(each) != each.fields:
            tables.upgrade(each.name, *_renamed(each))
    assert tables.definitions == MODELS
    record(*tables.definitions.values())


def _first(model: ModelDefinition) -> tuple[FieldDefinition, ...]:
    if model.name == "Shop":
        return tuple(each for each in model.fields if each.name != "best")
    return tuple(
        replace(each, name=FORMER_NAMES.get(each.name, each.name), column=None)
        if model.name == "Product"
        else each
        for each in model.fields
    )


def _renamed(model: ModelDefinition) -> tuple[FieldDefinition, ...]:
    former = FORMER_NAMES if model.name == "Product" else {}
    return tuple(
        replace(each, column=None, renamed_from=former.get(each.name)) for each in model.fields
    )


def make_rows() -> None:
    """Make rows in all tables."""
    user, group = User.objects.create_user("ann"), Group.objects.create(name="people")
    shop = get_model("Shop").objects.create(code="east", title="东店")
    get_model("Label").objects.create(shop=shop, text="“东”")
    get_model("Small").objects.create()
    big, numbered = get_model("Big").objects.create(), get_model("Numbered").objects.create()
    product = get_model("Product")
    first = product.objects.create(
        name="一", address="192.0.2.1", shop=shop, create_user=user, group=group, big=big,
        numbered=numbered, small=-5, file="a.txt", image="b.png", path="/photos/c.jpg",
        data={"中": [1.5, None]},
    )  # fmt: skip
    second = product.objects.create(name="二", parent=first, shop=shop, numbered=numbered)
    shop.best = second
    shop.save()
    for relation, target in (("sold", shop), ("like", second), ("above", second), ("users", user)):
        getattr(first, relation).add(target)


def looks() -> dict[str, Look]:
    """Return every table of the models as the database has it."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    return {each: look_at(connection, each) for each in names if each.startswith("dynamic_")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """Somebody with an ejected app, and a database."""

    folder: Path
    app: str

    def settle(self, database: Mapping[str, Any]) -> None:
        """Write settings that use this database."""
        installed = ["django.contrib.contenttypes", "django.contrib.auth", self.app]
        (self.folder / "left_settings.py").write_text(
            f"DATABASES = {{'default': {dict(database)!r}}}\n"
            f"INSTALLED_APPS = {installed!r}\n"
            "DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n"
            "SECRET_KEY = 'secret'\n"
            "USE_TZ = True\n"
            "SILENCED_SYSTEM_CHECKS = ['fields.E210']  # Pillow\n"
        )

    def manage(self, *arguments: str) -> str:
        """Run a command of Django's, and return what it prints."""
        return self.python("-m", "django", *arguments)

    def python(self, *arguments: str) -> str:
        """Run Python with these settings, and return what it prints."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(self.folder), str(ROOT)]),
                "DJANGO_SETTINGS_MODULE": "left_settings",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}{done.stderr}"
        return done.stdout
