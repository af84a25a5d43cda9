"""Every problem there is: what brings it up, where it points, how it is told."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

import pytest

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.definitions.supported import Supported
from lowcode_async.sentences.definitions import SENTENCES
from tests.unit.definitions import problems_beside as beside
from tests.unit.definitions.parsing import char, field, link, problems
from tests.unit.definitions.problems_of_fields import FIELDS
from tests.unit.definitions.problems_of_models import CHANGES, OTHERS, STANDING, TABLE, WHOLE
from tests.unit.definitions.problems_of_to_dict import ALL_CASES, TO_DICT


def _check(data: Any, expected: list[tuple[str, str]], *existing: ModelDefinition) -> None:
    found = problems(data, *existing)
    assert [(each.pointer, each.code) for each in found] == expected
    for each in found:
        assert each.sentence("zh") != each.sentence("en")


@pytest.mark.parametrize(("data", "expected"), WHOLE)
def test_problem_of_the_whole(data: Any, expected: list[tuple[str, str]]) -> None:
    _check(data, expected, *STANDING)


@pytest.mark.parametrize(("fields", "expected"), FIELDS)
def test_problem_of_a_field(fields: list[Any], expected: list[tuple[str, str]]) -> None:
    _check({"model_name": "Thing", "fields": fields}, expected, *STANDING)


@pytest.mark.parametrize(("fields", "expected"), CHANGES)
def test_problem_of_a_change(fields: list[Any], expected: list[tuple[str, str]]) -> None:
    _check({"model_name": "Product", "fields": fields}, expected, *STANDING)


@pytest.mark.parametrize(("name", "fields", "expected"), OTHERS)
def test_problem_of_a_model_and_its_fields(
    name: str, fields: list[Any], expected: list[tuple[str, str]]
) -> None:
    existing = (*STANDING, TABLE)
    _check({"model_name": name, "fields": fields}, expected, *existing)


@pytest.mark.parametrize(("keys", "expected"), beside.BESIDE)
def test_problem_beside_the_fields(keys: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    data = {"model_name": "Thing", "fields": beside.FIELDS, **keys}
    _check(data, expected, *beside.EXISTING)


@pytest.mark.parametrize(("keys", "expected"), beside.UNSUPPORTED)
def test_what_the_database_cannot_do_is_a_problem(
    keys: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    nothing = Supported(
        conditional_unique=False, nulls_distinct=False, table_comments=False, checks=False
    )
    data = {"model_name": "Thing", "fields": beside.FIELDS, **keys}
    found = problems(data, *beside.EXISTING, supported=nothing)
    assert [(each.pointer, each.code) for each in found] == expected
    assert "MariaDB" in problems(
        data, *beside.EXISTING, supported=replace(nothing, database="MariaDB")
    )[0].sentence("en")


def test_too_many_fields_are_one_problem_more() -> None:
    fields = [char("a"), char("b"), char("c_")]
    found = problems({"model_name": "Thing", "fields": fields}, max_fields=2)
    assert [(each.pointer, each.code) for each in found] == [
        ("/fields", "fields_too_many"),
        ("/fields/2/name", "name_trailing_underscore"),
    ]


def test_deep_default_is_a_problem() -> None:
    deep: Any = 0
    for _ in range(5000):
        deep = [deep]
    _check(
        {"model_name": "Thing", "fields": [field("JSONField", default=deep)]},
        [("/fields/0/default", "value_too_deep")],
    )


def test_all_problems_are_told_at_once() -> None:
    fields = [char("a_", null="x"), field("Textfeld", "1"), link("b", "Nobody", on_delete="?")]
    found = problems({"model_name": "Th__ing", "fields": fields})
    assert [(each.pointer, each.code) for each in found] == [
        ("/model_name", "name_double_underscore"),
        ("/fields/0/name", "name_trailing_underscore"),
        ("/fields/0/null", "option_wrong_type"),
        ("/fields/1/type", "type_unknown_similar"),
        ("/fields/1/name", "name_not_identifier"),
        ("/fields/2/on_delete", "option_not_allowed"),
        ("/fields/2/to", "relation_unknown"),
    ]


def test_every_code_is_brought_up_by_a_case() -> None:
    tables = (WHOLE, FIELDS, CHANGES, OTHERS, TO_DICT, ALL_CASES, beside.BESIDE)
    cases = [each[-1] for table in tables for each in table]
    tried = {code for expected in cases for _, code in expected}
    # What is no case of a table above has a test of its own here.
    tried |= {"fields_too_many", "value_too_deep", "part_unsupported"}
    assert set(SENTENCES) == tried


def test_sentences_mention_the_same_in_both_languages() -> None:
    def placeholders(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}

    for words in SENTENCES.values():
        assert placeholders(words.zh) == placeholders(words.en)
