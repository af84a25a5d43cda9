"""The list of upgrades and its filters, all of one upgrade, cancel and retry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from lowcode_async.clock import database_now
from lowcode_async.models import (
    Backup,
    Counter,
    DynamicModel,
    Process,
    SchemaVersion,
    Upgrade,
)
from lowcode_async.upgrades import events, leases
from lowcode_async.upgrades.events import EventKind
from tests.databases import Database
from tests.ids import UNKNOWN
from tests.integration.api.conftest import NAME, PRODUCT, problems

LIST = "/lowcode/api/upgrades/"
DEFINITION = {"format": 1, "name": "Product", "fields": [NAME]}


def make(model: str = "Product", **values: Any) -> Upgrade:
    created_at = values.pop("created_at", None)
    given = {
        "definition": {**DEFINITION, "name": model},
        "error_code": "upgrade_cancelled",
        "error_params": {"model": model},
        **values,
    }
    upgrade = Upgrade.objects.create(model_name=model, **given)
    if created_at is not None:
        Upgrade.objects.filter(pk=upgrade.pk).update(created_at=created_at)
    return upgrade


def act(client: APIClient, upgrade: Upgrade | str, action: str) -> Any:
    task_id = upgrade if isinstance(upgrade, str) else upgrade.pk
    return client.post(f"{LIST}{task_id}/{action}/")


def test_upgrades_are_found_by_model_state_user_and_time(
    staff: APIClient, staff_user: User
) -> None:
    now = timezone.now()
    old = make(state=Upgrade.State.FAILED, created_at=now - timedelta(days=2))
    mine = make("Order", state=Upgrade.State.SUCCEEDED, requested_by=staff_user)
    cancelled = make(state=Upgrade.State.CANCELLED)
    day = (now - timedelta(days=1)).isoformat()
    for query, expected in (
        ({}, {old, mine, cancelled}),
        ({"model": "PRODUCT"}, {old, cancelled}),
        ({"state": "failed,cancelled"}, {old, cancelled}),
        ({"state": "succeeded"}, {mine}),
        ({"requested_by": "staff"}, {mine}),
        ({"since": day}, {mine, cancelled}),
        ({"until": day}, {old}),
        ({"since": day, "model": "Product"}, {cancelled}),
        ({"model": "Nothing"}, set()),
    ):
        page = staff.get(LIST, query).json()
        assert {each["task_id"] for each in page["upgrades"]} == {str(u.pk) for u in expected}
        assert page["total"] == len(expected)
    assert staff.get(LIST, {"limit": 1, "model": "product"}).json()["total"] == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_cannot_be_asked_for_is_told(database: Database, staff: APIClient) -> None:
    for query, code in (
        ({"states": "failed"}, "parameter_unknown"),
        ({"state": "failed,done"}, "parameter_not_one_of"),
        ({"since": "yesterday"}, "parameter_not_a_moment"),
        ({"since": "2026-13-01T00:00:00Z"}, "parameter_not_a_moment"),
        ({"model": "a\0"}, "parameter_refused"),
        ({"limit": "many"}, "parameter_not_a_number"),
        ({f"p{number}": 1 for number in range(1001)}, "too_many_parameters"),
    ):
        response = staff.get(LIST, query)
        assert (response.status_code, problems(response)) == (400, [(code, "")])
    assert staff.get(f"{LIST}?since=2026-01-31T08:00:00+08:00").status_code == 200
    assert staff.get(f"{LIST}?since=2026-01-31").status_code == 200


def test_a_list_takes_no_query_for_each_upgrade(staff: APIClient, staff_user: User) -> None:
    counts = []
    for number in (1, 9):
        for each in range(number):
            make(f"M{number}{each}", requested_by=staff_user)
        with CaptureQueriesContext(connection) as queries:
            page = staff.get(LIST).json()
        assert page["upgrades"][0]["requested_by"] == "staff"
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_stages_are_told_with_their_times_and_attempts(
    staff: APIClient, database: Database
) -> None:
    upgrade = make()
    lines = [EventKind.STAGE_STARTED, EventKind.STAGE_RESUMED, EventKind.STAGE_SUCCEEDED]
    with transaction.atomic():
        written = [events.append(upgrade.pk, kind, stage="validate") for kind in lines]
        events.append(upgrade.pk, EventKind.STAGE_SKIPPED, stage="backup")
        events.append(upgrade.pk, EventKind.STAGE_STARTED, stage="migrate")
    [listed] = staff.get(LIST).json()["upgrades"]
    validate, backup, migrate, restart = listed["stages"]
    assert validate == {
        "name": "validate",
        "state": "success",
        "started_at": events.iso(written[0].at),
        "finished_at": events.iso(written[2].at),
        "attempts": 2,
    }
    assert (backup["state"], backup["started_at"], backup["attempts"]) == ("skipped", None, 0)
    assert (migrate["state"], migrate["finished_at"]) == ("running", None)
    assert (restart["state"], restart["attempts"]) == ("pending", 0)


def test_all_there_is_to_know_of_one_upgrade(staff: APIClient, staff_user: User) -> None:
    model = DynamicModel.objects.create(name="Product", name_lower="product", version=2)
    upgrade = make(
        from_version=1,
        definition={**DEFINITION, "fields": [{**NAME, "max_length": 50}, PRICE]},
        requested_by=staff_user,
        state=Upgrade.State.SUCCEEDED,
        plan=[{"operation": "Add", "phase": "expand", "risks": [], "sql": ["ALTER …"]}],
    )
    SchemaVersion.objects.create(model=model, number=1, definition=DEFINITION)
    SchemaVersion.objects.create(
        model=model, number=2, definition=upgrade.definition, upgrade=upgrade
    )
    Backup.objects.create(
        name="b.sql",
        engine="sqlite",
        size=5,
        sha256="0" * 64,
        upgrade=upgrade,
        verified_at=database_now(),
    )
    told = staff.get(f"{LIST}{upgrade.pk}/").json()
    assert told["definition"]["fields"] == [{**NAME, "max_length": 50}, PRICE]
    assert told["from_definition"] == PRODUCT
    assert (told["from_version"], told["version"]) == (1, 2)
    assert [(each["kind"], each["field"], each["keys"]) for each in told["differences"]] == [
        ("changed", "name", ["max_length"]),
        ("added", "price", []),
    ]
    assert told["operations"] == upgrade.plan
    assert told["backup"] == {"name": "b.sql", "size": 5, "sha256": "0" * 64}
    assert (told["can_cancel"], told["can_retry"]) == (False, False)
    assert told["status"] == "success"
    assert told["events_url"] == f"{LIST}{upgrade.pk}/events/"

    first = staff.get(f"{LIST}{make('Order', active_model='order').pk}/").json()
    assert (first["from_definition"], first["from_version"], first["version"]) == (None, 0, None)
    assert (first["operations"], first["backup"]) == (None, None)
    assert (first["can_cancel"], first["can_retry"]) == (True, False)


PRICE = {"name": "price", "type": "FloatField"}


def test_an_upgrade_is_cancelled_and_asked_for_again(staff: APIClient, server: Process) -> None:
    upgrade = make(active_model="product", enqueued_at=database_now())
    claim = leases.claim(upgrade.pk, Upgrade.Stage.VALIDATE)
    assert claim is not None
    asked = act(staff, upgrade, "cancel")
    assert asked.status_code == 202
    assert asked.json()["message"] == "模型 Product 的升级正在取消，最迟在 validate 阶段结束时停止"
    assert problems(act(staff, upgrade, "retry")) == [("retry_refused", "")]
    leases.release(claim)
    told = staff.get(f"{LIST}{upgrade.pk}/").json()
    assert told["cancel_requested_at"]
    assert (told["cancelled_by"], told["can_cancel"]) == ("staff", False)

    Upgrade.objects.filter(pk=upgrade.pk).update(cancel_requested_at=None)
    ended = act(staff, upgrade, "cancel")
    assert ended.status_code == 200
    assert ended.json()["state"] == "cancelled"
    assert act(staff, upgrade, "cancel").status_code == 200
    status = staff.get(f"/lowcode/api/upgrade-status/{upgrade.pk}/").json()
    assert (status["status"], status["state"]) == ("failed", "cancelled")
    assert status["error"] == "模型 Product 的升级已取消，数据库保持原样"

    again = act(staff, upgrade, "retry")
    assert again.status_code == 202
    new = staff.get(f"{LIST}{again.json()['task_id']}/").json()
    assert (new["retry_of"], new["requested_by"]) == (str(upgrade.pk), "staff")
    assert new["definition"] == PRODUCT
    conflict = act(staff, upgrade, "retry")
    assert problems(conflict) == [("upgrade_running", "")]
    assert conflict.json()["task_id"] == again.json()["task_id"]


def test_what_cannot_be_cancelled_or_is_not_there_is_told(
    staff: APIClient, database: Database
) -> None:
    upgrade = make(state=Upgrade.State.SUCCEEDED)
    response = act(staff, upgrade, "cancel")
    assert (response.status_code, problems(response)) == (409, [("cancel_too_late", "")])
    for task_id in (str(UNKNOWN), "x"):
        for action in ("cancel", "retry"):
            assert problems(act(staff, task_id, action)) == [("upgrade_not_found", "")]
        assert problems(staff.get(f"{LIST}{task_id}/")) == [("upgrade_not_found", "")]


def test_processes_are_told_with_what_they_serve(staff: APIClient, server: Process) -> None:
    Counter.objects.filter(name=Counter.Name.GENERATION).update(value=7)
    long_ago = database_now() - timedelta(minutes=5)
    Process.objects.create(
        kind=Process.Kind.WORKER,
        host="there",
        pid=2,
        generation=7,
        started_at=long_ago,
        last_seen_at=long_ago,
    )
    body = staff.get("/lowcode/api/processes/").json()
    assert body["generation"] == 7
    told = [
        (each["kind"], each["host"], each["alive"], each["behind"]) for each in body["processes"]
    ]
    assert told == [("worker", "there", False, False), ("embedded", "here", True, True)]
