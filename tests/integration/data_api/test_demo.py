"""The demo's tasks: rows that say themselves what they look like, by a fixed number of queries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from asgi_site.demo.models import ExecUser, Project, SubTask, Template, TempTask
from lowcode_async.definitions.model import DictEntry
from tests.integration.data_api.conftest import DATA, to
from tests.integration.runtime.dynamic import definition, publish, text

pytestmark = pytest.mark.usefixtures("database")


def test_a_hundred_tasks_take_as_many_queries_as_one(staff: APIClient) -> None:
    user = User.objects.get(username="staff")
    users = [User.objects.create_user(f"user {number}") for number in range(3)]
    project = Project.objects.create(name="apollo")
    template = Template.objects.create(name="t")
    steps = [
        SubTask.objects.create(template=template, name=f"{number}", rcmd=f"run {number}")
        for number in range(5)
    ]
    runners = [ExecUser.objects.create(name=f"r{number}") for number in range(4)]
    first = {"name": "0", "subtask": steps[0].pk}
    assert (
        staff.post(f"{DATA}/TempTask/?project={project.pk}", first, format="json").status_code
        == 201
    )

    def read() -> tuple[list[dict[str, object]], int]:
        with CaptureQueriesContext(connection) as queries:
            answer = staff.get(f"{DATA}/TempTask/?project={project.pk}&ordering=id&page_size=200")
        return answer.json()["results"], len(queries)

    [row], count = read()
    assert row["create_user"] == row["update_user"] == user.username
    TempTask.objects.bulk_create(
        TempTask(
            name=str(number),
            project=project,
            subtask=steps[number % 5],
            exec_user=runners[number % 4],
            create_user=users[number % 3],
            update_user=user,
        )
        for number in range(1, 100)
    )
    rows, count_of_a_hundred = read()
    assert (len(rows), count_of_a_hundred) == (100, count)
    assert {each["subtask_rcmd"] for each in rows} == {step.rcmd for step in steps}
    assert {each["template_id"] for each in rows} == {template.pk}
    assert {each["exec_user"] for each in rows} == {None, *(runner.name for runner in runners)}


def test_reserved_fields_of_a_registered_model_are_the_servers(staff: APIClient) -> None:
    one, two = (Project.objects.create(name=name) for name in ("apollo", "gemini"))
    step = SubTask.objects.create(
        template=Template.objects.create(name="t"), name="stop", rcmd="systemctl stop web"
    )
    tasks = f"{DATA}/TempTask/"
    body = {"name": "stop", "subtask": step.pk}
    refused = staff.post(f"{tasks}?project={one.pk}", {**body, "is_deleted": True}, format="json")
    assert refused.status_code == 400
    assert staff.get(tasks).status_code == 400
    made = staff.post(f"{tasks}?project={one.pk}", body, format="json").json()
    path = f"{tasks}{made['id']}/"
    assert staff.get(f"{path}?project={two.pk}").status_code == 404
    assert staff.delete(f"{path}?project={two.pk}").status_code == 404
    assert staff.delete(f"{path}?project={one.pk}").status_code == 204
    assert TempTask.objects.get().is_deleted
    assert staff.get(f"{tasks}?project={one.pk}").json()["count"] == 0
    assert staff.post(f"{path}restore/?project={one.pk}").status_code == 200
    assert staff.get(f"{path}?project={one.pk}").json()["subtask_rcmd"] == "systemctl stop web"
    # The site's own rules hold: a step that tasks point at stays.
    assert staff.delete(f"{DATA}/SubTask/{step.pk}/").status_code == 409


def test_pages_by_cursor_show_rows_that_declare_what_they_look_like(staff: APIClient) -> None:
    template = Template.objects.create(name="t")
    steps = [
        SubTask.objects.create(template=template, name=f"{number}", rcmd=f"run {number}")
        for number in range(3)
    ]
    declared = (
        DictEntry(name="called", path="title"),
        DictEntry(name="rcmd", path="step.rcmd"),
        DictEntry(name="template", path="step.template.name"),
    )
    runbook = definition("Runbook", title=text(), step=to("demo.SubTask"))
    publish(replace(runbook, to_dict=declared))
    for number in (2, 0, 1):
        body = {"title": f"{number}", "step": steps[number].pk}
        made = staff.post(f"{DATA}/Runbook/", body, format="json").json()
        assert made == {"called": f"{number}", "rcmd": f"run {number}", "template": "t"}
    found = []
    address = f"{DATA}/Runbook/?cursor=&page_size=1&ordering=step__name"
    while address:
        page = staff.get(address).json()
        found += page["results"]
        address = page["next"]
    assert [each["called"] for each in found] == ["0", "1", "2"]
