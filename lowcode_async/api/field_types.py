"""The table of field types, for forms and for whoever writes definitions."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.shapes.field_types import FieldTypeTable
from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.openapi.operations import operation

IF_NONE_MATCH: Final = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The `ETag` of what the client has"
)


class FieldTypes(StaffView):
    """GET: every field type with its options, in the reader's language."""

    @operation(
        "listFieldTypes",
        tag="field types",
        summary="Every field type with its options, in the order in which people are shown them",
        answers={
            200: FieldTypeTable,
            304: OpenApiResponse(description="The client has it already"),
        },
        parameters=[IF_NONE_MATCH],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Answer the table, or 304 if the client has it."""
        body = {"field_types": [each.to_json() for each in FIELD_METADATA.values()]}
        digest = hashlib.sha256(json.dumps(body).encode()).hexdigest()
        response = Response(
            body, headers={"ETag": quote_etag(digest[:32]), "Cache-Control": "private, no-cache"}
        )
        unchanged = get_conditional_response(
            request, etag=response.headers["ETag"], response=response
        )
        return unchanged if unchanged is not None else response
