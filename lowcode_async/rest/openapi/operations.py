"""How a view tells what it does: its answers, what it refuses, its body and its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.serializers import BaseSerializer

from lowcode_async.errors import LowcodeError
from lowcode_async.rest import errors
from lowcode_async.rest.openapi import refusals

F = TypeVar("F", bound=Callable[..., Any])
Shape: TypeAlias = type[BaseSerializer[Any]]
Refusals: TypeAlias = Sequence[type[LowcodeError]]

STAFF_ONLY: Final[Refusals] = (
    errors.NotSignedIn,
    errors.CredentialsRefused,
    errors.NotStaff,
)
"""What meets everybody who may not use the API."""
SECURITY_SCHEMES: Final[Mapping[str, Mapping[str, str]]] = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Token …`, with a token of Django REST framework",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "A session; everything but GET needs its CSRF token in `X-CSRFToken` as well",
    },
}
"""The two ways to sign in."""
KEY_SCHEMES: Final[Mapping[str, Mapping[str, str]]] = {
    "restoration": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Restoration …`, with the `read_key` of the restoration that is read",
    },
}
"""What opens single things without signing in."""
_BODY: Final[Refusals] = (
    errors.RequestInvalid,
    errors.BodyTooLarge,
    errors.WrongContentType,
)


def operation(
    name: str,
    *,
    tag: str,
    summary: str,
    answers: Mapping[Any, Shape | OpenApiResponse],
    refuses: Refusals = (),
    body: Shape | None = None,
    parameters: Sequence[OpenApiParameter] = (),
    changes: bool = False,
    public: bool = False,
    key: str | None = None,
) -> Callable[[F], F]:
    """Tell what a method of a view does; the method itself stays as it is.

    Args:
        name: the operation's id, for clients that are generated.
        tag: the resource it belongs to.
        summary: one line.
        answers: shape of each good answer, by status, or by status and media type.
        refuses: what it answers beside what all do.
        body: shape of the JSON it takes, if it takes one.
        parameters: of path and query.
        changes: whether a session needs its CSRF token, as for all but GET.
        public: whether whoever is not staff may use it, too.
        key: of `KEY_SCHEMES`, what opens it instead of signing in.
    """
    refused = _refused(refuses, public=public, changes=changes, takes_body=body is not None)
    told = extend_schema(
        operation_id=name,
        tags=[tag],
        summary=summary,
        description="",
        request={"application/json": body} if body is not None else None,
        parameters=list(parameters),
        auth=_security(public=public, key=key),
        responses={**answers, **refusals.responses(refused)},
    )

    def decorate(method: F) -> F:
        # Else it would build on the site's own schema class instead of the plain one.
        method.kwargs = {"schema": AutoSchema}  # type: ignore[attr-defined]
        return told(method)

    return decorate


def in_path(name: str, description: str) -> OpenApiParameter:
    """Tell a part of the path."""
    return OpenApiParameter(
        name, str, OpenApiParameter.PATH, required=True, description=description
    )


def in_query(
    name: str,
    kind: Any,
    description: str,
    *,
    enum: Sequence[str] | None = None,
    default: Any = None,
) -> OpenApiParameter:
    """Tell a parameter of the query."""
    return OpenApiParameter(
        name,
        kind,
        OpenApiParameter.QUERY,
        description=description,
        enum=list(enum) if enum else None,
        default=default,
    )


def number(
    name: str, description: str, *, default: int, maximum: int | None = None
) -> OpenApiParameter:
    """Tell a parameter of the query that is a number, nought or more."""
    schema = {"type": "integer", "minimum": 0}
    if maximum is not None:
        schema["maximum"] = maximum
    return in_query(name, schema, description, default=default)


def _security(*, public: bool, key: str | None) -> Any:
    """Return the ways to sign in; an empty one stands for none at all."""
    names = [*SECURITY_SCHEMES, *([key] if key else [])]
    ways: list[dict[str, list[str]]] = [{name: []} for name in names]
    return [*ways, {}] if public else ways


def _refused(
    own: Refusals, *, public: bool, changes: bool, takes_body: bool
) -> list[type[LowcodeError]]:
    """Return all that an operation may refuse, each once, in the order of the table of errors."""
    wanted = {*own, errors.DatabaseUnavailable}
    if not public:
        wanted.update(STAFF_ONLY)
    if changes:
        wanted.add(errors.CsrfRefused)
    if takes_body:
        wanted.update(_BODY)
    return [kind for kind in refusals.SAMPLES if kind in wanted]
