"""Plans: what is told before anything happens, and what an upgrade that names one is held to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from rest_framework.test import APIClient

from lowcode_async import get_model
from lowcode_async.models import PlannedUpgrade, Process, Upgrade, UpgradeEvent
from lowcode_async.planning.clones import look_at
from lowcode_async.upgrades.asking import parse, version_of
from lowcode_async.upgrades.planned import plan_of
from lowcode_async.upgrades.versions import record_version
from tests.databases import Database
from tests.integration.api.conftest import NAME, PRODUCT, START, problems

PLAN = "/lowcode/api/plan/"
AGE = {"name": "age", "type": "CharField", "max_length": 20}
NUMBER = {"name": "age", "type": "IntegerField", "null": True}
NOTE = {"name": "note", "type": "TextField", "null": True}


def body(*fields: dict[str, Any], name: str = "Product", **more: Any) -> dict[str, Any]:
    return {"model_name": name, "fields": list(fields), **more}


def stand(*fields: dict[str, Any], name: str = "Product") -> None:
    """Bring a model to this definition, as an upgrade does, without its stages."""
    parsed = parse(body(*fields, name=name))
    upgrade = Upgrade(model_name=parsed.name, definition=parsed.to_json(), state="succeeded")
    upgrade.from_version = version_of(parsed.name) or None
    upgrade.save()
    plan = plan_of(upgrade)
    for planned, before, after in plan.steps():
        with connection.schema_editor() as editor:
            planned.operation.database_forwards("dynamic", editor, before, after)
    record_version(upgrade, plan)


def insert(*ages: str | None) -> None:
    model: Any = get_model("Product")
    for age in ages:
        model.objects.create(name="x", age=age)


def everything() -> Any:
    """Return schema, rows and log: whatever a plan must not change."""
    tables = sorted(connection.introspection.table_names())
    model: Any = get_model("Product")
    return (
        tables,
        look_at(connection, "dynamic_product"),
        list(model.objects.order_by("pk").values()),
        list(Upgrade.objects.values()),
        list(UpgradeEvent.objects.values()),
    )


@pytest.fixture
def product(database: Database) -> None:
    """A model with three rows, one of whose ages is no number."""
    stand(NAME, AGE)
    insert("1", "2", "abc")


def test_a_plan_tells_what_would_happen(product: None, staff: APIClient) -> None:
    response = staff.post(PLAN, body(NAME, NUMBER, NOTE), "json")
    assert response.status_code == 200
    told = response.json()
    assert told["plan_id"] == str(PlannedUpgrade.objects.get().pk)
    assert (told["model_name"], told["base_version"], told["rows"]) == ("Product", 1, 3)
    assert [each["phase"] for each in told["operations"]][-1] == "contract"
    for each in told["operations"]:
        assert set(each) - {"error"} == {
            "operation", "phase", "risks", "sql", "rewrites", "scans", "lock", "seconds",
        }  # fmt: skip
    [converts] = [each for each in told["operations"] if "converts_values" in each["risks"]]
    assert converts["rewrites"] is True
    [finding] = told["findings"]
    assert (finding["kind"], finding["field"], finding["count"]) == ("cleared", "age", 1)
    assert finding["samples"][0]["before"] == "abc"
    assert finding["message"] == ("字段 'age' 类型从 CharField 改为 IntegerField 可能导致数据丢失")
    assert told["error"]["message"] == finding["message"]
    estimate = told["estimate"]
    assert estimate["seconds"] > 0
    assert estimate["params"] == {"rows": 3, "sample": 3}
    assert "3 行样本" in estimate["message"]


def test_a_plan_is_told_in_english(product: None, staff: APIClient) -> None:
    told = staff.post(PLAN, body(NAME, NUMBER), "json", headers={"Accept-Language": "en"}).json()
    assert "may lose data" in told["findings"][0]["message"]
    assert "Measured on this database" in told["estimate"]["message"]


def test_a_plan_changes_nothing(product: None, staff: APIClient) -> None:
    before = everything()
    assert staff.post(PLAN, body(NAME, NUMBER, NOTE, force=True), "json").status_code == 200
    assert everything() == before


def test_a_plan_that_is_forced_fails_only_at_what_cannot_be_forced(
    product: None, staff: APIClient
) -> None:
    assert staff.post(PLAN, body(NAME, NUMBER, force=True), "json").json()["error"] is None
    required = {**NUMBER, "null": False}
    told = staff.post(PLAN, body(NAME, required, force=True), "json").json()
    assert told["error"]["code"] == "unforceable_cleared"


def test_a_new_model_is_planned(database: Database, staff: APIClient) -> None:
    told = staff.post(PLAN, PRODUCT, "json").json()
    assert (told["base_version"], told["rows"], told["findings"]) == (0, 0, [])
    assert told["estimate"]["seconds"] == 0
    assert "CREATE TABLE" in told["operations"][0]["sql"][0]
    assert not Upgrade.objects.exists()


def test_what_cannot_be_planned_is_told_as_such(product: None, staff: APIClient) -> None:
    links = {"name": "age", "type": "ManyToManyField", "to": "auth.User"}
    told = staff.post(PLAN, body(NAME, links), "json").json()
    assert told["error"]["code"]
    assert told["error"]["message"]
    assert (told["operations"], told["findings"], told["estimate"]) == ([], [], None)


def test_drift_is_told(product: None, staff: APIClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE dynamic_product ADD COLUMN extra integer")
    assert staff.post(PLAN, body(NAME, AGE, NOTE), "json").json()["error"]["code"] == "drift"


def test_a_plan_is_refused_as_the_upgrade_would_be(product: None, staff: APIClient) -> None:
    wrong = body({"name": "x y", "type": "NoField"}, force=1, mistake=2)
    planned, started = (staff.post(path, wrong, "json") for path in (PLAN, START))
    assert planned.status_code == started.status_code == 400
    assert planned.json() == started.json()
    assert problems(staff.post(PLAN, body(NAME, plan_id=str(uuid4())), "json")) == [
        ("key_unknown", "/plan_id")
    ]
    assert not PlannedUpgrade.objects.exists()


def test_an_upgrade_may_name_its_plan(product: None, server: Process, staff: APIClient) -> None:
    asked = body(NAME, NUMBER, force=True)
    plan_id = staff.post(PLAN, asked, "json").json()["plan_id"]
    response = staff.post(START, {**asked, "plan_id": plan_id, "base_version": 1}, "json")
    assert response.status_code == 202
    assert set(response.json()) == {"task_id", "message", "status_check_url"}
    upgrade = Upgrade.objects.get(state="queued")
    assert upgrade.agreed_findings is not None
    assert upgrade.agreed_findings[0]["count"] == 1


def test_a_plan_whose_loss_has_grown_is_answered_with_a_new_one(
    product: None, server: Process, staff: APIClient
) -> None:
    asked = body(NAME, NUMBER, force=True)
    plan_id = staff.post(PLAN, asked, "json").json()["plan_id"]
    insert("def")
    response = staff.post(START, {**asked, "plan_id": plan_id}, "json")
    assert response.status_code == 409
    assert problems(response) == [("plan_outdated", "")]
    assert response.json()["errors"][0]["params"] == {"model": "Product", "fields": ["age"]}
    new = response.json()["plan"]
    assert new["plan_id"] != plan_id
    assert new["findings"][0]["count"] == 2
    assert not Upgrade.objects.filter(state="queued").exists()
    again = staff.post(START, {**asked, "plan_id": new["plan_id"]}, "json")
    assert again.status_code == 202


def test_rows_that_lose_nothing_do_not_outdate_a_plan(
    product: None, server: Process, staff: APIClient
) -> None:
    asked = body(NAME, NUMBER, force=True)
    plan_id = staff.post(PLAN, asked, "json").json()["plan_id"]
    insert("4", " 6 ")
    assert staff.post(START, {**asked, "plan_id": plan_id}, "json").status_code == 202


def test_a_plan_whose_model_has_moved_on_is_answered_with_a_new_one(
    product: None, server: Process, staff: APIClient
) -> None:
    asked = body(NAME, AGE, NOTE)
    plan_id = staff.post(PLAN, asked, "json").json()["plan_id"]
    stand(NAME, AGE, {"name": "size", "type": "IntegerField", "null": True})
    response = staff.post(START, {**asked, "plan_id": plan_id}, "json")
    assert response.status_code == 409
    assert response.json()["code"] == "plan_outdated"
    new = response.json()["plan"]
    assert new["base_version"] == 2
    assert [each["operation"] for each in new["operations"]][-1].startswith("Remove field size")


def test_a_plan_that_no_longer_makes_sense_is_answered_with_the_definition(
    product: None, server: Process, staff: APIClient
) -> None:
    title = {**NAME, "name": "title", "renamed_from": "name"}
    asked = body(title, AGE)
    plan_id = staff.post(PLAN, asked, "json").json()["plan_id"]
    stand(title, AGE)
    response = staff.post(START, {**asked, "plan_id": plan_id}, "json")
    assert response.status_code == 409
    assert response.json()["code"] == "version_moved_on"
    expected = [{**NAME, "name": "title"}, AGE]
    assert response.json()["definition"] == {"model_name": "Product", "fields": expected}


def test_plans_that_are_not_there_are_told(
    product: None, server: Process, staff: APIClient
) -> None:
    asked = body(NAME, AGE, NOTE)
    for wrong in ("x", "", 1, None, [], {}, True):
        response = staff.post(START, {**asked, "plan_id": wrong}, "json")
        assert response.status_code == 400
        assert problems(response) == [("plan_id_not_uuid", "/plan_id")]
    unknown = staff.post(START, {**asked, "plan_id": str(uuid4())}, "json")
    assert (unknown.status_code, problems(unknown)) == (400, [("plan_unknown", "/plan_id")])
    wrong = staff.post(START, {**body({**AGE, "type": "x"}), "plan_id": str(uuid4())}, "json")
    assert {pointer for _, pointer in problems(wrong)} == {"/plan_id", "/fields/0/type"}
    plan_id = staff.post(PLAN, asked, "json").json()["plan_id"]
    other = staff.post(START, {**body(NAME, AGE), "plan_id": plan_id}, "json")
    assert other.status_code == 400
    assert problems(other) == [("plan_of_another_definition", "/plan_id")]
    assert not Upgrade.objects.filter(state="queued").exists()


def test_plans_expire_and_are_cleared_away(
    product: None, server: Process, staff: APIClient
) -> None:
    asked = body(NAME, AGE, NOTE)
    old = staff.post(PLAN, asked, "json").json()["plan_id"]
    made = PlannedUpgrade.objects.get()
    PlannedUpgrade.objects.update(created_at=made.created_at - timedelta(hours=2))
    assert staff.post(START, {**asked, "plan_id": old}, "json").status_code == 202
    with override_settings(LOWCODE_PLAN_RETENTION=1.0):
        gone = staff.post(START, {**asked, "plan_id": old}, "json")
        assert problems(gone) == [("plan_unknown", "/plan_id")]
        new = staff.post(PLAN, asked, "json").json()["plan_id"]
    assert [str(each.pk) for each in PlannedUpgrade.objects.all()] == [new]


@pytest.mark.parametrize("path", [PLAN, START])
def test_a_base_version_guards_against_lost_updates(
    product: None, server: Process, staff: APIClient, path: str
) -> None:
    for wrong in (-1, "1", 1.0, True, None, []):
        response = staff.post(path, body(NAME, AGE, NOTE, base_version=wrong), "json")
        assert response.status_code == 400
        assert problems(response) == [("base_version_not_a_number", "/base_version")]
    for moved in (0, 2, 10**300):
        response = staff.post(path, body(NAME, AGE, NOTE, base_version=moved), "json")
        assert response.status_code == 409
        assert problems(response) == [("version_moved_on", "")]
        assert response.json()["version"] == 1
        assert response.json()["definition"] == body(NAME, AGE)
    good = staff.post(path, body(NAME, AGE, NOTE, base_version=1), "json")
    assert good.status_code == (200 if path == PLAN else 202)


@pytest.mark.parametrize("path", [PLAN, START])
def test_what_is_wrong_with_a_rename_is_told_and_not_that_the_model_has_moved_on(
    product: None, server: Process, staff: APIClient, path: str
) -> None:
    renamed = {**body(NAME, AGE, base_version=1), "model_name": "Ware", "renamed_from": "Product"}
    wrong = staff.post(path, {**renamed, "to_dict": ["nothing"]}, "json")
    assert wrong.status_code == 400
    assert {pointer for _, pointer in problems(wrong)} == {"/to_dict/0"}
    moved = staff.post(path, {**renamed, "to_dict": ["nothing"], "base_version": 2}, "json")
    assert (moved.status_code, moved.json()["version"]) == (409, 1)


@pytest.mark.parametrize("path", [PLAN, START])
def test_a_base_version_of_nought_means_a_new_model(
    server: Process, staff: APIClient, path: str
) -> None:
    moved = staff.post(path, {**PRODUCT, "base_version": 1}, "json")
    assert moved.status_code == 409
    assert (moved.json()["version"], moved.json()["definition"]) == (0, None)
    good = staff.post(path, {**PRODUCT, "base_version": 0}, "json")
    assert good.status_code == (200 if path == PLAN else 202)
