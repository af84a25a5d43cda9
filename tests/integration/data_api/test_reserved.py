"""Reserved fields: who set what when, projects, and rows that are marked as deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from lowcode_async import get_model
from tests.integration.api.conftest import with_token
from tests.integration.data_api.conftest import DATA, codes, to
from tests.integration.runtime.dynamic import definition, publish

pytestmark = pytest.mark.usefixtures("shop")

TASKS = f"{DATA}/Task/"


def test_the_server_says_who_and_when(staff: APIClient, staff_user: User) -> None:
    made = staff.post(f"{TASKS}?project=1", {"name": "a"}, "json")
    row = made.json()
    assert (row["create_user"], row["update_user"]) == (staff_user.pk, staff_user.pk)
    assert (row["project"], row["is_deleted"]) == (1, False)
    created = datetime.fromisoformat(row["create_time"])

    other = User.objects.create_user("other", is_staff=True)
    address = f"{made['Location']}?project=1"
    changed = with_token(other).patch(address, {"name": "b"}, "json").json()
    assert (changed["create_user"], changed["update_user"]) == (staff_user.pk, other.pk)
    assert changed["create_time"] == row["create_time"]
    assert datetime.fromisoformat(changed["update_time"]) > created

    refused = staff.post(f"{TASKS}?project=1", {**row, "name": "c"}, "json")
    assert codes(refused) == [
        ("field_read_only", "/id"),
        *(("field_reserved", f"/{name}") for name in sorted({*row} - {"id", "name", "parent"})),
    ]
    # What was read may be sent back, though another one has changed the row meanwhile.
    assert staff.put(address, row, "json").status_code == 200
    for name, value in (("project", 2), ("is_deleted", True), ("create_user", other.pk)):
        refused = staff.patch(address, {name: value}, "json")
        assert codes(refused) == [("field_reserved", f"/{name}")], name


def test_a_request_reaches_the_rows_of_its_project_only(staff: APIClient) -> None:
    task = get_model("Task")
    mine = task.objects.create(name="mine", project=1)
    theirs = task.objects.create(name="theirs", project=2)

    for query, header, code in (
        ("", None, "project_missing"),
        ("?project=x", None, "field_unreadable"),
        ("?project=1", "2", "project_twice"),
    ):
        headers = {"HTTP_X_PROJECT": header} if header else {}
        assert codes(staff.get(f"{TASKS}{query}", **headers)) == [(code, "")]
    for given in ({"QUERY_STRING": "project=1"}, {"HTTP_X_PROJECT": "1"}):
        rows = staff.get(TASKS, **given).json()["results"]
        assert [each["name"] for each in rows] == ["mine"]

    other = f"{TASKS}{theirs.pk}/?project=1"
    for method, body in (("get", None), ("put", {"name": "x"}), ("patch", {}), ("delete", None)):
        assert codes(getattr(staff, method)(other, body, "json")) == [("row_not_found", "")]
    restore = staff.post(f"{TASKS}{theirs.pk}/restore/?project=1")
    assert codes(restore) == [("row_not_found", "")]
    parts: dict[str, Any] = {
        "update": [{"id": theirs.pk, "name": "x"}],
        "delete": [theirs.pk],
        "create": [{"name": "new", "parent": theirs.pk}],
    }
    refused = staff.post(f"{TASKS}batch/?project=1", parts, "json")
    assert codes(refused) == [
        ("field_row_missing", "/create/0/parent"),
        ("row_not_found", "/delete/0"),
        ("row_not_found", "/update/0/id"),
    ]
    pointing = staff.post(f"{TASKS}?project=1", {"name": "b", "parent": theirs.pk}, "json")
    assert codes(pointing) == [("field_row_missing", "/parent")]
    task.objects.filter(pk=mine.pk).update(parent=theirs)
    (row,) = staff.get(f"{TASKS}?project=1&expand=parent").json()["results"]
    assert row["parent"] == theirs.pk
    assert staff.get(f"{TASKS}?project=1&parent__name=theirs").json()["count"] == 0


def test_deleting_marks_and_marked_rows_are_out_of_every_read(staff: APIClient) -> None:
    made = staff.post(f"{TASKS}?project=1", {"name": "a"}, "json")
    key, address = made.json()["id"], f"{made['Location']}?project=1"
    restore = f"{made['Location']}restore/?project=1"
    assert codes(staff.post(restore)) == [("row_not_marked", "")]
    assert staff.delete(address).status_code == 204
    marked = get_model("Task").objects.get()
    assert marked.is_deleted and marked.update_time > marked.create_time

    assert staff.get(f"{TASKS}?project=1").json()["count"] == 0
    for method in ("get", "put", "patch", "delete"):
        assert codes(getattr(staff, method)(address)) == [("row_marked_deleted", "")]
    for deleted, count in (("only", 1), ("with", 1), ("without", 0)):
        assert staff.get(f"{TASKS}?project=1&deleted={deleted}").json()["count"] == count
    assert staff.get(f"{address}&deleted=with").json()["is_deleted"] is True
    assert codes(staff.get(f"{address}&deleted=maybe")) == [("parameter_not_one_of", "")]
    child = staff.post(f"{TASKS}?project=1", {"name": "b", "parent": key}, "json")
    assert codes(child) == [("field_row_missing", "/parent")]

    taken = staff.post(f"{TASKS}?project=1", {"name": "a"}, "json")
    assert codes(taken) == [("unique_marked", "/name")]
    assert taken.json()["errors"][0]["params"]["key"] == str(key)
    elsewhere = staff.post(f"{TASKS}?project=2", {"name": "a"}, "json")
    assert codes(elsewhere) == [("field_not_unique", "/name")]

    assert staff.post(restore).json()["is_deleted"] is False
    assert staff.get(address).status_code == 200
    assert staff.delete(address).status_code == 204
    assert staff.delete(f"{address}&purge=true").status_code == 204
    assert codes(staff.delete(f"{address}&purge=true")) == [("row_not_found", "")]
    assert not get_model("Task").objects.exists()


def test_a_batch_is_carried_out_whole_or_not_at_all(staff: APIClient) -> None:
    batch = f"{TASKS}batch/?project=1"
    made = staff.post(batch, {"create": [{"name": str(each)} for each in range(30)]}, "json")
    assert made.status_code == 200, made.content
    rows = made.json()["created"]
    assert [each["name"] for each in rows] == [str(each) for each in range(30)]
    keys = [each["id"] for each in rows]
    assert made.json()["deleted"] == []

    parts = {
        "delete": keys[:1],
        "update": [{"id": keys[1], "name": "one"}, {"id": keys[2], "parent": keys[3]}],
        "create": [{"name": "new", "parent": keys[1]}],
    }
    done = staff.post(f"{batch}&fields=name,parent", parts, "json").json()
    assert done == {
        "created": [{"name": "new", "parent": keys[1]}],
        "updated": [{"name": "one", "parent": None}, {"name": "2", "parent": keys[3]}],
        "deleted": keys[:1],
    }
    before = list(get_model("Task").objects.order_by("pk").values())
    parts = {
        "delete": [keys[5], keys[0], "x", {}, None],
        "update": [
            {"id": keys[6], "nmae": 1},
            {"name": "keyless"},
            {"id": keys[5]},
            5,
            {"id": [keys[7]]},
            {"id": None},
            {"id": keys[6]},
        ],
        "create": [{"name": "7"}, {"name": "twin"}, {"name": "twin"}, 3, {"name": 4}],
    }
    refused = staff.post(batch, parts, "json")
    assert (refused.status_code, codes(refused)) == (
        400,
        [
            ("body_not_an_object", "/create/3"),
            ("body_not_an_object", "/update/3"),
            ("field_missing", "/update/1/id"),
            ("field_not_unique", "/create/0/name"),
            ("field_not_unique", "/create/2/name"),
            ("field_null", "/delete/4"),
            ("field_null", "/update/5/id"),
            ("field_unknown_similar", "/update/0/nmae"),
            ("field_wrong_type", "/create/4/name"),
            ("field_wrong_type", "/delete/2"),
            ("field_wrong_type", "/delete/3"),
            ("field_wrong_type", "/update/4/id"),
            ("row_not_found", "/delete/1"),
            ("row_not_found", "/update/2/id"),
            ("row_twice", "/update/6/id"),
        ],
    )
    assert list(get_model("Task").objects.order_by("pk").values()) == before
    assert codes(staff.post(batch, {"create": {}, "made": []}, "json")) == [
        ("batch_not_a_list", "/create"),
        ("key_unknown", "/made"),
    ]
    many = {"delete": list(range(1001))}
    assert codes(staff.post(batch, many, "json")) == [("batch_too_long", "")]


def test_rows_of_projects_are_reached_through_relations_in_a_project_only(
    staff: APIClient,
) -> None:
    """Also by a filter that was understood before, in a request within a project."""
    publish(definition("Note", task=to("Task")))
    task = get_model("Task")._default_manager.create(name="mine", project=1)
    get_model("Note")._default_manager.create(task=task)
    asked = f"{DATA}/Note/?task__name=mine"
    for project, count in (("1", 1), ("2", 0), ("1", 1)):
        assert staff.get(asked, HTTP_X_PROJECT=project).json()["count"] == count
        assert codes(staff.get(asked)) == [("project_missing_related", "")]
