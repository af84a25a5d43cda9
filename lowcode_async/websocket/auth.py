"""Who is at the other end of a socket, and where the page came from that opened it."""

from __future__ import annotations

import io
from collections.abc import Iterable, MutableMapping
from contextlib import suppress
from enum import Enum, auto
from importlib import import_module
from typing import Any, TypeAlias
from urllib.parse import SplitResult, urlsplit

from channels.security.websocket import OriginValidator
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.db import DataError
from django.http import HttpRequest
from django.utils.module_loading import import_string
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.views import APIView

Scope: TypeAlias = MutableMapping[str, Any]


class Standing(Enum):
    """What somebody may do here."""

    ANONYMOUS = auto()
    NOT_STAFF = auto()
    STAFF = auto()
    """Staff, or whom the site's permission classes let in."""


class _Reading(dict[str, Any]):
    """The data of a session, which `get_user` would change where a handshake cannot set a cookie."""

    def flush(self) -> None:
        """Leave a session that does not verify to the next request."""

    def cycle_key(self) -> None:
        """Leave a session that was signed with an older secret to the next request."""


def request_of(scope: Scope) -> HttpRequest:
    """Return the handshake as Django's request, for its headers, cookies, host and query."""
    query = bytes(scope.get("query_string", b"")).decode("utf-8", "replace")
    return ASGIRequest({**scope, "method": "GET", "query_string": query}, io.BytesIO())


def standing(request: HttpRequest) -> Standing:
    """Find out whom the handshake's credentials belong to; reads the database.

    The `Authorization` header counts before the session cookie, as in the REST API, and a token in
    the query counts nothing.
    """
    try:
        user = _user(request)
    except (AuthenticationFailed, DataError, ValueError):
        # The latter two: PostgreSQL refuses to look for a null byte.
        return Standing.ANONYMOUS
    if not user.is_authenticated or not user.is_active:
        return Standing.ANONYMOUS
    return Standing.STAFF if getattr(user, "is_staff", False) else Standing.NOT_STAFF


def standing_by(paths: Iterable[str], request: HttpRequest, **kwargs: str) -> Standing:
    """Find out what permission classes of the REST framework make of the handshake's credentials.

    Args:
        paths: where the classes are; all must agree.
        request: the handshake.
        kwargs: what a view would have got from the address.
    """
    user: Any = AnonymousUser()
    with suppress(AuthenticationFailed, DataError, ValueError):
        user = _user(request)
    if user.is_authenticated and not user.is_active:
        user = AnonymousUser()
    asked = Request(request)
    asked.user = user
    view = APIView(kwargs=kwargs, request=asked)
    if all(import_string(path)().has_permission(asked, view) for path in paths):
        return Standing.STAFF
    return Standing.NOT_STAFF if user.is_authenticated else Standing.ANONYMOUS


def origin_acceptable(request: HttpRequest) -> bool:
    """Tell whether the page that opened the socket may do so.

    Browsers always send an `Origin`, and send the session cookie along from any site's page: so an
    `Origin` must be this site's, and the cookie is worth nothing without one.
    """
    origin = request.META.get("HTTP_ORIGIN")
    if origin is not None:
        return _is_ours(origin, request)
    return "HTTP_AUTHORIZATION" in request.META or not _session_key(request)


def _user(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    by_token = TokenAuthentication().authenticate(request)  # type: ignore[arg-type]
    if by_token is not None:
        user: AbstractBaseUser = by_token[0]
        return user
    store = import_module(settings.SESSION_ENGINE).SessionStore(_session_key(request))
    request.session = _Reading(store.load())  # type: ignore[assignment]
    return get_user(request)


def _session_key(request: HttpRequest) -> str | None:
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME)


def _is_ours(origin: str, request: HttpRequest) -> bool:
    """Tell whether an origin is the site itself, one of its hosts, or one it trusts with forms.

    ``*`` in ``ALLOWED_HOSTS`` says that any name may reach the site, not that any page may use it.
    """
    try:
        parsed = urlsplit(origin.lower())
        if parsed.scheme not in {"http", "https"} or not parsed.hostname or parsed.port == 0:
            return False
        return _same_host(parsed, request) or _validator().validate_origin(parsed)
    except ValueError:
        return False


def _same_host(origin: SplitResult, request: HttpRequest) -> bool:
    try:
        return origin.netloc == request.get_host().lower()
    except DisallowedHost:
        return False


def _validator() -> OriginValidator:
    hosts = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    if settings.DEBUG and not settings.ALLOWED_HOSTS:
        hosts = [".localhost", "127.0.0.1", "[::1]"]
    trusted = [each.replace("://*.", "://.") for each in settings.CSRF_TRUSTED_ORIGINS]
    return OriginValidator(None, [*hosts, *trusted])
