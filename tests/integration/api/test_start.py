"""Starting an upgrade: what is taken, and how everything else is refused."""

from __future__ import annotations

import json
import re
import string
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.models import Process, Upgrade, UpgradeEvent
from tests.databases import Database
from tests.integration.api.conftest import NAME, PRODUCT, START, problems

FLAGS = ("no_backup", "no_restart", "force")


def test_a_started_upgrade_is_answered_word_for_word(server: Process, staff: APIClient) -> None:
    response = staff.post(START, PRODUCT, "json")
    assert response.status_code == 202
    upgrade = Upgrade.objects.get()
    assert response.content.decode() == (
        f'{{"task_id": "{upgrade.pk}", "message": "升级任务已启动", '
        f'"status_check_url": "/lowcode/api/upgrade-status/{upgrade.pk}/"}}'
    )
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert "Accept-Language" in response["Vary"]
    status = staff.get(response.json()["status_check_url"]).json()
    assert staff.get(status["events_url"]).json()["events"][0]["kind"] == "upgrade.queued"


def test_a_started_upgrade_is_answered_in_english(server: Process, staff: APIClient) -> None:
    response = staff.post(START, PRODUCT, "json", HTTP_ACCEPT_LANGUAGE="en-GB,en;q=0.9")
    assert response.json()["message"] == "The upgrade has been started"


def test_what_was_asked_for_is_written_down(
    server: Process, staff: APIClient, staff_user: User
) -> None:
    staff.post(START, {**PRODUCT, "no_backup": True, "force": False}, "json")
    upgrade = Upgrade.objects.get()
    assert (upgrade.model_name, upgrade.requested_by) == ("Product", staff_user)
    assert (upgrade.no_backup, upgrade.no_restart, upgrade.force) == (True, False, False)
    assert list(UpgradeEvent.objects.values_list("sequence", "kind")) == [(1, "upgrade.queued")]


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("value", ["yes", "true", 1, 0, None, [], {}, 1.0])
def test_flags_are_not_guessed(staff: APIClient, flag: str, value: object) -> None:
    response = staff.post(START, {**PRODUCT, flag: value}, "json")
    assert response.status_code == 400
    assert problems(response) == [("flag_not_boolean", f"/{flag}")]
    assert response.json()["errors"][0]["message"] == f"{flag} 只能是 true 或 false"


@pytest.mark.parametrize(
    ("key", "pointer"),
    [("no_bakcup", "/no_bakcup"), ("a/b~c", "/a~1b~0c"), ("", "/"), ("名", "/名")],
)
def test_keys_that_nobody_reads_are_told(staff: APIClient, key: str, pointer: str) -> None:
    response = staff.post(START, {**PRODUCT, key: True}, "json")
    assert response.status_code == 400
    assert problems(response) == [("key_unknown", pointer)]


def test_every_problem_of_shape_and_meaning_is_in_one_answer(staff: APIClient) -> None:
    body = {"model_name": "a b", "fields": [{"name": "x", "type": "NoField"}], "force": 1, "y": 2}
    response = staff.post(START, body, "json")
    assert response.status_code == 400
    assert {pointer for _, pointer in problems(response)} == {
        "/y",
        "/force",
        "/model_name",
        "/fields/0/type",
    }
    for each in response.json()["errors"]:
        assert re.search("[一-鿿]", each["message"])
    assert not Upgrade.objects.exists()


def test_what_is_missing_is_told(staff: APIClient) -> None:
    response = staff.post(START, {}, "json")
    assert response.status_code == 400
    assert {pointer for _, pointer in problems(response)} == {"/model_name", "/fields"}


@pytest.mark.parametrize("body", ["[]", "null", "1", '"Product"', "true"])
def test_a_body_that_is_no_object_is_told(staff: APIClient, body: str) -> None:
    response = staff.post(START, body, content_type="application/json")
    assert response.status_code == 400
    assert problems(response) == [("body_not_an_object", "")]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b"\xff", 400, "body_not_utf8"),
        (b"[" * 900_000, 400, "body_too_deep"),
        (b'{"model_name": "a\\u0000b", "fields": []}', 400, "text_refused"),
        (b'{"model_name": "\\ud800", "fields": []}', 400, "text_refused"),
        (b'{"model_name": "A", "model_name": "B", "fields": []}', 400, "key_twice"),
        (b'{"model_name": "A", "fields": [NaN]}', 400, "number_refused"),
        (b" " * 5_000_000, 413, "body_too_large"),
    ],
    ids=["empty", "cut", "bytes", "deep", "null", "surrogate", "twice", "nan", "large"],
)
def test_bodies_that_are_no_json_are_told(
    staff: APIClient, body: bytes, status: int, code: str
) -> None:
    response = staff.generic("POST", START, body, content_type="application/json")
    assert response.status_code == status
    assert [each for each, _ in problems(response)] == [code]


