"""The server and what belongs to it, as who runs a site meets them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.acceptance.gates import Gate
from tests.acceptance.processes import ROOT, SiteProcess
from tests.acceptance.site import (
    NO_TLS,
    Mode,
    Site,
    StartSite,
    copy_sqlite,
    new_environment,
)
from tests.servers.base import free_port, wait_for

SLOW_SITE = {"DJANGO_SETTINGS_MODULE": "tests.acceptance.slow_site.settings"}
PATIENT = {"DRAIN_TIMEOUT": "600"}
"""Whatever waits for requests at hand waits longer than a test."""
SERVE = "python manage.py lowcode_serve"
SERVING = "服务已启动"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a new embedded site for the public."""
    return new_environment(
        folder=tmp_path,
        port=free_port(),
        database_url=f"sqlite:///{tmp_path / 'db.sqlite3'}",
        redis_url=None,
    )


@pytest.fixture
def migrated_environment(
    environment: dict[str, str], tmp_path: Path, new_sqlite_site: Site
) -> dict[str, str]:
    """The same, with its tables."""
    copy_sqlite(new_sqlite_site, tmp_path / "db.sqlite3")
    return environment


@pytest.fixture
def processes() -> Iterator[list[SiteProcess]]:
    """Processes that are killed in the end."""
    started: list[SiteProcess] = []
    yield started
    for each in started:
        each.kill()


