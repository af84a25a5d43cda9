"""What all tiers share: Django's settings, the servers, and what is said when one is missing."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Generator, Iterator
from typing import Any, NoReturn, TypeVar

import django
import hypothesis
import pytest

# Tests start hundreds of processes: each would compile all that it imports, a new checkout's above all.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.servers.base import Server, ServiceMissing  # noqa: E402
from tests.servers.mariadb import MariaDB  # noqa: E402
from tests.servers.mysql import VARIABLE, MySQL  # noqa: E402
from tests.servers.postgresql import PostgreSQL  # noqa: E402
from tests.servers.redis import Redis  # noqa: E402

# The same examples each time, however slow the machine: who is looking for new ones says
# `--hypothesis-profile default`.
hypothesis.settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("steady")

S = TypeVar("S", bound=Server)
MISSING = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    """End in good order on SIGTERM too, so that no server is left behind."""
    config.stash[MISSING] = {}
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among what is collected: it stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a worker of pytest-xdist has missed to the process that reports."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["missing"] = session.config.stash[MISSING]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of pytest-xdist has missed."""
    node.config.stash[MISSING] |= getattr(node, "workeroutput", {}).get("missing", {})


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say loudly what was not tested."""
    for service, reason in config.stash[MISSING].items():
        terminalreporter.write_sep("!", f"NOT TESTED: {service}", red=True, bold=True)
        terminalreporter.write_line(reason, red=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep together what shares a database or a site, where several processes test at once."""
    from tests.scheduling import ByServer

    return ByServer(config, log)


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> Iterator[PostgreSQL]:
    """A PostgreSQL server."""
    yield from serve(PostgreSQL, request.config)


@pytest.fixture(scope="session")
def mariadb_server(request: pytest.FixtureRequest) -> Iterator[MariaDB]:
    """A MariaDB server, or one of MySQL."""
    yield from serve(MySQL if VARIABLE in os.environ else MariaDB, request.config)


@pytest.fixture(scope="session")
def redis_server(request: pytest.FixtureRequest) -> Iterator[Redis]:
    """A Redis server."""
    yield from serve(Redis, request.config)


def serve(kind: type[S], config: pytest.Config) -> Iterator[S]:
    """Run a server for the session; skip, or fail where services are required, without it."""
    try:
        server = kind()
    except ServiceMissing as missing:
        miss(missing, config)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def miss(missing: ServiceMissing, config: pytest.Config) -> NoReturn:
    """Skip what needs a service that is missing, loudly; fail where services are required."""
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(str(missing), pytrace=False)
    config.stash[MISSING][missing.service] = str(missing)
    pytest.skip(str(missing))
