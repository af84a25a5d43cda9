"""Requests that an upgrade overtakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from lowcode_async import get_model
from lowcode_async.data_api import moving
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.models import Upgrade
from lowcode_async.planning.state import project_state
from lowcode_async.runtime import generation
from tests.databases import Database
from tests.integration.data_api.conftest import DATA, codes, number
from tests.integration.runtime.dynamic import definition, publish, record, text

SIGN = f"{DATA}/Sign/"
FIRST = definition("Sign", name=text(), size=number(default=1), color=text())
SHORT = definition("Sign", name=text(), size=number(default=1))


@pytest.fixture(autouse=True)
def signs(database: Database) -> None:
    publish(FIRST)


def drop_column(name: str) -> None:
    """Take a column out of the table, as an upgrade would."""
    model: Any = project_state({"Sign": FIRST}).apps.get_model("dynamic", "Sign")
    with connection.schema_editor() as editor:
        editor.remove_field(model, model._meta.get_field(name))


def add_column(given: ModelDefinition, name: str) -> None:
    """Put a column into the table, as an upgrade would: without a default of the database's."""
    former: Any = project_state({"Sign": FIRST}).apps.get_model("dynamic", "Sign")
    model: Any = project_state({"Sign": given}).apps.get_model("dynamic", "Sign")
    with connection.schema_editor() as editor:
        editor.add_field(former, model._meta.get_field(name))


def recorded_when_asked(given: ModelDefinition) -> Callable[..., Any]:
    """Return what records a structure at the moment when somebody asks for the upgrade under way."""
    waiting = [given]

    def execute(go_on: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if waiting and sql.startswith("SELECT") and "active_model" in sql:
            record(waiting.pop())
        return go_on(sql, *rest)

    return execute


def renamed(given: ModelDefinition, former: str, now: str) -> ModelDefinition:
    fields = [
        replace(each, name=now, renamed_from=former, column=former) if each.name == former else each
        for each in given.fields
    ]
    return replace(given, fields=tuple(fields))


def test_a_request_goes_over_to_the_new_structure(staff: APIClient) -> None:
    key = staff.post(SIGN, {"name": "a"}, "json").json()["id"]
    with generation.request_scope():
        former = get_model("Sign")
        drop_column("color")
        record(SHORT)
        page = staff.get(SIGN).json()
        assert page["results"] == [{"id": key, "name": "a", "size": 1}]
        assert get_model("Sign") is not former
    for method, path, body in (
        ("post", SIGN, {"name": "b"}),
        ("patch", f"{SIGN}{key}/", {"size": 2}),
        ("put", f"{SIGN}{key}/", {"name": "c"}),
        ("delete", f"{SIGN}{key}/", None),
    ):
        with generation.request_scope():
            former = get_model("Sign")
            record(SHORT)
            answer = getattr(staff, method)(path, body, "json")
            assert answer.status_code in (200, 201, 204), answer.content
            assert get_model("Sign") is not former, "the write was not made again"
    assert [each["name"] for each in staff.get(SIGN).json()["results"]] == ["b"]


def test_who_knows_a_former_version_is_told_what_became_of_it(staff: APIClient) -> None:
    second = renamed(FIRST, "name", "title")
    third = renamed(replace(second, fields=second.fields[:2]).settled(), "title", "heading")
    for each in (second, replace(second.settled(), fields=second.settled().fields[:2]), third):
        record(each)
    refused = staff.post(SIGN, {"name": "a", "color": "red", "title": "x"}, "json")
    told = {each["pointer"]: each for each in refused.json()["errors"]}
    assert told["/name"]["code"] == told["/title"]["code"] == "field_renamed"
    assert told["/name"]["params"] == {"field": "name", "now": "heading", "version": 4}
    assert told["/title"]["params"] == {"field": "title", "now": "heading", "version": 4}
    assert told["/color"]["code"] == "field_removed"
    assert told["/color"]["params"] == {"field": "color", "version": 3}
    assert codes(staff.get(f"{SIGN}?name=a&fields=color")) == [
        ("field_removed", ""),
        ("field_renamed", ""),
    ]


def test_a_structure_that_keeps_moving_is_a_503(
    staff: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing comes of waiting here, however long it is: each answer would take all of it.
    monkeypatch.setattr(moving, "_PATIENCE", 0.2)
    drop_column("color")
    Upgrade.objects.create(model_name="Sign", active_model="sign", definition={})
    for answer in (staff.get(SIGN), staff.post(SIGN, {"name": "a"}, "json")):
        assert (answer.status_code, codes(answer)) == (503, [("structure_moving", "")])
        assert answer["Retry-After"] == "1"


def test_rows_without_a_column_that_is_there_already_are_written_anew(staff: APIClient) -> None:
    weighed = definition(
        "Sign", name=text(), size=number(default=1), color=text(), weight=number(default=7)
    )
    add_column(weighed, "weight")
    Upgrade.objects.create(model_name="Sign", active_model="sign", definition={})
    for path, body in (
        (
            f"{SIGN}batch/",
            {"create": [{"name": "a", "color": "red"}, {"name": "b", "color": "red"}]},
        ),
        (SIGN, {"name": "c", "color": "red"}),
    ):
        record(FIRST)
        generation.refresh()
        with connection.execute_wrapper(recorded_when_asked(weighed)):
            answer = staff.post(path, body, "json")
        assert answer.status_code in (200, 201), answer.content
    assert [each["weight"] for each in staff.get(SIGN).json()["results"]] == [7, 7, 7]
