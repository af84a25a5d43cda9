"""Each wrong set-up is found, by its id, and a right one is silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.middleware.locale import LocaleMiddleware
from django.test import override_settings

import lowcode_async
from lowcode_async.checks import Problem, unsafe_settings
from tests.databases import beside, pointed_at, settings_of

MEMORY_LAYER = {"BACKEND": "lowcode_async.websocket.memory.InMemoryChannelLayer"}
REDIS_LAYER = {"BACKEND": "channels_redis.core.RedisChannelLayer"}
MEMORY_CACHE = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
REDIS_CACHE = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
DISTRIBUTED: dict[str, Any] = {
    "CHANNEL_LAYERS": {"default": REDIS_LAYER},
    "CACHES": REDIS_CACHE,
    "LOWCODE_EMBEDDED": False,
    "LOWCODE_BROKER_URL": "redis://localhost",
}


def found(*, deploy: bool = False) -> list[Problem]:
    messages = checks.run_checks(tags=["lowcode"], include_deployment_checks=deploy)
    return [Problem(each.id) for each in messages if each.id]


def without(name: str, setting: str) -> dict[str, list[str]]:
    return {setting: [each for each in getattr(settings, setting) if each != name]}


def test_the_site_of_the_tests_has_no_problem() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"CHANNEL_LAYERS": {}}, Problem.CHANNEL_LAYER_MISSING),
        (
            DISTRIBUTED | {"CHANNEL_LAYERS": {"default": MEMORY_LAYER}},
            Problem.CHANNEL_LAYER_IN_MEMORY,
        ),
        (
            DISTRIBUTED | {"LOWCODE_BROKER_URL": None},
            Problem.BROKER_MISSING,
        ),
        (DISTRIBUTED | {"CACHES": MEMORY_CACHE}, Problem.CACHE_IN_MEMORY),
        ({"ASGI_APPLICATION": None}, Problem.ASGI_APPLICATION_MISSING),
        ({"LOWCODE_RESTART_STRATEGY": "magic"}, Problem.STRATEGY_UNKNOWN),
        ({"LOWCODE_RESTART_STRATEGY": "command"}, Problem.COMMAND_MISSING),
        (
            {"LOWCODE_RESTART_STRATEGY": "command", "LOWCODE_RESTART_COMMAND": ("no-such",)},
            Problem.COMMAND_NOT_FOUND,
        ),
        ({"LOWCODE_RELOAD_TIMEOUT": -1}, Problem.SETTING_INVALID),
        ({"LOWCODE_RELOAD_TIMEOUT": "10"}, Problem.SETTING_INVALID),
        ({"LOWCODE_WORKER_THREADS": 1.5}, Problem.SETTING_INVALID),
        ({"LOWCODE_EMBEDDED": 1}, Problem.SETTING_INVALID),
        ({"LOWCODE_WORKER_THREADS": True}, Problem.SETTING_INVALID),
        ({"LOWCODE_RESTART_COMMAND": "systemctl restart"}, Problem.SETTING_INVALID),
        ({"LOWCODE_BACKUP_DIR": 5}, Problem.SETTING_INVALID),
        ({"LOWCODE_RELAOD_TIMEOUT": 5}, Problem.SETTING_UNKNOWN),
        (
            without("django.middleware.locale.LocaleMiddleware", "MIDDLEWARE"),
            Problem.MIDDLEWARE_MISSING,
        ),
        (
            without("lowcode_async.runtime.middleware.GenerationMiddleware", "MIDDLEWARE"),
            Problem.MIDDLEWARE_MISSING,
        ),
        (without("rest_framework.authtoken", "INSTALLED_APPS"), Problem.APP_MISSING),
        (without("daphne", "INSTALLED_APPS"), Problem.DAPHNE_MISSING),
    ],
)
def test_problem_is_found(given: dict[str, Any], problem: Problem) -> None:
    with override_settings(**given):
        assert found() == [problem]


@pytest.mark.parametrize(
    "given",
    [
        {"LOWCODE_RESTART_STRATEGY": "command", "LOWCODE_RESTART_COMMAND": ("true",)},
        {"LOWCODE_RESTART_STRATEGY": "reexec"},
        DISTRIBUTED,
        {"LOWCODE_RELOAD_TIMEOUT": 10},
        {"LOWCODE_RESTART_COMMAND": ["true"]},
        {"LOWCODE_BACKUP_DIR": Path("backups")},
    ],
)
def test_right_setting_is_silent(given: dict[str, Any]) -> None:
    with override_settings(**given):
        assert found() == []


class OwnLocaleMiddleware(LocaleMiddleware):
    """A site's own."""


