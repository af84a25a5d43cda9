"""What an ejected app may be called."""

from __future__ import annotations

import importlib.util
import keyword
import re
from pathlib import Path

from django.apps import apps as site_apps

from lowcode_async.errors import EjectionRefused
from lowcode_async.planning.state import APP_LABEL

DEFAULT_APP = "ejected"
"""What it is called unless somebody says otherwise."""

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def check_app(app: str, folder: Path) -> None:
    """Make sure that an app of this name, whose package is `folder`, can be installed in the site.

    Raises:
        EjectionRefused: it could not.
    """
    if _NAME.fullmatch(app) is None or keyword.iskeyword(app):
        raise EjectionRefused("eject_app_invalid", app=app)
    if app == APP_LABEL:
        raise EjectionRefused("eject_app_reserved", app=app)
    if any(each.label == app for each in site_apps.get_app_configs()):
        raise EjectionRefused("eject_app_installed", app=app)
    spec = importlib.util.find_spec(app)
    if spec is None:
        return
    places = spec.submodule_search_locations or ()
    if not any(Path(each).resolve() == folder.resolve() for each in places):
        place = spec.origin or next(iter(places), "")
        raise EjectionRefused("eject_app_taken", app=app, place=place)
