"""Errors as answers: one form, the right status."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.db import IntegrityError, InterfaceError, OperationalError
from django.test import RequestFactory
from django.utils import translation
from rest_framework import exceptions
from rest_framework.test import APIRequestFactory

from lowcode_async.errors import (
    BackupError,
    BrokerUnavailable,
    DefinitionInvalid,
    Problem,
    UpgradeConflict,
    UpgradeNotFound,
)
from lowcode_async.rest.answers import answer
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.errors import (
    BodyTooLarge,
    CredentialsRefused,
    CsrfRefused,
    NotSignedIn,
    NotStaff,
    RequestInvalid,
    WrongContentType,
)

PROBLEM = Problem(pointer="/force", code="flag_not_boolean", params={"key": "force"})


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (RequestInvalid([PROBLEM]), 400, "request_invalid"),
        (DefinitionInvalid([PROBLEM]), 400, "definition_invalid"),
        (NotSignedIn(), 401, "not_signed_in"),
        (exceptions.NotAuthenticated(), 401, "not_signed_in"),
        (CredentialsRefused(), 401, "credentials_refused"),
        (exceptions.AuthenticationFailed(), 401, "credentials_refused"),
        (NotStaff(), 403, "not_staff"),
        (exceptions.PermissionDenied(), 403, "not_staff"),
        (CsrfRefused(), 403, "csrf_refused"),
        (UpgradeNotFound(task_id="x"), 404, "upgrade_not_found"),
        (TooManyFieldsSent(), 400, "request_invalid"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (UpgradeConflict(model_name="Product", task_id="7"), 409, "upgrade_running"),
        (BodyTooLarge(limit=5), 413, "body_too_large"),
        (WrongContentType(content_type="text/plain"), 415, "wrong_content_type"),
        (BrokerUnavailable(), 503, "broker_unavailable"),
        (OperationalError(), 503, "database_unavailable"),
        (InterfaceError(), 503, "database_unavailable"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else str(each),
)
def test_every_error_has_its_status_and_one_form(raised: Exception, status: int, code: str) -> None:
    response = answer(raised, {"request": RequestFactory().put("/")})
    assert response is not None
    assert response.status_code == status
    assert response.data["code"] == code
    for each in response.data["errors"]:
        assert set(each) == {"pointer", "code", "message", "params"}
        json.dumps(each, allow_nan=False)
    assert ("Retry-After" in response.headers) == (status == 503)


def test_each_problem_is_told_with_its_place() -> None:
    with translation.override("zh-hans"):
        response = answer(RequestInvalid([PROBLEM]), {})
    assert response is not None
    assert response.data["errors"] == [
        {
            "pointer": "/force",
            "code": "flag_not_boolean",
            "message": "force 只能是 true 或 false",
            "params": {"key": "force"},
        }
    ]


def test_a_conflict_names_the_upgrade_in_the_way() -> None:
    response = answer(UpgradeConflict(model_name="Product", task_id="7"), {})
    assert response is not None
    assert response.data["task_id"] == "7"


@pytest.mark.parametrize("raised", [ValueError(), IntegrityError(), BackupError("x")])
def test_faults_of_ours_are_not_answered_for(raised: Exception) -> None:
    assert answer(raised, {}) is None


def test_the_sites_settings_for_its_own_apis_do_not_reach_this_one() -> None:
    assert settings.REST_FRAMEWORK
    own = {name for name in vars(StaffView) if name.endswith(("_classes", "_class"))}
    assert own >= {
        "authentication_classes",
        "permission_classes",
        "renderer_classes",
        "parser_classes",
        "throttle_classes",
        "content_negotiation_class",
        "versioning_class",
        "metadata_class",
    }


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "*/*", ";;=,", "application/json; indent=4"]
)
def test_json_is_answered_whatever_is_accepted(accept: str) -> None:
    response = StaffView.as_view()(APIRequestFactory().get("/?format=xml", HTTP_ACCEPT=accept))
    response.render()
    assert response.status_code == 401
    assert response["Content-Type"] == "application/json"
    assert response["WWW-Authenticate"] == "Token"
    assert response["Cache-Control"] == "no-store"
    body = response.content.decode()
    assert body.startswith('{"code": "not_signed_in", "errors": [{"pointer": "", ')