def run(command: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command line to its end."""
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=100,
    )


def wait_until_ready(port: int) -> None:
    def ask() -> None:
        answer = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10, verify=NO_TLS)
        assert answer.status_code == 200

    wait_for(ask, seconds=120, pause=0.1)


def test_idle_server_ends_without_waiting_for_anything(start_site: StartSite) -> None:
    web = start_site("sqlite", Mode.EMBEDDED, **PATIENT).processes["web"]
    web.signal(signal.SIGTERM)
    assert web.wait() == 0


def test_server_that_ends_answers_what_is_at_hand_and_takes_nothing_more(
    start_site: StartSite,
) -> None:
    site = start_site("sqlite", Mode.EMBEDDED, **SLOW_SITE, **PATIENT)
    gate = Gate(site=site)
    connection = gate.knock()
    site.processes["web"].signal(signal.SIGTERM)

    def refused() -> None:
        try:
            socket.create_connection(("127.0.0.1", site.port)).close()
        except ConnectionRefusedError:
            return
        raise AssertionError("the server still takes connections")

    wait_for(refused, seconds=60)
    assert site.processes["web"].alive
    gate.open()
    answer = connection.getresponse()
    assert answer.read() == b"ok"
    assert answer.getheader("Connection") == "close"
    assert site.processes["web"].wait() == 0
    connection.close()
    assert site.query("SELECT COUNT(*) FROM lowcode_async_process") == [(0,)]


def test_second_sigint_ends_at_once(start_site: StartSite) -> None:
    site = start_site("sqlite", Mode.EMBEDDED, **SLOW_SITE, **PATIENT)
    web = site.processes["web"]
    connection = Gate(site=site).knock()  # the request would be waited for, and never ends
    web.signal(signal.SIGINT)
    web.wait_for_output("stopping")
    web.signal(signal.SIGINT)
    web.wait()
    connection.close()


def test_port_in_use_is_told_in_one_sentence(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(environment["PORT"]))):
        done = run(SERVE, environment)
    assert done.returncode == 1
    assert f"无法监听 127.0.0.1:{environment['PORT']}：Address already in use" in done.stdout
    assert f"Cannot listen on 127.0.0.1:{environment['PORT']}" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        pytest.param({"SECRET_KEY": ""}, "lowcode.E020", id="empty secret"),
        pytest.param({"SECRET_KEY": "insecure-x"}, "lowcode.E020", id="known secret"),
        pytest.param({"ALLOWED_HOSTS": "*"}, "lowcode.E021", id="any host"),
    ],
)
def test_site_for_the_public_refuses_to_start_with_settings_for_development(
    migrated_environment: dict[str, str], given: dict[str, str], problem: str
) -> None:
    environment = migrated_environment | given
    redis = {"REDIS_URL": "redis://127.0.0.1:1/0"}
    for command, more in (
        (SERVE, {}),
        ("dramatiq asgi_site.worker", redis),
        ("python -c 'import asgi_site.asgi'", {}),
    ):
        done = run(command, environment | more)
        assert done.returncode != 0
        assert problem in done.stdout
        assert command != SERVE or "Traceback" not in done.stdout
    assert problem in run("python manage.py check --deploy", environment).stdout


def test_without_a_secret_the_default_is_refused(migrated_environment: dict[str, str]) -> None:
    del migrated_environment["SECRET_KEY"]
    done = run(SERVE, migrated_environment)
    assert done.returncode == 1
    assert "lowcode.E020" in done.stdout
    assert "DEBUG=1" in done.stdout


def test_server_takes_the_socket_that_systemd_has_opened(
    migrated_environment: dict[str, str], tmp_path: Path, processes: list[SiteProcess]
) -> None:
    environment = migrated_environment
    activate = """
import os, socket, sys
listening = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
os.dup2(listening.fileno(), 3)
os.set_inheritable(3, True)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid()), "PORT": "1"}
os.execv(sys.executable, [sys.executable, "manage.py", "lowcode_serve"])
"""
    (tmp_path / "activate.py").write_text(activate)
    web = SiteProcess(
        f"python {tmp_path / 'activate.py'}", environment=environment, log=tmp_path / "web.log"
    )
    processes.append(web)
    port = int(environment["PORT"])
    wait_until_ready(port)
    web.signal(signal.SIGUSR2)
    web.wait_for_output("服务已重启")
    assert httpx.get(f"http://127.0.0.1:{port}/healthz").json() == {"status": "ok"}
    assert web.stop() == 0


def test_probes_are_answered_whatever_their_host_header_says(site: Site) -> None:
    for path in ("/healthz", "/readyz"):
        answer = httpx.get(f"{site.base_url}{path}", headers={"Host": "10.1.2.3"})
        assert answer.status_code == 200
    checks = answer.json()["checks"]
    assert {name: check["ok"] for name, check in checks.items()} == {
        "database": True,
        "broker": True,
        "channel_layer": True,
        "worker": True,
    }


def test_readiness_names_the_worker_that_is_missing(start_site: StartSite) -> None:
    site = start_site("sqlite", Mode.DISTRIBUTED)
    site.processes["worker"].stop()
    answer = httpx.get(f"{site.base_url}/readyz", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert answer.json()["status"] == "unready"
    worker = answer.json()["checks"]["worker"]
    assert (worker["ok"], worker["code"]) == (False, "unready_worker")
    assert worker["message"].startswith("No worker is alive")


@pytest.mark.parametrize(
    ("server", "failing"),
    [
        ("redis_server", {"broker", "channel_layer"}),
        ("postgresql_server", {"database", "worker"}),
    ],
)
def test_readiness_names_the_server_that_is_away(
    start_site: StartSite, request: pytest.FixtureRequest, server: str, failing: set[str]
) -> None:
    site = start_site("postgresql", Mode.DISTRIBUTED)
    with request.getfixturevalue(server).away():
        answer = httpx.get(f"{site.base_url}/readyz", timeout=60)
        assert httpx.get(f"{site.base_url}/healthz", timeout=60).status_code == 200
    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert {name for name, check in checks.items() if not check["ok"]} == failing
    assert {check["code"] for check in checks.values() if not check["ok"]} == {
        f"unready_{name}" for name in failing
    }
    site.wait_until_ready()


def test_static_files_are_served_without_being_collected(site: Site) -> None:
    answer = httpx.get(f"{site.base_url}/static/admin/css/base.css")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/css")
    assert httpx.get(f"{site.base_url}/static/admin/css/none.css").status_code == 404


def test_log_is_a_line_of_json_for_each_record(start_site: StartSite) -> None:
    site = start_site("sqlite", Mode.EMBEDDED, LOG_FORMAT="json")
    httpx.get(f"{site.base_url}/admin/login/?next=secret")
    site.processes["web"].stop()
    lines = [
        json.loads(each)
        for each in site.processes["web"].output.splitlines()
        if not each.startswith(SERVING)
    ]
    (access,) = [each for each in lines if each["logger"] == "lowcode_async.access"]
    assert access["message"] == "GET /admin/login/ 200"
    assert access["seconds"] > 0


def test_demo_prints_its_secrets_once(environment: dict[str, str]) -> None:
    environment = environment | {"DEBUG": "1"}
    first = run("python manage.py lowcode_demo", environment)
    assert first.returncode == 0, first.stdout
    assert re.search(r"TOKEN=[0-9a-f]{40}\n", first.stdout)
    assert first.stdout.count("curl ") == 2
    second = run("python manage.py lowcode_demo", environment)
    assert (second.returncode, second.stdout) == (0, "")


def test_demo_is_refused_in_production(environment: dict[str, str]) -> None:
    done = run("python manage.py lowcode_demo", environment)
    assert done.returncode == 1
    assert "DEBUG=1" in done.stdout
    file = environment["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == []


def test_lines_of_the_demo_can_be_pasted(
    environment: dict[str, str], tmp_path: Path, processes: list[SiteProcess]
) -> None:
    environment = environment | {"DEBUG": "1"}
    printed = run("python manage.py lowcode_demo", environment).stdout
    processes.append(SiteProcess(SERVE, environment=environment, log=tmp_path / "web.log"))
    wait_until_ready(int(environment["PORT"]))
    export, start, ask, watch = (
        line.strip()
        for line in printed.splitlines()
        if line.strip().startswith(("export", "curl", sys.executable))
    )
    watching = subprocess.Popen(
        ["/bin/sh", "-c", f"{export}; exec {watch.replace(' -c', ' -u -W error -c', 1)}"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        started = json.loads(run(f"{export}; {start}", environment).stdout)
        assert started["message"] == "升级任务已启动"
        assert watching.stdout is not None
        for line in watching.stdout:
            if "upgrade.succeeded" in line:
                break
        else:
            pytest.fail("the line that watches has ended")
    finally:
        watching.kill()
        watching.communicate()
    asked = run(f"{export}; {ask.replace('<task_id>', started['task_id'])}", environment)
    assert json.loads(asked.stdout)["message"] == "模型 Product 升级成功"


def test_worker_without_a_broker_says_so_and_waits(
    environment: dict[str, str], tmp_path: Path, processes: list[SiteProcess]
) -> None:
    worker = SiteProcess(
        "python manage.py lowcode_worker", environment=environment, log=tmp_path / "worker.log"
    )
    processes.append(worker)
    worker.wait_for_output("没有配置消息代理（REDIS_URL）")
    assert worker.alive
    assert worker.stop() == 0


def test_server_waits_for_the_migrations(
    environment: dict[str, str], tmp_path: Path, processes: list[SiteProcess]
) -> None:
    web = SiteProcess(SERVE, environment=environment, log=tmp_path / "web.log")
    processes.append(web)
    web.wait_for_output("数据库还有未执行的迁移")
    assert SERVING not in web.output
    run("python manage.py migrate --no-input", environment)
    web.wait_for_output(SERVING)
    wait_until_ready(int(environment["PORT"]))


def test_memory_of_the_embedded_server_stays_below_150_megabytes(start_site: StartSite) -> None:
    site = start_site("sqlite", Mode.EMBEDDED)
    site.wait_for_end(site.post("Product", [{"name": "on", "type": "BooleanField"}]))
    status = Path(f"/proc/{site.processes['web'].pid}/status")
    if not status.exists():
        pytest.skip(f"no /proc on {os.uname().sysname}")
    (kilobytes,) = re.findall(r"VmRSS:\s+(\d+) kB", status.read_text())
    assert int(kilobytes) < 150_000
