"""Whatever is killed, at whatever moment: the upgrade ends, and everything is the new or the old."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.acceptance.processes import SiteProcess
from tests.acceptance.site import Mode, Site, StartSite, procfile
from tests.acceptance.subjects import TAKEN_UP_SECONDS, Subject
from tests.acceptance.test_main_job import STAGES
from tests.servers.base import wait_for

SITES = [
    ("sqlite", Mode.EMBEDDED),
    ("postgresql", Mode.DISTRIBUTED),
    ("mysql", Mode.DISTRIBUTED),
]
KINDS = [pytest.param(each, id=f"{each[0]}-{each[1]}") for each in SITES]
ROWS = (20_000, 80_000, 320_000)
"""Of a table whose conversion is to be interrupted: more and more, until it takes long enough."""
MOMENTS = 2
"""How often a worker is killed at any moment of the conversions, beside their beginning."""


@pytest.mark.parametrize("hurried_site", KINDS, indirect=True)
def test_workers_are_killed_in_every_stage_and_at_any_moment_of_conversions(
    hurried_site: Site,
) -> None:
    chance = random.Random(20)
    for rows in ROWS:
        subject, other = (Subject(site=hurried_site, rows=each) for each in (rows, 3 * rows // 2))
        killed_again_and_again(subject, other, chance)
        for each in (subject, other):
            assert each.wait_for_end()["status"] == "success"
            each.assert_new()
            each.assert_can_go_on()
        resumed = subject.stages_of("stage.resumed")
        print(f"{hurried_site.engine}: resumed {resumed}, {other.stages_of('stage.resumed')}")
        if "migrate" in resumed:
            return
    pytest.fail(f"even {ROWS[-1]} rows were converted before the worker was killed")


def killed_again_and_again(subject: Subject, other: Subject, chance: random.Random) -> None:
    """Upgrade both, and kill the worker in every stage of the one."""
    site = subject.site
    subject.create()
    other.create()
    subject.upgrade()
    other.upgrade(no_backup=True)
    after = 0
    for stage in STAGES:
        with site.watch(subject.task_id, after=after) as watch:
            after = watch.wait_for("stage.started", stage).sequence or 0
            site.working.kill()
        start_worker(site)
        for kills in range(MOMENTS if stage == "migrate" else 0):
            wait_for(partial(assert_claimed, subject, kills + 2), seconds=120)
            threading.Event().wait(chance.uniform(0.0, 0.25))  # any moment will do
            site.working.kill()
            start_worker(site)
        site.wait_until_ready()


def test_another_worker_takes_over_within_thirty_seconds(start_site: StartSite) -> None:
    # With the settings as they come, and all three at once: it takes as long as a lease.
    sites = [start_site(*each) for each in SITES]
    killed = [killed_while_migrating(each) for each in sites]
    for subject, died in killed:
        assert subject.wait_for_end()["status"] == "success"
        taken_up = next(each for each in subject.events() if each["kind"] == "stage.resumed")
        seconds = (datetime.fromisoformat(taken_up["at"]) - died).total_seconds()
        print(f"{subject.site.engine}: taken up {seconds:.1f} s after the kill")
        assert seconds < TAKEN_UP_SECONDS
        subject.assert_new()
        subject.assert_can_go_on()


def killed_while_migrating(site: Site) -> tuple[Subject, datetime]:
    """Kill the worker that migrates, beside another one if possible; return when it was."""
    if site.mode is Mode.DISTRIBUTED:
        site.processes["second"] = start_second_worker(site)
    for rows in ROWS:
        subject = Subject(site=site, rows=rows)
        subject.create()
        with site.watch(subject.upgrade(no_backup=True)) as watch:
            watch.wait_for("stage.started", "migrate")
            killed = worker_of(site, subject)
            site.processes[killed].kill()
        died = datetime.now(UTC)
        if is_at_work(subject):
            break
        restart(site, killed)
    else:
        pytest.fail(f"even {ROWS[-1]} rows were converted before the worker was killed")
    if site.mode is Mode.EMBEDDED:
        start_worker(site)
        site.wait_until_ready()
    else:
        left = site.processes.pop("second" if killed == "worker" else "worker")
        site.processes["worker"] = left
        site.processes.pop("second", None)
    return subject, died


def restart(site: Site, name: str) -> None:
    """Start a process again that was killed, under its name."""
    if name == "second":
        site.processes[name] = start_second_worker(site)
    else:
        site.start(name)


def is_at_work(subject: Subject) -> bool:
    """Tell whether the migrate stage of the upgrade is not over."""
    rows = subject.site.query(
        "SELECT 1 FROM lowcode_async_upgrade WHERE stage = 'migrate' AND active_model = %s",
        subject.name.lower(),
    )
    return bool(rows)


def assert_claimed(subject: Subject, times: int) -> None:
    """Assert that the migrate stage of the upgrade has been claimed so many times, or is over."""
    rows = subject.site.query(
        "SELECT attempts FROM lowcode_async_upgrade WHERE stage = 'migrate' AND active_model = %s",
        subject.name.lower(),
    )
    assert all(attempts >= times for (attempts,) in rows)


def start_worker(site: Site) -> None:
    """Start what carries upgrades out, as a user does, and do not wait for it."""
    name = "worker" if site.mode is Mode.DISTRIBUTED else "web"
    site.processes[name] = SiteProcess(
        procfile()[name], environment=site.environment, log=site.folder / f"{name}.log"
    )


def start_second_worker(site: Site) -> SiteProcess:
    """Start another worker beside the first; wait until it is at work."""
    worker = SiteProcess(
        procfile()["worker"], environment=site.environment, log=site.folder / "second.log"
    )
    worker.wait_for_output("registered process=")
    return worker


def worker_of(site: Site, subject: Subject) -> str:
    """Return the name of the process that is at the upgrade's migrate stage."""
    claimed = f"stage claimed upgrade={subject.task_id} stage=migrate"
    found: list[str] = []

    def look() -> None:
        found[:] = [name for name, each in site.processes.items() if claimed in each.output]
        assert found

    wait_for(look, seconds=60)
    return found[0]
