"""Sites that run, on every database, embedded and distributed."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.acceptance.browsing import build_dashboard, require_dashboard, running_browser
from tests.acceptance.excerpts import excerpt
from tests.acceptance.site import Mode, Site, StartSite, new_site
from tests.conftest import miss
from tests.servers.base import ServiceMissing
from tests.servers.mariadb import MariaDB
from tests.servers.postgresql import PostgreSQL
from tests.servers.redis import Redis

SERVERS = {"postgresql": "postgresql_server", "mysql": "mariadb_server"}
NEW_SITES = {"sqlite": "new_sqlite_site", "postgresql": "new_postgresql_site"}
"""Where a database can be copied, `migrate` need not run once a site."""
KINDS = [
    pytest.param((engine, mode), id=f"{engine}-{mode}")
    for engine in ("sqlite", "postgresql", "mysql")
    for mode in Mode
]
SITES = pytest.StashKey[list[Site]]()
"""The sites that run, in the session's stash; those that a test has for itself, in the test's."""
SIZES = pytest.StashKey[dict[Path, int]]()
"""How long the logs of the sites were when a test began."""

_redis_databases = itertools.cycle(range(16))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remember how much the sites that all tests share have written so far."""
    shared = item.session.stash.get(SITES, [])
    item.stash[SIZES] = {log: log.stat().st_size for site in shared for _, log in site.logs()}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Put beside a failure what is worth reading of that which its own sites have written."""
    report = yield
    if report.failed:
        sizes = item.stash.get(SIZES, {})
        for site in sites_of(item):
            for name, log in site.logs():
                if shown := excerpt(log, after=sizes.get(log, 0)):
                    report.sections.append((f"{name} of {site.engine}-{site.mode}", shown))
    return report


def sites_of(item: pytest.Item) -> list[Site]:
    """Return the sites that a test uses."""
    used = getattr(item, "funcargs", {}).values()
    found = [*(each for each in used if isinstance(each, Site)), *item.stash.get(SITES, [])]
    return [site for number, site in enumerate(found) if site not in found[:number]]


@pytest.fixture(scope="session")
def dashboard() -> None:
    """Build the dashboard if it is not current: a site serves the files that there are when it starts."""
    build_dashboard()


# Not for the session: while the other tiers are tested, which comes later, it would idle at their cost.
@pytest.fixture(scope="package", params=KINDS)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, dashboard: None
) -> Iterator[Site]:
    """A site that runs, one for all tests of its kind: each uses models of its own.

    To run on some kinds only: ``@pytest.mark.parametrize("site", […], indirect=True)`` with pairs of
    an engine and a `Mode`.
    """
    engine, mode = request.param
    folder = tmp_path_factory.mktemp(f"{engine}-{mode}")
    environment = {"DJANGO_SETTINGS_MODULE": "tests.acceptance.rung"}
    yield from _running(request, engine=engine, mode=mode, folder=folder, **environment)


@pytest.fixture(scope="package", params=KINDS)
def hurried_site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site with the settings of `hurried`, to be hurt and healed; one for all tests of its kind."""
    engine, mode = request.param
    folder = tmp_path_factory.mktemp(f"hurried-{engine}-{mode}")
    environment = {"DJANGO_SETTINGS_MODULE": "tests.acceptance.hurried", "DB_POOL_TIMEOUT": "2"}
    yield from _running(
        request, engine=engine, mode=mode, folder=folder, started=True, **environment
    )


@pytest.fixture(scope="session")
def new_sqlite_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site that was prepared and never started: those of single tests are copies of it."""
    folder = tmp_path_factory.mktemp("new-site")
    site = new_site(
        engine="sqlite",
        mode=Mode.EMBEDDED,
        folder=folder,
        database_url=f"sqlite:///{folder / 'db.sqlite3'}",
        redis_url=None,
    )
    site.prepare()
    return site


@pytest.fixture(scope="session")
def new_postgresql_site(
    postgresql_server: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site that was prepared and never started: others begin with copies of its database."""
    folder = tmp_path_factory.mktemp("new-site")
    name = f"lowcode_{secrets.token_hex(4)}"
    site = new_site(
        engine="postgresql",
        mode=Mode.EMBEDDED,
        folder=folder,
        database_url=postgresql_server.create_database(name),
        redis_url=None,
    )
    site.prepare()
    yield site
    postgresql_server.drop_database(name)


# Not for the session: while its driver runs, no other event loop can in this process.
@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest, dashboard: None) -> Iterator[Browser]:
    """Chromium; what needs it is skipped, or fails where services are required, without it or Node."""
    with ExitStack() as stack:
        try:
            require_dashboard()
            running = stack.enter_context(running_browser())
        except ServiceMissing as missing:
            miss(missing, request.config)
        yield running


@pytest.fixture
def start_site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StartSite]:
    """Start a site of one's own, to be killed and restarted: ``start_site(engine, mode, PORT="…")``.

    Further keywords go into its environment; ``started=False`` only prepares it, and
    ``prepared=False`` does not even that.
    """
    running: list[Iterator[Site]] = []

    def start(
        engine: str,
        mode: Mode,
        *,
        prepared: bool = True,
        started: bool = True,
        **environment: str,
    ) -> Site:
        folder = tmp_path / f"site{len(running)}"
        folder.mkdir()
        sites = _running(
            request,
            engine=engine,
            mode=mode,
            folder=folder,
            prepared=prepared,
            started=prepared and started,
            owner=request.node,
            **environment,
        )
        running.append(sites)
        return next(sites)

    yield start
    for sites in running:
        next(sites, None)


def _running(
    request: pytest.FixtureRequest,
    *,
    engine: str,
    mode: Mode,
    folder: Path,
    prepared: bool = True,
    started: bool = True,
    owner: pytest.Item | None = None,
    **environment: str,
) -> Iterator[Site]:
    redis_url = None
    if mode is Mode.DISTRIBUTED:
        redis: Redis = request.getfixturevalue("redis_server")
        number = next(_redis_databases)
        redis.flush(number)
        redis_url = redis.url(number)
    server: PostgreSQL | MariaDB | None = None
    name = f"lowcode_{secrets.token_hex(4)}"
    new: Site | None = None
    if prepared and engine in NEW_SITES:
        new = request.getfixturevalue(NEW_SITES[engine])
    if engine == "sqlite":
        database_url = f"sqlite:///{folder / 'db.sqlite3'}"
    elif engine == "postgresql" and new is not None:
        server = postgresql = request.getfixturevalue(SERVERS[engine])
        database_url = postgresql.create_database(name, copy_of=new.database_name)
    else:
        server = request.getfixturevalue(SERVERS[engine])
        database_url = server.create_database(name)
    site = new_site(
        engine=engine,
        mode=mode,
        folder=folder,
        database_url=database_url,
        redis_url=redis_url,
        **environment,
    )
    sites = (owner or request.session).stash.setdefault(SITES, [])
    sites.append(site)
    try:
        if new is not None:
            site.continue_from(new)
        elif prepared:
            site.prepare()
        if started:
            site.start()
        yield site
        site.stop()
    finally:
        site.kill()
        sites.remove(site)
        if server is not None:
            server.drop_database(name)
