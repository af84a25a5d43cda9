"""The browser's session: who is signed in, sign in, sign out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

import lowcode_async
from lowcode_async import conf
from lowcode_async.api.requests import texts_of
from lowcode_async.api.shapes.session import SessionState, SignInBody
from lowcode_async.api.signing_in import user_of
from lowcode_async.rest.base import CsrfAuthentication, StaffView
from lowcode_async.rest.bodies import read_json
from lowcode_async.rest.errors import CredentialsRefused, NotStaff, SignInRefused, TooManyAttempts
from lowcode_async.rest.openapi.operations import operation
from lowcode_async.sentences import JSON, active_language
from lowcode_async.upgrades.events import iso


class Session(StaffView):
    """GET: who is signed in. POST: sign in. DELETE: sign out. Open to everybody."""

    permission_classes = ()
    http_method_names = ["get", "head", "post", "delete"]

    @operation(
        "getSession",
        tag="session",
        summary="Who is signed in, and at what server; sets the CSRF cookie",
        answers={200: SessionState},
        refuses=[CredentialsRefused],
        public=True,
    )
    def get(self, request: Request) -> Response:
        """Answer who it is, nobody being one of the answers."""
        return Response(_told(request._request, request.user))  # noqa: SLF001

    @operation(
        "signIn",
        tag="session",
        summary="Sign a staff user in",
        body=SignInBody,
        answers={200: SessionState},
        refuses=[SignInRefused, CredentialsRefused, NotStaff, TooManyAttempts],
        changes=True,
        public=True,
    )
    def post(self, request: Request) -> Response:
        """Answer who it is from now on; the CSRF token is a new one."""
        # Also for who is not signed in: nobody is to be signed in as somebody else unawares.
        CsrfAuthentication().enforce_csrf(request)
        given = texts_of(read_json(request), "username", "password")
        user = user_of(request, **given)
        login(request._request, user)  # noqa: SLF001
        return Response(_told(request._request, user))  # noqa: SLF001

    @operation(
        "signOut",
        tag="session",
        summary="Sign out",
        answers={200: SessionState},
        refuses=[CredentialsRefused],
        changes=True,
        public=True,
    )
    def delete(self, request: Request) -> Response:
        """Answer that nobody is signed in; so it was before, it may be."""
        logout(request._request)  # noqa: SLF001
        return Response(_told(request._request, None))  # noqa: SLF001


def _told(request: HttpRequest, user: Any) -> dict[str, JSON]:
    return {
        "user": _user(user) if getattr(user, "is_authenticated", False) else None,
        "csrf_token": get_token(request),
        "language": {"zh": "zh-hans", "en": "en"}[active_language()],
        "version": lowcode_async.__version__,
        "mode": "embedded" if conf.current().embedded else "distributed",
        "now": iso(timezone.now()),
    }


def _user(user: Any) -> dict[str, JSON]:
    return {
        "username": user.get_username(),
        "name": (user.get_full_name() if hasattr(user, "get_full_name") else "")
        or user.get_username(),
        "is_staff": bool(getattr(user, "is_staff", False)),
    }
