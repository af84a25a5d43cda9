"""Find what upgrades have changed or removed, take it along, put it back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.queries import choices_of, number_of, refuse_unknown, text_of
from lowcode_async.api.requests import restore_of
from lowcode_async.api.shapes import lost_values as shapes
from lowcode_async.errors import Problem, UpgradeConflict
from lowcode_async.models import LostValue
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.bodies import read_json
from lowcode_async.rest.errors import RequestInvalid
from lowcode_async.rest.openapi.operations import in_query, number, operation
from lowcode_async.upgrades.lost import Choice, describe, pages
from lowcode_async.upgrades.putting_back import put_back

LIMIT: Final = 500
"""Lost values in one answer at the most."""
_FILTERS: Final = (
    in_query("model", str, "Name of the model, in any case"),
    in_query("field", str, "Name of the field after the upgrade"),
    in_query("upgrade", str, "Id of the upgrade"),
    in_query("restored", str, "Whether they have been put back", enum=["true", "false"]),
)
_PAGE: Final = (
    number("limit", "Values at the most", default=100, maximum=LIMIT),
    number("before", "`next_before` of the page before", default=0),
)
_FORMAT: Final = in_query("format", str, "Of the file", enum=["csv", "jsonl"], default="csv")
_COLUMNS: Final = (
    "id", "model", "field", "removed", "key", "kind", "value", "became_kind", "became", "finding",
    "upgrade", "created_at", "restored_at", "restored_by",
)  # fmt: skip
_JSON_COLUMNS: Final = ("key", "value", "became")


class LostValues(StaffView):
    """GET: what upgrades have changed or removed, the newest first."""

    @operation(
        "listLostValues",
        tag="lost values",
        summary="What upgrades have changed or removed, the newest first",
        parameters=[*_FILTERS, *_PAGE],
        answers={200: shapes.LostValuePage},
        refuses=[RequestInvalid],
    )
    def get(self, request: Request) -> Response:
        """Answer a page, and the id to ask ``?before=`` for the next one."""
        refuse_unknown(request, [each.name for each in (*_FILTERS, *_PAGE)])
        limit = number_of(request, "limit", default=100, maximum=LIMIT)
        before = number_of(request, "before", default=0)
        rows = _choice(request).rows()
        page = list((rows.filter(pk__lt=before) if before else rows)[:limit])
        body = {
            "lost_values": [describe(each) for each in page],
            "total": rows.count(),
            "next_before": page[-1].pk if page and len(page) == limit else None,
        }
        return Response(body)


class ExportLostValues(StaffView):
    """GET: the same as a file."""

    @operation(
        "exportLostValues",
        tag="lost values",
        summary="What upgrades have changed or removed, as CSV or JSON Lines",
        parameters=[*_FILTERS, _FORMAT],
        answers={200: OpenApiResponse(description="The file, `text/csv` or `application/jsonl`")},
        refuses=[RequestInvalid],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Answer the file while it is read."""
        refuse_unknown(request, [each.name for each in (*_FILTERS, _FORMAT)])
        chosen = choices_of(request, "format", ["csv", "jsonl"]) or ["csv"]
        lines = _jsonl if chosen[0] == "jsonl" else _csv
        parts = lines(pages(_choice(request)))
        asynchronous = isinstance(request._request, ASGIRequest)  # noqa: SLF001 - who asks for it
        kind = "application/jsonl" if lines is _jsonl else "text/csv"
        name = f"lost-values.{chosen[0]}"
        return StreamingHttpResponse(
            _awaited(parts) if asynchronous else parts,
            content_type=f"{kind}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class RestoreLostValues(StaffView):
    """POST: put lost values back."""

    @operation(
        "restoreLostValues",
        tag="lost values",
        summary="Put lost values back into rows that nobody has edited since",
        body=shapes.RestoreBody,
        answers={200: shapes.Restored},
        refuses=[UpgradeConflict],
        changes=True,
    )
    def post(self, request: Request) -> Response:
        """Answer how many were put back, and what was not, and why."""
        given = restore_of(read_json(request))
        overwrite = given.pop("overwrite")
        return Response(put_back(Choice(**given), overwrite=overwrite).to_json())


def _choice(request: Request) -> Choice:
    """Return what the query asks for.

    Raises:
        RequestInvalid: it asks for what cannot be.
    """
    restored = choices_of(request, "restored", ["true", "false"])
    return Choice(
        model=text_of(request, "model"),
        field=text_of(request, "field"),
        upgrade=_upgrade(request),
        restored=restored[0] == "true" if restored else None,
    )


def _upgrade(request: Request) -> UUID | None:
    given = text_of(request, "upgrade")
    try:
        return UUID(given) if given is not None else None
    except ValueError as error:
        problem = Problem(pointer="", code="parameter_not_uuid", params={"parameter": "upgrade"})
        raise RequestInvalid([problem]) from error


def _jsonl(found: Iterator[list[LostValue]]) -> Iterator[str]:
    for page in found:
        yield "".join(json.dumps(describe(each), ensure_ascii=False) + "\n" for each in page)


def _csv(found: Iterator[list[LostValue]]) -> Iterator[str]:
    yield ",".join(_COLUMNS) + "\r\n"
    for page in found:
        text = io.StringIO()
        writer = csv.DictWriter(text, _COLUMNS)
        writer.writerows(map(_flat, page))
        yield text.getvalue()


def _flat(row: LostValue) -> dict[str, Any]:
    """Return a lost value with its values as JSON, so that NULL and "" stay two things."""
    told = describe(row)
    return told | {name: json.dumps(told[name], ensure_ascii=False) for name in _JSON_COLUMNS}


async def _awaited(parts: Iterator[str]) -> AsyncIterator[str]:
    """Yield the parts of a file without keeping the event loop from anything else."""
    following = sync_to_async(lambda: next(parts, None))
    while (part := await following()) is not None:
        yield part
