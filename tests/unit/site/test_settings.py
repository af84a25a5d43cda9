"""Settings from the environment."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asgi_site.databases import PoolSize, further
from asgi_site.logs import JsonFormatter, logging_settings
from tests.databases import settings_of

SHOW = """
import json, sys
from asgi_site import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""


def site_settings(*names: str, **environment: str) -> dict[str, Any]:
    """Return settings of the site, started with nothing but this environment."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *names],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    settings: dict[str, Any] = json.loads(done.stdout)
    return settings


def test_nothing_set_is_one_process_for_this_machine_and_not_debug(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/db.sqlite3"
    assert site_settings(
        "DEBUG", "LOWCODE_EMBEDDED", "LOWCODE_BROKER_URL", "ALLOWED_HOSTS", "LANGUAGE_CODE",
        "LOWCODE_RESTART_STRATEGY", "SECURE_SSL_REDIRECT", DATABASE_URL=url,
    ) == {
        "DEBUG": False,
        "LOWCODE_EMBEDDED": True,
        "LOWCODE_BROKER_URL": None,
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
        "LANGUAGE_CODE": "zh-hans",
        "LOWCODE_RESTART_STRATEGY": "reload",
        "SECURE_SSL_REDIRECT": False,
    }  # fmt: skip
    assert (tmp_path / "new").is_dir()


def test_redis_url_makes_the_site_distributed() -> None:
    url = "redis://localhost:6379/3"
    given = site_settings(
        "LOWCODE_EMBEDDED", "LOWCODE_BROKER_URL", "CHANNEL_LAYERS", "CACHES",
        REDIS_URL=url, DATABASE_URL="sqlite://:memory:",
    )  # fmt: skip
    assert (given["LOWCODE_EMBEDDED"], given["LOWCODE_BROKER_URL"]) == (False, url)
    assert given["CHANNEL_LAYERS"]["default"]["BACKEND"] == "channels_redis.core.RedisChannelLayer"
    assert given["CHANNEL_LAYERS"]["default"]["CONFIG"]["hosts"] == [url]
    cache = given["CACHES"]["default"]
    assert cache["BACKEND"] == "django.core.cache.backends.redis.RedisCache"
    assert cache["LOCATION"] == url


def test_lists_and_numbers_are_read(tmp_path: Path) -> None:
    assert site_settings(
        "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "LOWCODE_RESTART_COMMAND", "BACKUP_DIR",
        "LOWCODE_DRAIN_TIMEOUT", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS",
        ALLOWED_HOSTS="a.example,b.example",
        CSRF_TRUSTED_ORIGINS="https://a.example",
        RESTART_COMMAND="systemctl,restart,site",
        BACKUP_DIR=str(tmp_path),
        DRAIN_TIMEOUT="2.5",
        HTTPS="1",
        DATABASE_URL="sqlite://:memory:",
    ) == {
        "ALLOWED_HOSTS": ["a.example", "b.example"],
        "CSRF_TRUSTED_ORIGINS": ["https://a.example"],
        "LOWCODE_RESTART_COMMAND": ["systemctl", "restart", "site"],
        "BACKUP_DIR": str(tmp_path),
        "LOWCODE_DRAIN_TIMEOUT": 2.5,
        "SESSION_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 3600,
    }  # fmt: skip


def test_options_of_the_url_come_before_ours() -> None:
    options = settings_of("sqlite:////tmp/db.sqlite3?timeout=7")["OPTIONS"]
    assert (options["timeout"], options["transaction_mode"]) == (7, "IMMEDIATE")


def test_postgresql_has_a_pool() -> None:
    settings = settings_of("postgres://user:secret@localhost/site")
    assert settings["OPTIONS"]["pool"] == {
        "min_size": 1,
        "max_size": 20,
        "timeout": 10.0,
        "reconnect_timeout": 5.0,
    }
    assert settings.get("CONN_MAX_AGE", 0) == 0


def test_postgresql_keeps_plans_unless_a_pooler_cannot() -> None:
    url = "postgres://user:secret@localhost/site"
    for given, threshold in (({}, 5), ({"DB_PREPARE": "0"}, None)):
        database = site_settings("DATABASES", DATABASE_URL=url, **given)["DATABASES"]["default"]
        assert database["OPTIONS"]["prepare_threshold"] == threshold
        assert database["ENGINE"] == "asgi_site.postgresql"


def test_mysql_refuses_what_it_would_change_silently() -> None:
    options = settings_of("mysql://user:secret@localhost/site")["OPTIONS"]
    assert options["charset"] == "utf8mb4"
    assert "TRADITIONAL" in options["init_command"]


def test_unknown_engine_is_left_alone() -> None:
    settings = settings_of("oracle://user:secret@localhost:1521/site")
    assert settings["OPTIONS"] == {}


def test_pool_size_names_its_numbers() -> None:
    with pytest.raises(TypeError):
        PoolSize(1, 2, 3.0)  # type: ignore[misc]


def test_record_is_one_line_of_json_with_what_stands_beside() -> None:
    record = logging.LogRecord("a.b", logging.INFO, "", 1, "%s 秒\n", (5,), None)
    record.seconds = 0.5
    record.path = Path("x")
    line = JsonFormatter().format(record)
    assert "\n" not in line
    parsed = json.loads(line)
    assert parsed.pop("at").endswith("+00:00")
    assert parsed == {
        "level": "info",
        "logger": "a.b",
        "message": "5 秒\n",
        "seconds": 0.5,
        "path": "x",
    }


def test_exception_stands_in_the_line() -> None:
    try:
        raise ValueError("bad")
    except ValueError:
        record = logging.makeLogRecord({"exc_info": sys.exc_info(), "msg": "broke"})
    parsed = json.loads(JsonFormatter().format(record))
    assert parsed["exception"].endswith("ValueError: bad")


@pytest.mark.parametrize("form", ["json", "text"])
def test_logging_can_be_configured(form: str) -> None:
    source = (
        "import logging, logging.config; from asgi_site.logs import logging_settings;"
        f"logging.config.dictConfig(logging_settings(level='warning', form='{form}'));"
        "logging.getLogger('x').warning('heard'); logging.getLogger('x').info('not heard')"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr.count("heard") == 1
    assert done.stderr.startswith("{") == (form == "json")


def test_level_may_be_written_small() -> None:
    assert logging_settings(level="debug", form="text")["root"]["level"] == "DEBUG"


def test_further_databases_are_named_by_their_variables() -> None:
    environment = {
        "DATABASE_URL": "sqlite:///a",
        "DATABASE_URL_": "sqlite:///b",
        "DATABASE_URL_ARCHIVE": "sqlite:///c",
        "DATABASE_URL_COLD": "",
    }
    assert further(environment) == {"archive": "DATABASE_URL_ARCHIVE"}
