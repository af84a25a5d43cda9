"""What all views over rows share: who may use them, and how their answers look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.http import parse_etags, quote_etag
from django.utils.module_loading import import_string
from rest_framework.permissions import BasePermission, IsAdminUser
from rest_framework.request import Request

from lowcode_async import conf
from lowcode_async.data_api.asked import Asked
from lowcode_async.data_api.errors import AccessRefused
from lowcode_async.data_api.wire import to_text
from lowcode_async.data_api.writing import Writer
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.bodies import read_json
from lowcode_async.rest.tokens import confirmed
from lowcode_async.sentences import JSON

_JSON = "application/json"


# Each view makes its own transaction: one that must be begun again cannot stand inside another.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class DataView(StaffView):
    """A view over rows; the site's setting says who may use it."""

    schema = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a request; once more if who has signed in is not who was seen before."""
        try:
            response = super().dispatch(request, *args, **kwargs)
        except Exception:
            # It may come of who is no user any more, or be nothing that the caller is to learn of.
            if confirmed(request):
                raise
        else:
            if confirmed(request):
                return response
        return super().dispatch(request, *args, **kwargs)

    def get_permissions(self) -> Sequence[Any]:
        """Return the permissions that the site's setting names."""
        found: list[BasePermission] = [
            import_string(path)() for path in conf.current().data_permission_classes
        ]
        return found

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> NoReturn:
        """Tell that the caller may not.

        Raises:
            NotAuthenticated: nobody has signed in.
            PermissionDenied: only staff may do this.
            AccessRefused: permission classes of the site's own say no.
        """
        default = all(isinstance(each, IsAdminUser) for each in self.get_permissions())
        if default or (request.authenticators and not request.successful_authenticator):
            super().permission_denied(request, message, code)
        raise AccessRefused

    def writer(self, asked: Asked) -> Writer:
        """Return what writes rows in the name of the request's user."""
        user = self.request.user
        return Writer(reach=asked.reach, user=user.pk if user.is_authenticated else None)

    def body(self) -> JSON:
        """Return the JSON in the body; see `read_json`."""
        if not hasattr(self, "_body"):
            self._body = read_json(plain(self.request), limit=conf.current().data_max_body_bytes)
        return self._body


def plain(request: Request) -> HttpRequest:
    """Return Django's own request."""
    own: HttpRequest = request._request  # noqa: SLF001 - the framework's way to it
    return own


def answer(
    request: Request, content: bytes, *, status: int = 200, tag: str | None = None
) -> HttpResponseBase:
    """Answer JSON; 304 to who has it already, where it has a tag."""
    response = HttpResponse(content, status=status, content_type=_JSON)
    if tag is None:
        return response
    response.headers["ETag"] = quote_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    if request.method not in {"GET", "HEAD"}:
        return response
    found = get_conditional_response(plain(request), etag=quote_etag(tag), response=response)
    return found if found is not None else response


def expectation(request: Request) -> Callable[[str], bool] | None:
    """Return what tells whether a row's tag is one that ``If-Match`` names; None without it.

    A tag of an answer that shows more than the row has the row's own before its dot.
    """
    given = request.headers.get("If-Match")
    if given is None:
        return None
    tags = {each.removeprefix("W/").strip('"').partition(".")[0] for each in parse_etags(given)}
    return lambda tag: tag in tags or "*" in tags


def address(name: str, key: Any) -> str:
    """Return the path of a row."""
    return reverse("lowcode_api:row", kwargs={"name": name, "key": to_text(key)})


def other_page(request: HttpRequest, **changed: Any) -> str:
    """Return the address of a request with some of its parameters changed."""
    query = dict(request.GET.lists()) | {name: [value] for name, value in changed.items()}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query, doseq=True)}")
