"""The server becomes a new process on the same socket, and nobody is turned away."""

from __future__ import annotations

import http.client
import signal
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.acceptance.clients import TIMEOUT, Kind, Load
from tests.acceptance.gates import Gate
from tests.acceptance.site import Mode, Site, StartSite
from tests.servers.base import wait_for

RESTARTED = "服务已重启"
SLOW_SITE = {"DJANGO_SETTINGS_MODULE": "tests.acceptance.slow_site.settings"}


@pytest.fixture
def slow_site(start_site: StartSite) -> Site:
    """A site of one's own with paths that take their time."""
    return start_site("sqlite", Mode.EMBEDDED, **SLOW_SITE, DRAIN_TIMEOUT="600")


def restart(site: Site, number: int) -> float:
    """Restart by hand, the `number`-th time; return how long it took in seconds."""
    web = site.processes["web"]
    begin = time.monotonic()
    web.signal(signal.SIGUSR2)

    def look() -> None:
        assert web.output.count(RESTARTED) == number, web.output[-2000:]

    wait_for(look, seconds=120, alive=lambda: web.alive, pause=0.02)
    return time.monotonic() - begin


@pytest.mark.timeout(300)
def test_no_request_fails_through_ten_restarts_under_load(slow_site: Site) -> None:
    big = bytes(range(256)) * 2000
    load = Load(
        slow_site.port,
        Kind(name="busy connections", path="/quick/", clients=3, pause=0.005),
        Kind(name="idle connections", path="/quick/", clients=6, pause=0.3),
        Kind(name="new connections", path="/quick/", clients=3, pause=0.02, keep_alive=False),
        Kind(name="slow requests", path="/slow/700/", clients=2),
        Kind(name="big bodies", path="/echo/", clients=2, pause=0.1, body=big),
    )
    pid = slow_site.processes["web"].pid
    with load.running():
        seconds = []
        for number in range(1, 11):
            load.wait_for_answers(100)
            seconds.append(restart(slow_site, number))
    print(f"restarts took {[round(each, 1) for each in seconds]} s; {load.answered} answered")
    print(f"slowest answers in s: { {k: round(v, 1) for k, v in load.slowest.items()} }")
    assert load.failures == []
    assert set(load.answered) == {each.name for each in load.kinds}
    assert slow_site.processes["web"].pid == pid
    assert slow_site.query("SELECT kind, incarnation FROM lowcode_async_process") == [
        ("embedded", 11)
    ]


def test_a_connection_that_was_idle_is_still_open_after_a_restart(slow_site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", slow_site.port, timeout=TIMEOUT)
    connection.request("GET", "/quick/")
    connection.getresponse().read()
    socket = connection.sock
    restart(slow_site, 1)
    connection.request("GET", "/quick/")
    assert connection.getresponse().read() == b"ok"
    assert connection.sock is socket
    connection.close()


def test_a_request_that_was_half_sent_is_answered_by_the_process_that_began_it(
    slow_site: Site,
) -> None:
    web = slow_site.processes["web"]
    connection = http.client.HTTPConnection("127.0.0.1", slow_site.port, timeout=TIMEOUT)
    connection.putrequest("POST", "/echo/")
    connection.putheader("Content-Length", "6")
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    # By this the server says that it has read the head.
    assert connection.sock.recv(1000).startswith(b"HTTP/1.1 100 ")
    connection.send(b"foo")
    web.signal(signal.SIGUSR2)
    web.wait_for_output("restarting")
    time.sleep(0.3)  # Not to synchronise: the second half is late, whatever the server does.
    assert RESTARTED not in web.output
    connection.send(b"bar")
    assert connection.getresponse().read() == b"foobar"
    web.wait_for_output(RESTARTED)
    connection.close()


def test_a_request_that_takes_too_long_does_not_hold_the_restart_for_ever(
    start_site: StartSite,
) -> None:
    site = start_site("sqlite", Mode.EMBEDDED, **SLOW_SITE, DRAIN_TIMEOUT="0.5")
    connection = Gate(site=site).knock()  # it never ends
    restart(site, 1)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        connection.getresponse()
    connection.close()
    assert "requests cut off count=1" in site.processes["web"].output


def test_sockets_are_told_that_the_service_restarts(slow_site: Site) -> None:
    url = f"{slow_site.ws_url}/ws/lowcode/upgrades/"
    token = {"Authorization": f"Token {slow_site.token}"}
    with connect(url, additional_headers=token) as socket:
        restart(slow_site, 1)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=TIMEOUT)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    with connect(url, additional_headers=token):
        pass


