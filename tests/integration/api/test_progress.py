"""Clients that poll are told how far the stage is that runs, and nothing of any other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from lowcode_async.clock import database_now
from lowcode_async.models import Upgrade
from lowcode_async.upgrades import cancelling, leases, newest_ticks, recording
from lowcode_async.upgrades.events import tick_of
from lowcode_async.upgrades.leases import Claim
from lowcode_async.upgrades.work import StageResult
from tests.caches import FAULTY, FaultyCache
from tests.databases import Database
from tests.integration.api.conftest import NAME
from tests.servers.base import wait_for
from tests.servers.redis import Redis

AT = datetime(2025, 1, 31, 8, tzinfo=UTC)
ROWS = {"operation": "Convert values", "rows_done": 200_000, "rows_total": 1_000_000}


@pytest.fixture
def upgrade(database: Database) -> Upgrade:
    return Upgrade.objects.create(
        model_name="Product",
        active_model="product",
        definition={"format": 1, "name": "Product", "fields": [NAME]},
        enqueued_at=database_now(),
        no_backup=True,
    )


def claimed(upgrade: Upgrade, stage: str = "validate") -> Claim:
    claim = leases.claim(upgrade.pk, Upgrade.Stage(stage))
    assert claim is not None
    return claim


def tell(claim: Claim, **payload: Any) -> None:
    newest_ticks.keep(claim, tick_of(claim.task_id, stage=claim.stage, payload=payload, at=AT))


def told(client: APIClient, upgrade: Upgrade, **headers: str) -> Any:
    """Return what every way of asking says alike."""
    one = f"/lowcode/api/upgrades/{upgrade.pk}/"
    progress = [
        client.get(path, headers=headers).json()["progress"]
        for path in (f"/lowcode/api/upgrade-status/{upgrade.pk}/", one, f"{one}events/")
    ]
    [listed] = client.get("/lowcode/api/upgrades/", headers=headers).json()["upgrades"]
    assert progress == [listed["progress"]] * 3
    return listed["progress"]


def test_progress_is_that_of_the_stage_that_runs(staff: APIClient, upgrade: Upgrade) -> None:
    assert told(staff, upgrade) is None
    validate = claimed(upgrade)
    assert told(staff, upgrade) is None
    tell(validate, percent=20.0)
    expected = {"stage": "validate", "at": "2025-01-31T08:00:00.000000Z", "percent": 20.0}
    assert told(staff, upgrade) == expected

    recording.advance(validate, StageResult())
    assert told(staff, upgrade) is None
    migrate = claimed(upgrade, "migrate")
    tell(validate, percent=100.0)
    assert told(staff, upgrade) is None
    tell(migrate, percent=41.5, **ROWS)
    assert told(staff, upgrade) == expected | {"stage": "migrate", "percent": 41.5, **ROWS}

    recording.advance(migrate, StageResult())
    tell(claimed(upgrade, "restart"), percent=50.0)
    Upgrade.objects.update(state=Upgrade.State.SUCCEEDED)
    assert told(staff, upgrade) is None


def test_a_stage_that_is_taken_over_begins_anew(staff: APIClient, upgrade: Upgrade) -> None:
    lost = claimed(upgrade)
    tell(lost, percent=80.0)
    leases.release(lost)
    assert told(staff, upgrade)["percent"] == 80.0  # so far it has come
    taken = claimed(upgrade)
    tell(lost, percent=90.0)
    assert told(staff, upgrade) is None
    tell(taken, percent=5.0)
    tell(lost, percent=91.0)
    assert told(staff, upgrade)["percent"] == 5.0


def test_what_is_waited_for_is_put_into_words(staff: APIClient, upgrade: Upgrade) -> None:
    params = {"table": "dynamic_product", "holders": "pid 7"}
    tell(claimed(upgrade), percent=0.0, code="waiting_for_lock", params=params)
    for language, words in (("en", "Waiting for"), ("zh-hans", "正在等待")):
        progress = told(staff, upgrade, **{"Accept-Language": language})
        assert (progress["code"], progress["params"]) == ("waiting_for_lock", params)
        assert progress["message"].startswith(words)


def test_a_cancelled_upgrade_is_nowhere(staff: APIClient, upgrade: Upgrade) -> None:
    claim = claimed(upgrade)
    tell(claim, percent=20.0)
    Upgrade.objects.update(cancel_requested_at=database_now())
    recording.drop(claim)
    assert told(staff, upgrade) is None
    assert cancelling.settle(upgrade.pk) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_a_cache_everything_else_is_told(
    staff: APIClient, upgrade: Upgrade, caplog: pytest.LogCaptureFixture
) -> None:
    claim = claimed(upgrade)
    FaultyCache.empty()
    with override_settings(CACHES=FAULTY):
        FaultyCache.broken = True
        tell(claim, percent=20.0)
        assert told(staff, upgrade) is None
        assert staff.get(f"/lowcode/api/upgrades/{upgrade.pk}/").json()["state"] == "running"
        with FaultyCache.hanging():
            tell(claim, percent=30.0)
            assert told(staff, upgrade) is None
    said = [each.message for each in caplog.records if "cache" in each.message]
    assert len(said) <= 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_progress_goes_by_way_of_redis(
    staff: APIClient, upgrade: Upgrade, redis_server: Redis, redis_url: str
) -> None:
    from asgi_site.caches import cache_of

    with override_settings(CACHES={"default": cache_of(redis_url)}):
        claim = claimed(upgrade)

        def wait_until_told(percent: float) -> None:
            tell(claim, percent=percent)
            assert told(staff, upgrade)["percent"] == percent

        wait_for(lambda: wait_until_told(20.0), seconds=60)
        with redis_server.away():
            tell(claim, percent=30.0)
            assert staff.get(f"/lowcode/api/upgrades/{upgrade.pk}/").json()["progress"] is None
        wait_for(lambda: wait_until_told(40.0), seconds=60)
