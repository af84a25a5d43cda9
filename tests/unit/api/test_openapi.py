"""The OpenAPI document: valid, complete, and of one mind with the table of field types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lowcode_async.api.schema import SchemaDocument
from lowcode_async.api.urls import urlpatterns
from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.kinds import Kind
from lowcode_async.rest.answers import STATUS
from lowcode_async.rest.openapi import document as rooms
from lowcode_async.rest.openapi.document import DocumentInvalid, document
from lowcode_async.rest.openapi.operations import operation
from lowcode_async.rest.openapi.refusals import SAMPLES
from lowcode_async.sentences import Language
from tests.openapi import check, check_document

GIVEN = {Kind.INTEGER: 5, Kind.STRING: "self", Kind.BOOLEAN: True}


def operations() -> Iterator[tuple[str, str, Any]]:
    for path, its in document("en")["paths"].items():
        for method, told in its.items():
            yield path, method, told


def validator(name: str) -> Draft202012Validator:
    components = document("en")["components"]
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_an_openapi_document(language: Language) -> None:
    check_document(document(language))


def test_every_path_stands_in_it() -> None:
    told = {path.removeprefix("/lowcode/api/") for path, _, _ in operations()}
    known = {str(each.pattern).replace("<str:", "{").replace(">", "}") for each in urlpatterns}
    rows = {each for each in known if each.startswith("data/")}  # see tests/integration/data_api
    assert told == known - {"", "schema/ui/"} - rows


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [told["operationId"] for _, _, told in operations()]
    assert len(set(names)) == len(names)


def test_whatever_all_paths_may_answer_is_told_of_each() -> None:
    ways: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
    for path, _, told in operations():
        public = path.endswith("/session/")
        assert {"401", "503"} <= set(told["responses"]), path
        assert public or "403" in told["responses"]
        more = [{}] if public else [{"restoration": []}] if "/restorations/" in path else []
        assert told["security"] == [*ways, *more]


def test_every_error_has_a_schema_and_an_example_that_fits_it() -> None:
    assert set(SAMPLES) == set(STATUS)
    schemas = document("en")["components"]["schemas"]
    for kind in SAMPLES:
        for example in schemas[kind.__name__].get("examples", ()):
            validator(kind.__name__).validate(example)


@pytest.mark.parametrize("name", FIELD_METADATA)
def test_every_field_type_is_a_definition_of_its_own(name: str) -> None:
    needed = {
        each.name: each.allowed[0] if each.allowed else GIVEN[each.kinds[0]]
        for each in FIELD_METADATA[name].options
        if each.required
    }
    definition = {"name": "a", "type": name, **needed}
    validator("FieldDefinition").validate(definition)
    assert not validator("FieldDefinition").is_valid({**definition, "colour": "red"})
    for option in FIELD_METADATA[name].options:
        if option.required:
            without = {key: value for key, value in definition.items() if key != option.name}
            assert not validator("FieldDefinition").is_valid(without)


def test_its_words_are_the_readers() -> None:
    titles = [
        document(each)["components"]["schemas"]["CharFieldDefinition"]["title"]
        for each in ("zh", "en")
    ]
    assert titles == ["短文本", "Short text"]


def test_what_drf_spectacular_warns_of_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    rooms._of_views.cache_clear()
    odd = operation("odd", tag="odd", summary="", answers={200: object()})(lambda view: None)  # type: ignore[dict-item]
    monkeypatch.setattr(SchemaDocument, "get", odd)
    with pytest.raises(DocumentInvalid, match="SchemaDocument"):
        document("en")


class _Answer(dict[str, str]):
    status_code = 200
    content = b"{}"

    def json(self) -> Any:
        return {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {}, "more": 1}


def test_an_answer_that_is_not_told_is_found() -> None:
    with pytest.raises(AssertionError, match="more"):
        check("GET", "/lowcode/api/schema/", _Answer())