@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("session", [True, False])
def test_other_types_of_bodies_are_told(
    staff: APIClient, staff_user: User, content_type: str, session: bool
) -> None:
    client = staff
    if session:
        client = APIClient()
        client.force_login(staff_user)
    response = client.generic("POST", START, b"a=b", content_type=content_type)
    assert response.status_code == 415
    assert [each for each, _ in problems(response)] == ["wrong_content_type"]


def test_ten_thousand_fields_are_refused_in_time(staff: APIClient) -> None:
    fields = [{"name": f"f{number}", "type": "TextField"} for number in range(10_000)]
    response = staff.post(START, {"model_name": "Product", "fields": fields}, "json")
    assert response.status_code == 400
    assert problems(response)[0][1] == "/fields"


@pytest.mark.parametrize(
    "name",
    [
        "Product; DROP TABLE auth_user",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "Рroduct",
        "Product\u200b",
        "ﬁeld",
        "a" * 5000,
        "",
        " ",
        "__class__",
        "None",
        "{0.__class__}",
        "%s",
    ],
)
@pytest.mark.parametrize("place", ["model", "field"])
def test_hostile_names_are_refused(staff: APIClient, name: str, place: str) -> None:
    body = dict(PRODUCT)
    if place == "model":
        body["model_name"] = name
    else:
        body["fields"] = [{**NAME, "name": name}]
    response = staff.post(START, body, "json")
    assert response.status_code == 400
    assert not Upgrade.objects.exists()


def test_a_second_upgrade_of_a_model_is_told_which_is_in_the_way(
    server: Process, staff: APIClient
) -> None:
    first = staff.post(START, PRODUCT, "json").json()["task_id"]
    response = staff.post(START, {**PRODUCT, "model_name": "PRODUCT"}, "json")
    if response.status_code == 400:  # a name that differs in case only may be refused as such
        response = staff.post(START, PRODUCT, "json")
    assert response.status_code == 409
    assert response.json()["task_id"] == first
    assert problems(response) == [("upgrade_running", "")]
    assert staff.post(START, {**PRODUCT, "model_name": "Other"}, "json").status_code == 202


def test_without_a_worker_nothing_is_left_behind(staff: APIClient) -> None:
    response = staff.post(START, PRODUCT, "json")
    assert response.status_code == 503
    assert problems(response) == [("broker_unavailable", "")]
    assert int(response["Retry-After"]) > 0
    assert not Upgrade.objects.exists()
    assert not UpgradeEvent.objects.exists()


@pytest.mark.parametrize("database", ["postgresql", "mysql"], indirect=True)
def test_a_database_that_is_away_is_told(
    database: Database, server: Process, staff: APIClient
) -> None:
    assert database.server is not None
    with database.impatient(), database.server.away():
        for response in (staff.post(START, PRODUCT, "json"), staff.get("/lowcode/api/upgrades/")):
            assert response.status_code == 503
            assert problems(response) == [("database_unavailable", "")]
            assert int(response["Retry-After"]) > 0


def test_an_atomic_request_does_not_hide_that_nothing_was_started(staff: APIClient) -> None:
    with override_settings():
        connections["default"].settings_dict["ATOMIC_REQUESTS"] = True
        try:
            assert staff.post(START, PRODUCT, "json").status_code == 503
        finally:
            connections["default"].settings_dict["ATOMIC_REQUESTS"] = False
    assert not Upgrade.objects.exists()


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4)
    ),
    max_leaves=10,
)
names = st.sampled_from(["name", "price", "id", "pk", "Class", "to", "x_"]) | st.text(
    string.ascii_letters + "_0", max_size=12
)
options = sorted({option.name for each in FIELD_METADATA.values() for option in each.options})
fields = st.fixed_dictionaries(
    {"name": names | anything, "type": st.sampled_from(sorted(FIELD_METADATA)) | anything}
).flatmap(
    lambda field: st.dictionaries(
        st.sampled_from([*options, "renamed_from"]), anything, max_size=5
    ).map(lambda its: {**its, **field})
)
bodies = (
    st.fixed_dictionaries(
        {
            "model_name": st.sampled_from(["Product", "product", "User", "A" * 70]) | anything,
            "fields": st.lists(fields | anything, max_size=4) | anything,
        },
        optional={**dict.fromkeys(FLAGS, st.booleans() | anything), "other": anything},
    )
    | anything
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=bodies)
def test_whatever_is_posted_is_taken_or_told(
    database: Database, server: Process, staff: APIClient, body: Any
) -> None:
    response = staff.generic("POST", START, json.dumps(body), content_type="application/json")
    assert response.status_code in (202, 400)
    if response.status_code == 202:
        UUID(response.json()["task_id"])
        Upgrade.objects.all().delete()
    else:
        assert response.json()["errors"]
        for each in response.json()["errors"]:
            assert each["pointer"] == "" or each["pointer"].startswith("/")
