"""Worker after worker dies in the migrate stage: the upgrade fails, and everything is as it was."""

from __future__ import annotations

import contextlib

import pytest
from asgiref.sync import async_to_sync

from lowcode_async import conf
from lowcode_async.clock import database_now
from lowcode_async.models import Upgrade
from lowcode_async.upgrades.runner import run_stage
from tests.databases import Database
from tests.integration.migrating.changes import CASES, Change, look
from tests.integration.migrating.dying import Died, Wire, is_of_tables


@pytest.mark.parametrize("last", [3, 8])
def test_one_worker_too_many_takes_everything_back(
    database: Database, wire: Wire, last: int
) -> None:
    change = Change(CASES["conversions"])
    with wire.tapped(last=last, only=is_of_tables), contextlib.suppress(Died):
        change.work()
    attempts = conf.current().stage_attempts
    over = {"lease": None, "lease_until": database_now(), "attempts": attempts}
    Upgrade.objects.filter(pk=change.upgrade.pk).update(**over)

    async_to_sync(run_stage)(change.upgrade.pk, Upgrade.Stage.MIGRATE)

    change.upgrade.refresh_from_db()
    assert (change.upgrade.state, change.upgrade.error_code) == ("failed", "worker_lost")
    assert look() == change.old
    assert not change.recorded