def test_subclass_of_a_middleware_will_do() -> None:
    given = without("django.middleware.locale.LocaleMiddleware", "MIDDLEWARE")
    given["MIDDLEWARE"].append(f"{__name__}.OwnLocaleMiddleware")
    with override_settings(**given):
        assert found() == []


def test_app_that_takes_our_label_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = AppConfig("dynamic", lowcode_async)
    monkeypatch.setattr(apps, "app_configs", {**apps.app_configs, "dynamic": taken})
    assert found() == [Problem.LABEL_TAKEN]


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        ("", []),
        ("?init_command=SELECT 1", [Problem.SQLITE_NOT_WAL]),
        ("?transaction_mode=DEFERRED", [Problem.SQLITE_NOT_IMMEDIATE]),
    ],
)
def test_sqlite_without_wal_or_immediate_is_found(
    tmp_path: Path, options: str, problems: list[Problem]
) -> None:
    with pointed_at(settings_of(f"sqlite:///{tmp_path}/db.sqlite3{options}")):
        assert found() == problems


@pytest.mark.parametrize("url", ["postgres://localhost/x", "mysql://localhost/x"])
def test_missing_dump_tool_is_found(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg" if "postgres" in url else "MySQLdb")
    monkeypatch.setenv("PATH", "")
    with pointed_at(settings_of(url)):
        assert found() == [Problem.DUMP_TOOL_MISSING]


class ToArchive:
    """Sends live models to ``archive``."""

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return "archive" if model._meta.app_label == "dynamic" else None


@pytest.mark.parametrize("url", ["postgres://localhost/x", "mysql://localhost/x"])
def test_missing_dump_tool_of_the_database_of_live_models_is_found(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg" if "postgres" in url else "MySQLdb")
    monkeypatch.setenv("PATH", "")
    with beside("archive", url):
        assert found() == []
        with override_settings(DATABASE_ROUTERS=[ToArchive()]):
            (message,) = checks.run_checks(tags=["lowcode"])
    assert (message.id, "'archive'" in message.msg) == (Problem.DUMP_TOOL_MISSING, True)


@pytest.mark.parametrize("storage", [True, False])
def test_backup_folder_that_cannot_be_written_is_found(tmp_path: Path, *, storage: bool) -> None:
    file = tmp_path / "file"
    file.touch()
    folder = str(file / "backups")
    storages: dict[str, Any] = {
        "lowcode_backups": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder},
        }
    }
    with override_settings(STORAGES=storages if storage else {}, LOWCODE_BACKUP_DIR=folder):
        assert found() == [Problem.BACKUP_FOLDER_NOT_WRITABLE]


def test_backups_in_another_storage_need_no_folder() -> None:
    storage = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    with override_settings(STORAGES={"lowcode_backups": storage}, LOWCODE_BACKUP_DIR="/proc/x"):
        assert found() == []


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"DEBUG": False, "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": ["example.com"]}, []),
        ({"DEBUG": False, "SECRET_KEY": "insecure-x"}, [Problem.SECRET_INSECURE]),
        ({"DEBUG": False, "SECRET_KEY": "django-insecure-x"}, [Problem.SECRET_INSECURE]),
        ({"DEBUG": False, "SECRET_KEY": "x", "ALLOWED_HOSTS": ["*"]}, [Problem.ANY_HOST]),
        ({"DEBUG": True, "SECRET_KEY": "insecure-x", "ALLOWED_HOSTS": ["*"]}, [Problem.DEBUG_ON]),
    ],
)
def test_deployment_is_checked(given: dict[str, Any], problems: list[Problem]) -> None:
    with override_settings(**given):
        assert found(deploy=True) == problems


def test_debug_takes_any_secret() -> None:
    with override_settings(DEBUG=True, SECRET_KEY="insecure-x", ALLOWED_HOSTS=["*"]):
        assert unsafe_settings(settings) == []


def test_message_tells_both_languages_and_the_cure() -> None:
    message = Problem.APP_MISSING.message(app="rest_framework")
    assert message.level == checks.ERROR
    assert "INSTALLED_APPS 中缺少 rest_framework" in message.msg
    assert "rest_framework is not in INSTALLED_APPS" in message.msg
    assert "Add 'rest_framework'" in str(message.hint)


def test_ids_are_unique_and_sorted() -> None:
    ids = [each.value for each in Problem]
    assert ids == sorted(set(ids))
