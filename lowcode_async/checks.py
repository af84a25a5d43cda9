"""System checks: a wrong set-up is told before it hurts, with an id and a cure.

Each problem is one line of `PROBLEMS`; its words are in `lowcode_async.sentences.checks`, in both
languages, since whoever reads a terminal has no Accept-Language. `docs/reference/checks.md` is made
from here.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.apps.registry import Apps
from django.conf import LazySettings, settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections, models, router
from django.utils.module_loading import import_string

from lowcode_async import conf
from lowcode_async.sentences import JSON, SENTENCES

INSECURE_PREFIXES: Final = ("insecure", "django-insecure-")
"""How secrets begin that everybody knows, or that say themselves what they are good for."""

_ALSO_SETTINGS: Final = frozenset({"LOWCODE_BROKER_URL"})
"""Settings of ours that `conf` does not hold."""

_DUMP_TOOLS: Final = {"postgresql": ("pg_dump",), "mysql": ("mariadb-dump", "mysqldump")}


class Problem(StrEnum):
    """Everything that the checks can find, by the id that stands before it."""

    CHANNEL_LAYER_MISSING = "lowcode.E001"
    CHANNEL_LAYER_IN_MEMORY = "lowcode.E002"
    BROKER_MISSING = "lowcode.E003"
    APP_MISSING = "lowcode.E004"
    ASGI_APPLICATION_MISSING = "lowcode.E005"
    LABEL_TAKEN = "lowcode.E006"
    BACKUP_FOLDER_NOT_WRITABLE = "lowcode.E007"
    STRATEGY_UNKNOWN = "lowcode.E008"
    COMMAND_MISSING = "lowcode.E009"
    COMMAND_NOT_FOUND = "lowcode.E010"
    SETTING_INVALID = "lowcode.E011"
    SECRET_INSECURE = "lowcode.E020"  # noqa: S105 - an id
    ANY_HOST = "lowcode.E021"
    SETTING_UNKNOWN = "lowcode.W001"
    DUMP_TOOL_MISSING = "lowcode.W002"
    SQLITE_NOT_WAL = "lowcode.W003"
    SQLITE_NOT_IMMEDIATE = "lowcode.W004"
    MIDDLEWARE_MISSING = "lowcode.W005"
    DAPHNE_MISSING = "lowcode.W006"
    CACHE_IN_MEMORY = "lowcode.W007"
    DEBUG_ON = "lowcode.W020"

    @property
    def code(self) -> str:
        """Key of its sentence; that of its cure has ``_cure`` behind."""
        return f"check_{self.name.lower()}"

    def message(self, **params: JSON) -> checks.CheckMessage:
        """Put it into words, in both languages."""
        level = checks.ERROR if ".E" in self.value else checks.WARNING
        return checks.CheckMessage(
            level,
            _both(self.code, params),
            hint=_both(f"{self.code}_cure", params),
            id=self.value,
        )


def _both(code: str, params: dict[str, JSON]) -> str:
    words = SENTENCES[code]
    return f"{words.zh.format(**params)}\n\t{words.en.format(**params)}"


def register() -> None:
    """Make the checks known to Django."""
    checks.register(_check, "lowcode")
    checks.register(_check_deployment, "lowcode", deploy=True)


def _check(**_: Any) -> list[checks.CheckMessage]:
    parts = (
        _apps,
        _channels,
        _broker,
        _cache,
        _middleware,
        _strategy,
        _settings,
        _backups,
        _sqlite,
    )
    return [message for part in parts for message in part()]


def unsafe_settings(given: LazySettings) -> list[checks.CheckMessage]:
    """Return why a site with these settings must not serve the public; nothing in debug."""
    found = []
    if not given.DEBUG:
        secret = given.SECRET_KEY
        if not secret or str(secret).startswith(INSECURE_PREFIXES):
            found.append(Problem.SECRET_INSECURE.message())
        if "*" in given.ALLOWED_HOSTS:
            found.append(Problem.ANY_HOST.message())
    return found


def _check_deployment(**_: Any) -> list[checks.CheckMessage]:
    found = unsafe_settings(settings)
    if settings.DEBUG:
        found.append(Problem.DEBUG_ON.message())
    return found


def _apps() -> list[checks.CheckMessage]:
    found = [
        Problem.APP_MISSING.message(app=name)
        for name in ("rest_framework", "rest_framework.authtoken", "django.contrib.auth")
        if not apps.is_installed(name)
    ]
    if not apps.is_installed("daphne"):
        found.append(Problem.DAPHNE_MISSING.message())
    if not getattr(settings, "ASGI_APPLICATION", None):
        found.append(Problem.ASGI_APPLICATION_MISSING.message())
    found += [
        Problem.LABEL_TAKEN.message(app=each.name)
        for each in apps.get_app_configs()
        if each.label == "dynamic"
    ]
    return found


def _channels() -> list[checks.CheckMessage]:
    layer = getattr(settings, "CHANNEL_LAYERS", {}).get("default", {}).get("BACKEND")
    if layer is None:
        return [Problem.CHANNEL_LAYER_MISSING.message()]
    if "InMemory" in layer and not conf.current().embedded:
        return [Problem.CHANNEL_LAYER_IN_MEMORY.message(layer=layer)]
    return []


def _broker() -> list[checks.CheckMessage]:
    if conf.current().embedded or getattr(settings, "LOWCODE_BROKER_URL", None):
        return []
    return [Problem.BROKER_MISSING.message()]


def _cache() -> list[checks.CheckMessage]:
    backend = settings.CACHES.get("default", {}).get("BACKEND", "")
    if conf.current().embedded or not backend.endswith(("LocMemCache", "DummyCache")):
        return []
    return [Problem.CACHE_IN_MEMORY.message(backend=backend)]


def _middleware() -> list[checks.CheckMessage]:
    wanted = {
        "django.middleware.locale.LocaleMiddleware": "LocaleMiddleware",
        "lowcode_async.runtime.middleware.GenerationMiddleware": "GenerationMiddleware",
    }
    return [
        Problem.MIDDLEWARE_MISSING.message(path=path, name=name)
        for path, name in wanted.items()
        if not any(_is_kind_of(each, path) for each in settings.MIDDLEWARE)
    ]


def _is_kind_of(path: str, wanted: str) -> bool:
    """Whether a middleware is the wanted one, or a subclass."""
    if path == wanted:
        return True
    found, base = import_string(path), import_string(wanted)
    return isinstance(found, type) and issubclass(found, base)


def _strategy() -> list[checks.CheckMessage]:
    strategy, command = conf.current().restart_strategy, conf.current().restart_command
    if strategy not in ("reload", "reexec", "command"):
        return [Problem.STRATEGY_UNKNOWN.message(strategy=strategy)]
    if strategy != "command":
        return []
    if not command:
        return [Problem.COMMAND_MISSING.message()]
    if shutil.which(command[0]) is None:
        return [Problem.COMMAND_NOT_FOUND.message(program=command[0])]
    return []


def _settings() -> list[checks.CheckMessage]:
    defaults = conf.Settings()
    known = {f"LOWCODE_{each.name.upper()}": each.name for each in fields(conf.Settings)}
    given = sorted({name for name in dir(settings) if name.startswith("LOWCODE_")})
    found = [
        Problem.SETTING_UNKNOWN.message(setting=name)
        for name in given
        if name not in known and name not in _ALSO_SETTINGS
    ]
    found += [
        Problem.SETTING_INVALID.message(setting=name, value=repr(getattr(settings, name)))
        for name in given
        if name in known and not _fits(getattr(settings, name), getattr(defaults, known[name]))
    ]
    return found


def _fits(value: object, default: object) -> bool:
    """Whether a setting is of the type of its default; a number must not be negative."""
    match default:
        case bool():
            return isinstance(value, bool)
        case float() | int():
            return (
                isinstance(value, int if isinstance(default, int) else (int, float))
                and not isinstance(value, bool)
                and value >= 0
            )
        case tuple():
            return isinstance(value, (tuple, list)) and all(isinstance(x, str) for x in value)
        case _:
            return isinstance(value, (str, Path))


def _backups() -> list[checks.CheckMessage]:
    found = []
    folder = _backup_folder()
    if folder is not None and not _writable(folder):
        found.append(Problem.BACKUP_FOLDER_NOT_WRITABLE.message(folder=str(folder)))
    for alias in _backed_up():
        tools = _DUMP_TOOLS.get(connections[alias].vendor, ())
        if tools and not any(shutil.which(tool) for tool in tools):
            found.append(Problem.DUMP_TOOL_MISSING.message(alias=alias, tools=" / ".join(tools)))
    return found


def _backed_up() -> list[str]:
    """Return the databases that are backed up: ours, and the one that routers send live models to."""
    meta = type("Meta", (), {"app_label": "dynamic", "apps": Apps()})
    model = type("Any", (models.Model,), {"__module__": __name__, "Meta": meta})
    used = {DEFAULT_DB_ALIAS, router.db_for_write(model)}
    return sorted(alias for alias in used if alias in connections)


def _backup_folder() -> Path | None:
    """Return the folder of the backups; None if they go elsewhere."""
    storages: dict[str, Any] = settings.STORAGES
    storage = storages.get(conf.current().backup_storage)
    if storage is None:
        return Path(conf.current().backup_dir).absolute()
    if storage["BACKEND"] != "django.core.files.storage.FileSystemStorage":
        return None
    return Path(storage.get("OPTIONS", {}).get("location", settings.MEDIA_ROOT)).absolute()


def _writable(folder: Path) -> bool:
    """Whether files can be created there, or the folder itself can."""
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _sqlite() -> Iterator[checks.CheckMessage]:
    for alias in connections:
        connection: Any = connections[alias]
        if connection.vendor != "sqlite" or connection.is_in_memory_db():
            continue
        options = connection.settings_dict["OPTIONS"]
        if "wal" not in str(options.get("init_command", "")).lower():
            yield Problem.SQLITE_NOT_WAL.message(alias=alias)
        if str(options.get("transaction_mode", "")).upper() != "IMMEDIATE":
            yield Problem.SQLITE_NOT_IMMEDIATE.message(alias=alias)
