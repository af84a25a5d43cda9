"""List, create, read, change and delete rows."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.db.models import Model
from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request

from lowcode_async.data_api import moving
from lowcode_async.data_api.asked import Asked, View
from lowcode_async.data_api.base import DataView, address, answer, expectation, plain
from lowcode_async.data_api.paging import page_of
from lowcode_async.data_api.parameters import read_row
from lowcode_async.data_api.reading import digest, find, row_tag, shown_as, whole_of
from lowcode_async.data_api.wire import to_json
from lowcode_async.data_api.writing import one
from lowcode_async.rest.base import CsrfAuthentication, TokenAsSeen
from lowcode_async.rest.tokens import sign_in_of
from lowcode_async.runtime import Published

_PURGE: Final = frozenset({"purge"})


class Rows(DataView):
    """GET: a page of rows. POST: a new row."""

    authentication_classes = (TokenAsSeen, CsrfAuthentication)
    http_method_names = ["get", "head", "post"]

    def get(self, request: Request, name: str) -> HttpResponseBase:
        """Answer the rows that the parameters ask for."""

        def work(published: Published) -> HttpResponseBase:
            sign_in = sign_in_of(plain(request))
            page = to_json(page_of(plain(request), published, sign_in))
            return answer(request, page, tag=digest(page))

        return moving.read(name, work, confirms=True)

    def post(self, request: Request, name: str) -> HttpResponseBase:
        """Answer 201 with the new row."""

        def work(published: Published) -> HttpResponseBase:
            asked = read_row(plain(request), published)
            row = self.writer(asked).create(self.body())
            response = _row_answer(request, asked, row, status=HTTPStatus.CREATED)
            response.headers["Location"] = address(name, row.pk)
            return response

        return moving.write(name, work)


class OneRow(DataView):
    """GET: a row. PUT, PATCH: change it. DELETE: delete it."""

    http_method_names = ["get", "head", "put", "patch", "delete"]

    def get(self, request: Request, name: str, key: str) -> HttpResponseBase:
        """Answer the row."""

        def work(published: Published) -> HttpResponseBase:
            asked = read_row(plain(request), published)
            return _row_answer(request, asked, one(asked.reach, key))

        return moving.read(name, work)

    def put(self, request: Request, name: str, key: str) -> HttpResponseBase:
        """Put the body in the row's place."""
        return self._change(request, name, key, whole=True)

    def patch(self, request: Request, name: str, key: str) -> HttpResponseBase:
        """Change what the body names."""
        return self._change(request, name, key, whole=False)

    def delete(self, request: Request, name: str, key: str) -> HttpResponseBase:
        """Delete the row, or mark it as deleted."""

        def work(published: Published) -> HttpResponseBase:
            asked = read_row(plain(request), published, flags=_PURGE, viewed=False)
            purge = "purge" in asked.flags
            if purge:
                asked = asked.with_deleted()
            writer = self.writer(asked)
            row = writer.locked(key, matching=expectation(request))
            writer.delete(row, purge=purge)
            return HttpResponse(status=HTTPStatus.NO_CONTENT)

        return moving.write(name, work)

    def _change(self, request: Request, name: str, key: str, *, whole: bool) -> HttpResponseBase:
        def work(published: Published) -> HttpResponseBase:
            asked = read_row(plain(request), published)
            writer = self.writer(asked)
            row = writer.locked(key, matching=expectation(request))
            (writer.replace if whole else writer.change)(row, self.body())
            return _row_answer(request, asked, row)

        return moving.write(name, work)


class Restore(DataView):
    """POST: take the mark of deletion off a row."""

    http_method_names = ["post"]

    def post(self, request: Request, name: str, key: str) -> HttpResponseBase:
        """Answer the row, which is back among the others."""

        def work(published: Published) -> HttpResponseBase:
            asked = read_row(plain(request), published).with_deleted()
            writer = self.writer(asked)
            row = writer.locked(key, matching=expectation(request))
            writer.restore(row)
            return _row_answer(request, asked, row)

        return moving.write(name, work)


def _row_answer(
    request: Request, asked: Asked, row: Model, *, status: int = HTTPStatus.OK
) -> HttpResponseBase:
    """Answer one row, as the parameters want to see it, and with the tag of what it is."""
    rows = asked.reach.with_deleted().rows().filter(pk=row.pk)
    if request.method != "GET" and not _is_stored_as_set(asked):
        row = rows.get()
    whole = whole_of(asked.reach.shape, row)
    tag = row_tag(asked.reach.shape, whole)
    told = whole
    if asked.reach.published.to_dict is not None:
        told = find(asked.reach, rows, asked.view).rows[0]
    elif asked.view != View():
        told = shown_as(asked.reach, whole, asked.view)
    content = to_json(told)
    if told is not whole:
        tag = f"{tag}.{digest(content)}"
    return answer(request, content, status=status, tag=tag)


def _is_stored_as_set(asked: Asked) -> bool:
    """Tell whether a row reads back as it was written: not JSON, files, nor what others have a say in."""
    return asked.reach.published.definition is not None and not any(
        column.constant is None
        or column.type in {"JSONField", "FileField", "ImageField"}  # no file is the empty text
        or column.field.generated
        or column.field.has_db_default()
        for column in asked.reach.shape.columns.values()
    )
