"""A backup that cannot be made stops the upgrade before any change, and says what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.acceptance.processes import SiteProcess
from tests.acceptance.site import Site, procfile
from tests.acceptance.subjects import Subject
from tests.acceptance.test_kills import KINDS, start_worker

SQLITE, POSTGRESQL, _ = KINDS


@pytest.mark.parametrize("hurried_site", [SQLITE], indirect=True)
def test_a_folder_that_is_none(hurried_site: Site) -> None:
    site, subject = hurried_site, Subject(site=hurried_site, rows=3)
    subject.create()
    aside = site.backups.with_name("aside")
    site.backups.mkdir(exist_ok=True)
    site.backups.rename(aside)
    site.backups.write_text("in the way")
    try:
        subject.upgrade()
        status = subject.wait_for_end()
    finally:
        site.backups.unlink()
        aside.rename(site.backups)
    assert status["code"] == "backup_folder_unusable"
    assert str(site.backups) in status["error"]
    subject.assert_old()
    subject.assert_can_go_on()


@pytest.mark.parametrize("hurried_site", [POSTGRESQL], indirect=True)
def test_a_missing_program(hurried_site: Site) -> None:
    site, subject = hurried_site, Subject(site=hurried_site, rows=3)
    subject.create()
    site.working.kill()
    environment = {**site.environment, "PATH": str(Path(sys.executable).parent)}
    worker = SiteProcess(
        procfile()["worker"], environment=environment, log=site.folder / "bare.log"
    )
    try:
        subject.upgrade()
        status = subject.wait_for_end()
    finally:
        worker.kill()
        start_worker(site)
    assert status["code"] == "backup_tool_missing"
    assert "pg_dump" in status["error"]
    assert "postgresql-client" in status["error"]
    subject.assert_old()
    subject.assert_can_go_on()
