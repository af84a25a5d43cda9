"""Reverts by REST: what is answered; what they do is told in ``upgrades/test_reverting.py``."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from lowcode_async.models import Process, Upgrade
from tests.integration.api.conftest import START, problems
from tests.integration.migrating.changes import field, upgrade

NAME = field("name", "CharField", max_length=50)


def newest() -> Upgrade:
    return Upgrade.objects.order_by("-created_at")[0]


def revert(staff: APIClient, task_id: Any, body: Any = None) -> Any:
    path = f"/lowcode/api/upgrades/{task_id}/revert/"
    return staff.post(path) if body is None else staff.post(path, body, "json")


def test_a_revert_is_queued_like_any_upgrade(staff: APIClient, server: Process) -> None:
    upgrade("Item", NAME)
    upgrade("Item", NAME, field("size", "IntegerField", null=True))
    changed = newest()
    plan = staff.post(f"/lowcode/api/upgrades/{changed.pk}/revert/plan/", {"force": True}, "json")
    assert (plan.status_code, plan.json()["base_version"]) == (200, 2)
    answer = revert(staff, changed.pk, {"no_backup": True, "plan_id": plan.json()["plan_id"]})
    assert answer.status_code == 202
    started = Upgrade.objects.get(pk=answer.json()["task_id"])
    assert (started.reverts_id, started.no_backup, started.no_restart) == (changed.pk, True, False)
    told = staff.get(answer.json()["status_check_url"]).json()
    assert (told["status"], told["reverts"]) == ("running", str(changed.pk))
    second = revert(staff, changed.pk)
    assert (second.status_code, second.json()["code"]) == (409, "upgrade_running")
    running = revert(staff, started.pk)
    assert (running.status_code, problems(running)) == (409, [("revert_still_running", "")])


def test_a_revert_that_cannot_be_says_why(staff: APIClient, server: Process) -> None:
    upgrade("Item", NAME)
    created = newest()
    upgrade("Item", NAME, field("size", "IntegerField", null=True))
    answer = revert(staff, created.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "revert_refused")
    assert problems(answer) == [("revert_not_newest", "")]
    assert revert(staff, "no-such-id").status_code == 404
    wrong = revert(staff, created.pk, {"force": "yes", "forse": True, "plan_id": 3})
    assert problems(wrong) == [
        ("key_unknown", "/forse"),
        ("flag_not_boolean", "/force"),
        ("plan_id_not_uuid", "/plan_id"),
    ]
    assert problems(revert(staff, created.pk, [])) == [("body_not_an_object", "")]
    assert staff.get(START).status_code == 405


def test_a_plan_of_something_else_is_not_a_plan_of_the_revert(
    staff: APIClient, server: Process
) -> None:
    upgrade("Item", NAME)
    upgrade("Item", NAME, field("size", "IntegerField", null=True))
    body = {"model_name": "Item", "fields": [NAME.to_json()]}
    plan = staff.post("/lowcode/api/plan/", body, "json").json()["plan_id"]
    answer = revert(staff, newest().pk, {"plan_id": plan})
    assert problems(answer) == [("plan_of_another_definition", "/plan_id")]
    unknown = revert(staff, newest().pk, {"plan_id": "0d0b3b1e-5f0c-4a9a-9c53-0a4b8a3f6d21"})
    assert problems(unknown) == [("plan_unknown", "/plan_id")]
