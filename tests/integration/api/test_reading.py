"""How upgrades stand, their log, their list, and the table of field types."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.models import Upgrade
from lowcode_async.upgrades import events
from lowcode_async.upgrades.events import EventKind
from tests.databases import Database
from tests.ids import UNKNOWN
from tests.integration.api.conftest import problems

MALFORMED = ["x", "0", "1" * 400, "%00", "{}", "é", " ", "12345678-1234-1234-1234-12345678901"]


def status(client: APIClient, task_id: object, **headers: str) -> Any:
    return client.get(f"/lowcode/api/upgrade-status/{task_id}/", headers=headers)


@pytest.fixture
def upgrade(database: Database) -> Upgrade:
    return Upgrade.objects.create(model_name="Product", definition={})


def append(upgrade: Upgrade, kind: EventKind = EventKind.STAGE_PROGRESS) -> None:
    with transaction.atomic():
        events.append(upgrade.pk, kind, stage="validate")


@pytest.mark.parametrize("state", [Upgrade.State.QUEUED, Upgrade.State.RUNNING])
def test_an_upgrade_that_has_not_ended_is_running(
    staff: APIClient, upgrade: Upgrade, state: str
) -> None:
    Upgrade.objects.update(state=state)
    response = status(staff, upgrade.pk)
    assert response.status_code == 200
    assert response.content.startswith(b'{"status": "running"')
    assert not {"message", "error"} & set(response.json())


def test_an_upgrade_that_succeeded_is_told_word_for_word(
    staff: APIClient, upgrade: Upgrade
) -> None:
    Upgrade.objects.update(state=Upgrade.State.SUCCEEDED)
    response = status(staff, upgrade.pk)
    assert response.status_code == 200
    start = '{"status": "success", "message": "模型 Product 升级成功"'
    assert response.content.decode().startswith(start)
    english = status(staff, upgrade.pk, **{"Accept-Language": "en"}).json()
    assert english["message"] == "Model Product was upgraded"


def test_an_upgrade_that_failed_is_told_word_for_word(staff: APIClient, upgrade: Upgrade) -> None:
    Upgrade.objects.update(
        state=Upgrade.State.FAILED,
        error_code="internal_error",
        error_params={"stage": "migrate"},
    )
    response = status(staff, upgrade.pk)
    assert response.status_code == 200
    assert response.content.decode().startswith('{"status": "failed", "error": "migrate 阶段')


@pytest.mark.parametrize("task_id", [UNKNOWN, *MALFORMED], ids=str)
def test_an_upgrade_that_is_not_there_is_told_word_for_word(
    staff: APIClient, task_id: object
) -> None:
    response = status(staff, task_id)
    assert response.status_code == 404
    assert response.content == b'{"status": "not_found"}'


def test_answers_differ_by_language_and_are_not_kept(staff: APIClient, upgrade: Upgrade) -> None:
    response = status(staff, upgrade.pk)
    assert response["Content-Language"] == "zh-hans"
    assert "Accept-Language" in response["Vary"]
    assert response["Cache-Control"] == "no-store"


def test_the_log_is_read_behind_a_number(staff: APIClient, upgrade: Upgrade) -> None:
    for _ in range(5):
        append(upgrade)
    path = f"/lowcode/api/upgrades/{upgrade.pk}/events/"
    everything = staff.get(path).json()
    assert [each["sequence"] for each in everything["events"]] == [1, 2, 3, 4, 5]
    assert everything["task_id"] == str(upgrade.pk)
    assert (everything["next_after"], everything["ended"]) == (5, False)
    assert set(everything["events"][0]) == {
        "task_id", "sequence", "position", "kind", "stage", "at", "payload",
    }  # fmt: skip
    part = staff.get(path, {"after": 1, "limit": 2}).json()
    assert [each["sequence"] for each in part["events"]] == [2, 3]
    assert part["next_after"] == 3
    nothing = staff.get(path, {"after": 5}).json()
    assert (nothing["events"], nothing["next_after"]) == ([], 5)


def test_a_log_ends_where_its_last_event_has_been_read(staff: APIClient, upgrade: Upgrade) -> None:
    append(upgrade)
    append(upgrade, EventKind.UPGRADE_SUCCEEDED)
    Upgrade.objects.update(state=Upgrade.State.SUCCEEDED)
    path = f"/lowcode/api/upgrades/{upgrade.pk}/events/"
    assert [
        staff.get(path, {"after": after, "limit": 1}).json()["ended"] for after in (0, 1, 2)
    ] == [False, True, True]


@pytest.mark.parametrize("name", ["after", "limit"])
@pytest.mark.parametrize("value", ["", "x", "-1", "1.5", "١", "1e3", "9" * 19, "\0"])
def test_parameters_that_are_no_numbers_are_told(
    staff: APIClient, upgrade: Upgrade, name: str, value: str
) -> None:
    response = staff.get(f"/lowcode/api/upgrades/{upgrade.pk}/events/", {name: value})
    assert response.status_code == 400
    assert problems(response) == [("parameter_not_a_number", "")]
    assert response.json()["errors"][0]["params"]["parameter"] == name


@pytest.mark.parametrize("parameters", [{"after": "9" * 18}, {"limit": "0"}, {"after": "000"}])
def test_parameters_at_their_limits_are_no_error(
    staff: APIClient, upgrade: Upgrade, parameters: dict[str, str]
) -> None:
    path = f"/lowcode/api/upgrades/{upgrade.pk}/events/"
    assert staff.get(path, parameters).status_code == 200


@pytest.mark.parametrize("task_id", [UNKNOWN, *MALFORMED], ids=str)
def test_the_log_of_an_upgrade_that_is_not_there_is_told(staff: APIClient, task_id: object) -> None:
    response = staff.get(f"/lowcode/api/upgrades/{task_id}/events/")
    assert response.status_code == 404
    assert problems(response) == [("upgrade_not_found", "")]


def test_upgrades_are_listed_the_newest_first_page_by_page(
    staff: APIClient, database: Database
) -> None:
    now = timezone.now()
    made = [Upgrade.objects.create(model_name=f"M{n}", definition={}) for n in range(7)]
    for number, each in enumerate(made):
        # Two of each moment: pages must not tear them apart.
        created_at = now + timedelta(seconds=number // 2)
        Upgrade.objects.filter(pk=each.pk).update(created_at=created_at)
    seen: list[str] = []
    before: dict[str, str] = {}
    while True:
        page = staff.get("/lowcode/api/upgrades/", {"limit": 3, **before}).json()
        seen += [each["task_id"] for each in page["upgrades"]]
        if page["next_before"] is None:
            break
        before = {"before": page["next_before"]}
    newest_first = Upgrade.objects.order_by("-created_at", "-pk").values_list("pk", flat=True)
    assert seen == [str(pk) for pk in newest_first]
    assert len(set(seen)) == 7


def test_a_list_is_no_longer_than_allowed(staff: APIClient, upgrade: Upgrade) -> None:
    response = staff.get("/lowcode/api/upgrades/", {"limit": 101})
    assert response.status_code == 400
    assert staff.get("/lowcode/api/upgrades/", {"limit": 0}).json()["upgrades"] == []
    assert staff.get("/lowcode/api/upgrades/", {"before": "x"}).status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_field_type_is_served_in_two_languages(database: Database, staff: APIClient) -> None:
    path = "/lowcode/api/field-types/"
    for accepted, language in (("", "zh"), ("en", "en")):
        response = staff.get(path, headers={"Accept-Language": accepted})
        found = response.json()["field_types"]
        assert [each["name"] for each in found] == list(FIELD_METADATA)
        assert found == [each.to_json(language) for each in FIELD_METADATA.values()]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_has_the_field_types_is_told_so(database: Database, staff: APIClient) -> None:
    path = "/lowcode/api/field-types/"
    etag = staff.get(path)["ETag"]
    unchanged = staff.get(path, headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    english = staff.get(path, headers={"If-None-Match": etag, "Accept-Language": "en"})
    assert english.status_code == 200
