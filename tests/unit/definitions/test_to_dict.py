"""What a dynamic model declares of the JSON of its rows."""

from __future__ import annotations

from typing import Any

import pytest

from lowcode_async.definitions.model import DictEntry, ModelDefinition
from tests.unit.definitions.parsing import char, field, link, model, parse, problems
from tests.unit.definitions.problems_of_to_dict import (
    ALL_CASES,
    FIELDS,
    STANDING,
    SUB_TASK,
    TASK,
    TO_DICT,
)


def read(to_dict: Any, *fields: Any) -> ModelDefinition:
    posted = {"model_name": "TempTask", "fields": list(fields or FIELDS), "to_dict": to_dict}
    return parse(posted, *STANDING)


@pytest.mark.parametrize(("to_dict", "expected"), TO_DICT)
def test_problem_of_to_dict(to_dict: Any, expected: list[tuple[str, str]]) -> None:
    found = problems({"model_name": "TempTask", "fields": FIELDS, "to_dict": to_dict}, *STANDING)
    assert [(each.pointer, each.code) for each in found] == expected
    for each in found:
        assert each.sentence("zh") != each.sentence("en")


@pytest.mark.parametrize(("data", "expected"), ALL_CASES)
def test_problem_of_a_change_that_takes_a_path_away(
    data: Any, expected: list[tuple[str, str]]
) -> None:
    found = problems(data, *STANDING)
    assert [(each.pointer, each.code) for each in found] == expected


def test_names_and_paths_are_stored_as_they_are_sent() -> None:
    to_dict = [
        "id",
        "name",
        {"name": "template_id", "path": "subtask.template_id"},
        {"name": "模板", "path": "subtask.template.name"},
        {"name": "who", "path": "owner.username"},
        {"name": "leader", "path": "group.leader.username"},
    ]
    found = read(to_dict)
    assert found.to_json()["to_dict"] == to_dict
    assert ModelDefinition.from_json(found.to_json()) == found
    assert found.to_dict[2] == DictEntry(name="template_id", path="subtask.template_id")


def test_rows_of_projects_can_be_told_of_by_rows_of_projects() -> None:
    to_dict = [{"name": "of", "path": "confined.name"}, {"name": "key", "path": "confined_id"}]
    found = read(to_dict, *FIELDS, field("IntegerField", "project"))
    assert [entry.path for entry in found.to_dict] == ["confined.name", "confined_id"]


def test_path_that_ends_at_a_relation_is_stored_as_the_path_to_its_key() -> None:
    one = read(["subtask", {"name": "t", "path": "subtask.template"}])
    other = read(
        [{"name": "subtask", "path": "subtask_id"}, {"name": "t", "path": "subtask.template_id"}]
    )
    assert one == other


def test_what_is_not_spoken_of_stays_and_null_takes_it_away() -> None:
    assert TASK.to_dict
    kept = parse({"model_name": "TempTask", "fields": FIELDS}, *STANDING)
    assert kept == TASK
    assert read(None).to_dict == ()
    assert "to_dict" not in read(None).to_json()
    assert model("Thing", char()).to_dict == ()


def test_paths_follow_when_a_field_of_the_model_is_renamed() -> None:
    fields = [char("title", renamed_from="name"), *FIELDS[2:]]
    fields.append(link("part", "SubTask", renamed_from="subtask", related_name="+"))
    found = parse({"model_name": "TempTask", "fields": fields}, *STANDING)
    assert found.to_dict == (
        DictEntry(name="name", path="title"),
        DictEntry(name="subtask", path="part_id"),
        DictEntry(name="template_id", path="part.template_id"),
    )


def test_change_of_another_model_that_takes_nothing_away_is_none_of_ours() -> None:
    fields = [link("template", "Thing", related_name="+"), char("note")]
    assert parse({"model_name": "SubTask", "fields": fields}, *STANDING).name == SUB_TASK.name