def test_a_restart_asked_for_twice_is_one(slow_site: Site) -> None:
    web = slow_site.processes["web"]
    gate = Gate(site=slow_site)
    connection = gate.knock()
    web.signal(signal.SIGHUP)
    web.wait_for_output("restarting")
    web.signal(signal.SIGUSR2)
    gate.open()
    assert connection.getresponse().read() == b"ok"
    web.wait_for_output(RESTARTED)
    connection.request("GET", "/quick/")
    assert connection.getresponse().read() == b"ok"
    connection.close()
    assert web.output.count(RESTARTED) == 1


@pytest.mark.parametrize("engine", ["sqlite", "postgresql", "mysql"])
def test_an_upgrade_restarts_the_very_process_that_runs_it(
    start_site: StartSite, engine: str
) -> None:
    site = start_site(engine, Mode.EMBEDDED, RESTART_STRATEGY="reexec")
    name = {"name": "name", "type": "CharField", "max_length": 100}
    task_id = site.post("Product", [name])
    status = site.wait_for_end(task_id)
    assert status["status"] == "success"
    assert status["warnings"] == []
    web = site.processes["web"]
    assert web.output.count(RESTARTED) == 1
    assert site.query("SELECT incarnation, restart_requested FROM lowcode_async_process") == [
        (2, None)
    ]
    with site.client() as client:
        events = client.get(f"/lowcode/api/upgrades/{task_id}/events/").json()["events"]
    kinds = [(each["kind"], each["stage"]) for each in events]
    assert kinds[-4:] == [
        ("stage.started", "restart"),
        ("stage.resumed", "restart"),
        ("stage.succeeded", "restart"),
        ("upgrade.succeeded", None),
    ]


def test_an_upgrade_restarts_the_web_process_and_reloads_the_worker(
    start_site: StartSite,
) -> None:
    site = start_site("sqlite", Mode.DISTRIBUTED, RESTART_STRATEGY="reexec")
    status = site.wait_for_end(site.post("Product", [{"name": "on", "type": "BooleanField"}]))
    assert (status["status"], status["warnings"]) == ("success", [])
    assert RESTARTED in site.processes["web"].output
    rows = site.query("SELECT kind, incarnation FROM lowcode_async_process ORDER BY kind")
    assert rows == [("web", 2), ("worker", 1)]


def test_command_that_kills_the_worker_is_run_once_and_the_upgrade_ends(
    start_site: StartSite,
) -> None:
    site = start_site("sqlite", Mode.DISTRIBUTED, started=False)
    count = site.folder / "count"
    site.environment = site.environment | {
        "DJANGO_SETTINGS_MODULE": "tests.acceptance.hurried",  # the dead worker's lease is short
        "RESTART_STRATEGY": "command",
        "RESTART_COMMAND": f"sh,-c,echo run >> {count}; kill -KILL $PPID",
    }
    site.start()
    task_id = site.post("Product", [{"name": "on", "type": "BooleanField"}])
    site.processes["worker"].wait()
    assert site.status(task_id)["status"] == "running"
    site.start("worker")
    status = site.wait_for_end(task_id)
    assert (status["status"], status["warnings"]) == ("success", [])
    assert count.read_text() == "run\n"


def test_command_that_fails_is_a_warning_of_an_upgrade_that_succeeds(
    start_site: StartSite,
) -> None:
    site = start_site(
        "sqlite",
        Mode.EMBEDDED,
        RESTART_STRATEGY="command",
        RESTART_COMMAND="sh,-c,echo why; exit 3",
    )
    status = site.wait_for_end(site.post("Product", [{"name": "on", "type": "BooleanField"}]))
    assert status["status"] == "success"
    (warning,) = status["warnings"]
    assert warning["code"] == "restart_command_failed"
    assert warning["params"]["output"] == "why"
