"""Holds answers of the API against the OpenAPI document: a key more or less is an error."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema_specifications import REGISTRY
from referencing import Resource
from rest_framework.test import APIClient

from lowcode_async.rest.openapi.document import document


class CheckedClient(APIClient):
    """A client that fails where an answer is not what the document says."""

    def request(self, **kwargs: Any) -> Any:
        """Call the API, and look at what it answers."""
        response = super().request(**kwargs)
        check(
            response.wsgi_request.method,
            response.wsgi_request.path,
            response,
        )
        return response


def check(method: str, path: str, response: Any) -> None:
    """Compare one answer with the document."""
    template = next((each for each, known in _paths() if known.fullmatch(path)), None)
    told = _closed_document()["paths"].get(template, {}).get(method.lower())
    if template is None or told is None or response.status_code == 405:
        return
    where = f"{method} {path} {response.status_code}"
    assert str(response.status_code) in told["responses"], f"{where} is not in the document"
    validator = _validator(template, method.lower(), str(response.status_code))
    if validator is None:
        as_json = "application/json" in response.get("Content-Type", "")
        assert not as_json or response.streaming or not response.content
        return
    found = [f"{e.json_path}: {e.message[:300]}" for e in validator.iter_errors(response.json())]
    assert not found, f"{where}: {found}"


def check_document(document: Any) -> None:
    """Hold a document against the specification of OpenAPI 3.1."""
    assert document["openapi"].startswith("3.1")
    found = [f"{e.json_path}: {e.message[:300]}" for e in _specification().iter_errors(document)]
    assert not found, found


@cache
def _specification() -> Draft202012Validator:
    """Return what knows the specification. Its anchors are looked up once: else it would be at each."""
    file = resources.files("drf_spectacular.validation") / "openapi_3_1_schema.json"
    schema = json.loads(file.read_text())
    registry = REGISTRY.with_resource(schema["$id"], Resource.from_contents(schema)).crawl()
    return Draft202012Validator({"$ref": schema["$id"]}, registry=registry)


@cache
def _validator(template: str, method: str, status: str) -> Draft202012Validator | None:
    """Return what knows the JSON of an answer; None if it is none. To make one is slow."""
    document = _closed_document()
    content = document["paths"][template][method]["responses"][status].get("content", {})
    if "application/json" not in content:
        return None
    schema = content["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]})


@cache
def _paths() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (each, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(each))))
        for each in _closed_document()["paths"]
    ]


@cache
def _closed_document() -> Any:
    return _closed(document("en"))


def _closed(schema: Any) -> Any:
    """Return a schema whose objects hold no keys but those that are told."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _closed(each) for key, each in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        made.setdefault("additionalProperties", False)
    return made
