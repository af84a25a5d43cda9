"""Requests of any kind, made from the OpenAPI document: no 500, and no answer that it does not tell."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.utils import translation
from hypothesis import HealthCheck, given, seed, settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from lowcode_async import get_model
from tests.databases import Database
from tests.integration.data_api.conftest import DATA

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

EXAMPLES = {"sqlite": 4, "postgresql": 12, "mysql": 5}
"""Requests for each operation."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore")
def test_no_request_is_answered_with_what_the_document_does_not_tell(
    shop: None, database: Database, staff: APIClient
) -> None:
    token = Token.objects.get()
    headers = {"Authorization": f"Token {token.key}", "Host": "testserver"}
    author = get_model("Author").objects.create(name="Ann")
    book = get_model("Book").objects.create(title="a", author=author)
    task = get_model("Task").objects.create(name="a", project=1)
    document = staff.get("/lowcode/api/schema/").json()
    keys = {f"{DATA}/Book/": book.pk, f"{DATA}/Task/": task.pk}
    paths = {path: its for path, its in document["paths"].items() if path.startswith((*keys,))}
    for path, its in paths.items():
        for parameter in its.get("parameters", ()):
            key = next(each for prefix, each in keys.items() if path.startswith(prefix))
            parameter["schema"]["enum"] = [key, 99]
    document["paths"] = paths
    schema = schemathesis.openapi.from_dict(document)
    schema.app = WSGIHandler()
    tried = 0
    for found in schema.get_all_operations():
        tried += _try(found.ok(), headers, EXAMPLES[database.vendor])
    assert tried > 60


def _try(operation: Any, headers: dict[str, str], examples: int) -> int:
    tried = 0

    @seed(20240105)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        nonlocal tried
        tried += 1
        case.call_and_validate(headers=headers, checks=CHECKS)

    with translation.override("en"):
        check()
    return tried
