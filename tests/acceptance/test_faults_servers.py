"""The database or Redis goes away in each stage, and comes back: nothing is lost, nobody is misled."""

from __future__ import annotations

import time

import pytest

from tests.acceptance.conftest import SERVERS
from tests.acceptance.site import Mode, Site
from tests.acceptance.subjects import NEW, Subject
from tests.acceptance.test_main_job import STAGES
from tests.acceptance.watching import Watch
from tests.servers.base import Server
from tests.servers.redis import Redis

POSTGRESQL = pytest.param(("postgresql", Mode.DISTRIBUTED), id="postgresql-distributed")
MYSQL = pytest.param(("mysql", Mode.DISTRIBUTED), id="mysql-distributed")


@pytest.fixture
def server(hurried_site: Site, request: pytest.FixtureRequest) -> Server:
    """The server that the site's database stands on."""
    found: Server = request.getfixturevalue(SERVERS[hurried_site.engine])
    return found


@pytest.mark.parametrize("hurried_site", [POSTGRESQL, MYSQL], indirect=True)
def test_the_database_goes_away_in_every_stage(hurried_site: Site, server: Server) -> None:
    site, subject = hurried_site, Subject(site=hurried_site, rows=5_000)
    subject.create()
    with site.watch(subject.upgrade()) as watch, site.client() as client:
        for stage in STAGES:
            watch.wait_for("stage.started", stage)
            with server.away(killed=stage in ("backup", "migrate")):
                if stage == "validate":
                    begin = time.monotonic()
                    answer = client.get(f"/lowcode/api/upgrade-status/{subject.task_id}/")
                    print(f"{site.engine}: 503 after {time.monotonic() - begin:.1f} s")
                    assert answer.status_code == 503
                    assert answer.json()["code"] == "database_unavailable"
        watch.wait_for_end()
    # A pool of connections tries again after a pause, which may be longer than a request waits for one.
    site.wait_until_ready()
    assert_gapless(watch)
    subject.assert_new()
    subject.assert_can_go_on()


@pytest.mark.parametrize("hurried_site", [POSTGRESQL], indirect=True)
def test_redis_goes_away_in_every_stage(hurried_site: Site, redis_server: Redis) -> None:
    site, subject = hurried_site, Subject(site=hurried_site, rows=5_000)
    subject.create()
    with site.watch(subject.upgrade()) as watch:
        for stage in STAGES:
            watch.wait_for("stage.started", stage)
            with redis_server.away(killed=stage == "migrate"):
                if stage == "validate":
                    assert_refused(site)
                    assert site.status(subject.task_id)["status"] == "running"
        watch.wait_for_end()
    site.wait_until_ready()
    assert_gapless(watch)
    subject.assert_new()
    subject.assert_can_go_on()


@pytest.mark.parametrize("hurried_site", [POSTGRESQL], indirect=True)
def test_a_redis_that_hangs_is_out_of_reach_too(hurried_site: Site, redis_server: Redis) -> None:
    with redis_server.frozen():
        begin = time.monotonic()
        assert_refused(hurried_site)
        print(f"503 after {time.monotonic() - begin:.1f} s")


def assert_refused(site: Site) -> None:
    """Assert that nothing can be started, and that nothing of it is left."""
    with site.client() as client:
        body = {"model_name": "Refused", "fields": NEW}
        answer = client.post("/lowcode/api/upgrade-model/", json=body)
    assert answer.status_code == 503
    assert answer.json()["code"] == "broker_unavailable"
    rows = site.query("SELECT count(*) FROM lowcode_async_upgrade WHERE model_name = 'Refused'")
    assert rows == [(0,)]


def assert_gapless(watch: Watch) -> None:
    """Assert that the socket stayed open, and that every event came once and in order."""
    sequences = [each["sequence"] for each in watch.recorded]
    assert sequences == list(range(1, len(sequences) + 1))
