"""How an error becomes an answer: one form for all of them.

``{"code": …, "errors": [{"pointer", "code", "message", "params"}, …]}``, with more keys where they
help (``task_id`` of the upgrade that is in the way, the new ``plan``, ``version`` and ``definition``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.db import InterfaceError, OperationalError, ProgrammingError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from lowcode_async.backups.journal import under_way
from lowcode_async.errors import (
    BrokerUnavailable,
    CancelTooLate,
    DefinitionInvalid,
    LowcodeError,
    ModelNotFound,
    PlanOutdated,
    Problem,
    RestorationNotFound,
    RestorationUnderWay,
    RetryRefused,
    RevertRefused,
    UpgradeConflict,
    UpgradeNotFound,
    VersionMovedOn,
)
from lowcode_async.rest.errors import (
    AnsweredError,
    BackupUnfit,
    BackupUnknown,
    BodyTooLarge,
    CredentialsRefused,
    CsrfRefused,
    DatabaseUnavailable,
    MethodRefused,
    NotSignedIn,
    NotStaff,
    NotSuperuser,
    PathUnknown,
    RequestInvalid,
    SignInRefused,
    TooManyAttempts,
    WrongContentType,
)
from lowcode_async.upgrades import plans

log = logging.getLogger(__name__)

RETRY_AFTER: Final = 5
"""Seconds a client is asked to wait for a broker or a database that is away."""

STATUS: Final[Mapping[type[LowcodeError], HTTPStatus]] = {
    RequestInvalid: HTTPStatus.BAD_REQUEST,
    DefinitionInvalid: HTTPStatus.BAD_REQUEST,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    CredentialsRefused: HTTPStatus.UNAUTHORIZED,
    SignInRefused: HTTPStatus.UNAUTHORIZED,
    NotStaff: HTTPStatus.FORBIDDEN,
    NotSuperuser: HTTPStatus.FORBIDDEN,
    CsrfRefused: HTTPStatus.FORBIDDEN,
    UpgradeNotFound: HTTPStatus.NOT_FOUND,
    BackupUnknown: HTTPStatus.NOT_FOUND,
    RestorationNotFound: HTTPStatus.NOT_FOUND,
    ModelNotFound: HTTPStatus.NOT_FOUND,
    PathUnknown: HTTPStatus.NOT_FOUND,
    MethodRefused: HTTPStatus.METHOD_NOT_ALLOWED,
    UpgradeConflict: HTTPStatus.CONFLICT,
    RestorationUnderWay: HTTPStatus.CONFLICT,
    CancelTooLate: HTTPStatus.CONFLICT,
    RetryRefused: HTTPStatus.CONFLICT,
    PlanOutdated: HTTPStatus.CONFLICT,
    VersionMovedOn: HTTPStatus.CONFLICT,
    RevertRefused: HTTPStatus.CONFLICT,
    BackupUnfit: HTTPStatus.CONFLICT,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WrongContentType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    BrokerUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status that tells each error."""


def _too_many_parameters() -> RequestInvalid:
    params = {"limit": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS}
    return RequestInvalid([Problem(pointer="", code="too_many_parameters", params=params)])


_OURS: Final[Mapping[type[Exception], Callable[[], LowcodeError]]] = {
    exceptions.NotAuthenticated: NotSignedIn,
    exceptions.AuthenticationFailed: CredentialsRefused,
    exceptions.PermissionDenied: NotStaff,
    TooManyFieldsSent: _too_many_parameters,
    OperationalError: DatabaseUnavailable,
    InterfaceError: DatabaseUnavailable,
}
"""What others raise, and the error of ours that tells it."""


def answer(raised: Exception, context: Mapping[str, Any]) -> Response | None:
    """Answer an exception of a view; None for what is nobody's fault but ours.

    Has the signature of Django REST framework's exception handlers.
    """
    error = _told(raised, context)
    status = status_of(error)
    if error is None or status is None:
        return None
    set_rollback()
    return Response(body_of(error), status=status, headers=_headers(raised, error, status))


def body_of(error: LowcodeError) -> dict[str, Any]:
    """Return the body that tells an error, in the active language."""
    body: dict[str, Any] = {"code": error.code, "errors": [told_of(each) for each in _all(error)]}
    if isinstance(error, UpgradeConflict):
        body["task_id"] = error.task_id
    if isinstance(error, RestorationUnderWay):
        body["restoration_id"] = error.restoration_id
    if isinstance(error, PlanOutdated):
        body["plan"] = plans.describe(error.plan)
    if isinstance(error, VersionMovedOn):
        body |= {"version": error.version, "definition": error.definition}
    return body


def _told(raised: Exception, context: Mapping[str, Any]) -> LowcodeError | None:
    """Return what was raised as an error of ours."""
    if isinstance(raised, LowcodeError):
        return raised
    if isinstance(raised, exceptions.MethodNotAllowed):
        return MethodRefused(method=str(context["request"].method))
    ours = next((ours for theirs, ours in _OURS.items() if isinstance(raised, theirs)), None)
    if isinstance(raised, ProgrammingError) and under_way() is not None:
        ours = DatabaseUnavailable  # on MySQL tables are gone for a while
    if ours is DatabaseUnavailable:
        log.error("database unavailable", exc_info=raised)
    return ours() if ours is not None else None


def status_of(error: LowcodeError | None) -> HTTPStatus | None:
    """Return the status that tells an error; None for what is told by none."""
    if isinstance(error, AnsweredError):
        return error.status
    return STATUS.get(type(error)) if error is not None else None


def _all(error: LowcodeError) -> tuple[Problem, ...]:
    if isinstance(error, RequestInvalid | DefinitionInvalid | RevertRefused | BackupUnfit):
        return error.problems
    return (Problem(pointer="", code=error.code, params=error.params),)


def told_of(problem: Problem) -> dict[str, Any]:
    """Return how a problem looks in an answer, in the active language."""
    return {
        "pointer": problem.pointer,
        "code": problem.code,
        "message": problem.sentence(),
        "params": dict(problem.params),
    }


def _headers(raised: Exception, error: LowcodeError, status: HTTPStatus) -> dict[str, str]:
    headers = {}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER)
    if isinstance(error, TooManyAttempts):
        headers["Retry-After"] = str(error.seconds)
    if challenge := getattr(raised, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return headers | dict(raised.headers if isinstance(raised, AnsweredError) else {})
