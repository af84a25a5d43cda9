"""The ways to start the site that the README names."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from tests.acceptance.processes import SiteProcess
from tests.acceptance.site import Mode, StartSite
from tests.servers.base import wait_for

PATIENT_HONCHO = (
    "python -c 'from honcho import command, manager; manager.KILL_WAIT = 50; command.main()' start"
)
"""Honcho kills after five seconds what has not ended, which a busy machine may not have."""


@pytest.mark.parametrize("mode", list(Mode))
def test_honcho_runs_the_procfile_as_it_stands(
    start_site: StartSite, tmp_path: Path, mode: Mode
) -> None:
    site = start_site("sqlite", mode, prepared=False)
    assert shutil.which("honcho", path=site.environment["PATH"])
    honcho = SiteProcess(PATIENT_HONCHO, environment=site.environment, log=tmp_path / "honcho.log")
    site.processes["honcho"] = honcho
    site.wait_until_ready()
    site.token = site.make_user("staff", is_staff=True)

    task_id = site.post("Product", [{"name": "price", "type": "FloatField"}])
    assert site.wait_for_end(task_id)["status"] == "success"

    assert honcho.alive
    honcho.signal(signal.SIGTERM)
    honcho.wait()
    wait_for(lambda: assert_nobody_listens(site.port), seconds=60)
    assert "SIGKILL" not in honcho.output


@pytest.mark.timeout(900)
def test_make_run_needs_nothing_and_prints_a_token_once(
    start_site: StartSite, tmp_path: Path
) -> None:
    site = start_site("sqlite", Mode.EMBEDDED, started=False)
    environment = {
        name: value
        for name, value in site.environment.items()
        if name not in ("DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "LOG_FORMAT")
    }
    environment |= {
        "HOME": os.environ["HOME"],
        "DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite3'}",
    }
    printed = []
    for turn in (1, 2):
        process = SiteProcess(
            f"make run VENV={sys.prefix}",
            environment=environment,
            log=tmp_path / f"make{turn}.log",
        )
        site.processes["make"] = process
        site.wait_until_ready(seconds=500)  # it may have to build the dashboard first
        os.killpg(process.pid, signal.SIGINT)  # Ctrl+C
        process.wait()
        assert_nobody_listens(site.port)
        printed.append(re.findall(r"TOKEN=(\w+)", process.output))
    assert [len(each) for each in printed] == [1, 0]


def test_the_printed_token_is_good(start_site: StartSite) -> None:
    site = start_site("sqlite", Mode.EMBEDDED, DEBUG="1")
    output = site.run("python manage.py lowcode_demo")
    token = re.findall(r"TOKEN=(\w+)", output)[0]
    answer = httpx.post(
        f"{site.base_url}/lowcode/api/upgrade-model/",
        headers={"Authorization": f"Token {token}"},
        json={"model_name": "Product", "fields": [{"name": "price", "type": "FloatField"}]},
        timeout=60,
    )
    assert answer.status_code == 202


def assert_nobody_listens(port: int) -> None:
    """Assert that a port is closed."""
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
