"""Daphne serves on uvloop where this app comes before Daphne's, and on asyncio's loop else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LOOKS = """
import django
from django.conf import settings
from asgi_site import settings as site

others = [each for each in site.INSTALLED_APPS if each not in ("lowcode_async", "daphne")]
values = {name: getattr(site, name) for name in dir(site) if name.isupper()}
settings.configure(**values | {"INSTALLED_APPS": [*FIRST, *others]})
django.setup()

from lowcode_async.serving.connections import reactor

print(type(reactor._asyncioEventloop).__module__.partition(".")[0])
"""


@pytest.mark.parametrize(
    ("first", "loop"),
    [(["lowcode_async", "daphne"], "uvloop"), (["daphne", "lowcode_async"], "asyncio")],
)
def test_whoever_comes_first_chooses_the_loop(first: list[str], loop: str) -> None:
    assert _loop(f"FIRST = {first}\n{LOOKS}") == loop


def test_without_daphnes_app_the_server_chooses() -> None:
    looks = LOOKS.replace("serving.connections", "serving.server")
    assert _loop(f"FIRST = ['lowcode_async']\n{looks}") == "uvloop"


def test_without_uvloop_it_is_asyncios() -> None:
    missing = "import sys; sys.modules['uvloop'] = None\n"
    assert _loop(f"{missing}FIRST = ['lowcode_async', 'daphne']\n{LOOKS}") == "asyncio"


def _loop(code: str) -> str:
    environment = os.environ | {"DATABASE_URL": "sqlite://:memory:", "REDIS_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
