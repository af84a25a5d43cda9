"""The OpenAPI document, and a page to browse it."""

from __future__ import annotations

from typing import Final

from django.apps import apps
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.shapes.base import Document
from lowcode_async.data_api.openapi.document import with_rows
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.errors import PathUnknown
from lowcode_async.rest.openapi.document import document
from lowcode_async.rest.openapi.operations import operation
from lowcode_async.sentences import active_language

_POLICY: Final = (
    "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Swagger UI styles its elements one by one, which counts as inline."""


class SchemaDocument(StaffView):
    """GET: the OpenAPI document."""

    @operation(
        "getSchema",
        tag="schema",
        summary="This document, with the words of field types in the reader's language",
        answers={200: Document},
    )
    def get(self, request: Request) -> Response:
        """Answer the document."""
        language = active_language()
        root = reverse("lowcode_api:schema").removesuffix("schema/")
        return Response(with_rows(document(language), language, root=root))


class SchemaPage(StaffView):
    """GET: a page to read the document and to try it out; needs ``drf_spectacular_sidecar``."""

    schema = None

    def get(self, request: Request) -> HttpResponse:
        """Answer the page.

        Raises:
            PathUnknown: the site has not installed what shows it.
        """
        if not apps.is_installed("drf_spectacular_sidecar"):
            raise PathUnknown(path=request.path)
        get_token(request._request)  # noqa: SLF001 - sets the cookie that the page sends back
        page = render(
            request._request,  # noqa: SLF001 - context processors want Django's own
            "lowcode_async/schema.html",
            {"document": reverse("lowcode_api:schema")},
        )
        page.headers["Content-Security-Policy"] = _POLICY
        return page
