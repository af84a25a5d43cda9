"""What all views of this API share; the site's settings for its own APIs do not reach them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import DataError
from django.http import HttpRequest
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    TokenAuthentication,
)
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission, IsAdminUser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.schemas.inspectors import ViewInspector
from rest_framework.views import APIView

from lowcode_async.rest.answers import answer
from lowcode_async.rest.errors import CsrfRefused, NotSuperuser
from lowcode_async.rest.tokens import token_as_seen, token_of


class SpacedJSONRenderer(JSONRenderer):
    """JSON as people write it: a space behind comma and colon, Chinese not escaped."""

    ensure_ascii = False
    compact = False
    strict = True


class JSONAlways(BaseContentNegotiation):
    """Whatever a client accepts, it gets JSON."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """Return None: views read their body by `bodies.read_json`."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """Return the only renderer."""
        (renderer,) = renderers
        return renderer, renderer.media_type


class CsrfAuthentication(SessionAuthentication):
    """A session, whose CSRF check is told apart from a lack of rights."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the session's user; None without one."""
        try:
            return super().authenticate(request)
        except (DataError, ValueError):
            # PostgreSQL refuses to look for a null byte.
            return None

    def enforce_csrf(self, request: Request) -> None:
        """Check the CSRF token.

        Raises:
            CsrfRefused: it is missing or wrong.
        """
        try:
            # Django's own request: the framework's would want to parse the body for its form.
            super().enforce_csrf(request._request)  # type: ignore[arg-type] # noqa: SLF001
        except PermissionDenied as error:
            raise CsrfRefused from error


class TokenHeader(TokenAuthentication):
    """A token in the `Authorization` header."""

    def authenticate_credentials(self, key: str) -> tuple[Any, Any]:
        """Return the token's user and the token.

        Raises:
            AuthenticationFailed: there is no such token.
        """
        try:
            token = self.look_up(key)
        except (DataError, ValueError) as error:
            # PostgreSQL refuses to look for a null byte.
            raise AuthenticationFailed from error
        if token is None or not token.user.is_active:
            raise AuthenticationFailed
        return token.user, token

    def look_up(self, key: str) -> Token | None:
        """Return the token of this key; None if there is none."""
        return token_of(key)


class TokenAsSeen(TokenHeader):
    """The same, for views that only read and see to it that the request is `tokens.confirmed`."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the token's user and the token; None without one."""
        self._reads = request.method in {"GET", "HEAD"}
        self._request: HttpRequest = request._request  # noqa: SLF001 - the framework's way to it
        found: tuple[Any, Any] | None = super().authenticate(request)
        return found

    def look_up(self, key: str) -> Token | None:
        """Return the token of this key, as it was seen before."""
        return token_as_seen(key, self._request) if self._reads else token_of(key)


class IsSuperuser(IsAdminUser):
    """Staff who may do everything."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the user is staff.

        Raises:
            NotSuperuser: of the kind that may not do everything.
        """
        is_staff = super().has_permission(request, view)
        if is_staff and not getattr(request.user, "is_superuser", False):
            raise NotSuperuser
        return is_staff


class StaffView(APIView):
    """A view for staff, by token or by session with CSRF, that speaks JSON only."""

    authentication_classes: tuple[type[BaseAuthentication], ...] = (TokenHeader, CsrfAuthentication)
    permission_classes: tuple[type[BasePermission], ...] = (IsAdminUser,)
    renderer_classes = (SpacedJSONRenderer,)
    parser_classes = ()
    http_method_names = ["get", "head", "post"]
    throttle_classes = ()
    content_negotiation_class = JSONAlways
    versioning_class = None
    metadata_class = None
    schema: ViewInspector | None = AutoSchema()

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Return what tells errors in the one form of this API."""
        return answer

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Keep answers out of caches: the next one may differ."""
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", "no-store")
        return final
