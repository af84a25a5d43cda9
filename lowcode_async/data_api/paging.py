"""Pages of a list: numbered, or by a cursor that stays right while rows come and go."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from lowcode_async.data_api import moving
from lowcode_async.data_api.asked import Asked, Place
from lowcode_async.data_api.counting import numbers, page_with_count, prepare, with_number
from lowcode_async.data_api.ordering import OrderKey, beyond
from lowcode_async.data_api.parameters import place_of, read_list
from lowcode_async.data_api.reading import Found, find
from lowcode_async.data_api.repeated import Form, form_of, keep, texts_of
from lowcode_async.data_api.shapes import shape_of
from lowcode_async.data_api.wire import to_json
from lowcode_async.definitions.constants.base import ConstantInvalid
from lowcode_async.errors import Problem
from lowcode_async.rest.errors import RequestInvalid
from lowcode_async.runtime import Published
from lowcode_async.runtime.narrowing import narrowed
from lowcode_async.sentences import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place between two rows."""

    values: Sequence[Any]
    """What the row beside it is ordered by."""
    backwards: bool
    """Whether the page lies before it."""

    def to_text(self, order: Sequence[OrderKey]) -> str:
        """Return it as it stands in an address."""
        content = to_json([_signature(order), self.backwards, list(self.values)])
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    @classmethod
    def from_text(cls, text: str, order: Sequence[OrderKey]) -> Cursor:
        """Read it back.

        Raises:
            RequestInvalid: it is none, or belongs to another order of rows.
        """
        try:
            content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            signature, backwards, values = orjson.loads(content)
            if signature == _signature(order) and isinstance(backwards, bool):
                read = [key.column.read(value) for key, value in zip(order, values, strict=True)]
                return cls(values=read, backwards=backwards)
        except (binascii.Error, ValueError, TypeError, ConstantInvalid, ValidationError):
            pass
        raise RequestInvalid([Problem(pointer="", code="cursor_invalid", params={})])


def _signature(order: Sequence[OrderKey]) -> str:
    return ",".join(key.spelled for key in order)


def page_of(request: HttpRequest, published: Published) -> dict[str, JSON]:
    """Return the page that a request asks for, with the addresses of those beside it.

    Raises:
        RequestInvalid: all that is wrong with its parameters.
    """
    form = form_of(request, published)
    again = None if form is None else _again(form, request, published)
    if again is not None:
        return again
    asked = read_list(request, published)
    rows = narrowed(asked.reach.rows(), asked.condition)
    if asked.cursor is not None:
        return _by_cursor(asked, rows, request)
    return _numbered(asked, rows, request, form)


def _again(form: Form, request: HttpRequest, published: Published) -> dict[str, JSON] | None:
    """Return the page if one like it has been read; None if there was none, or nothing tells how many rows there are."""
    shape = shape_of(published.model)
    repeated = shape.repeated.get(form)
    if repeated is None:
        return None
    texts = texts_of(request, shape)
    place, values = place_of(texts), repeated.values(texts)
    if place is None or values is None:
        return None
    found = repeated.prepared.page(values, place.limit)
    if not found.rows and place.page > 1:
        return None
    _confirm(published, found, repeated.prepared.using)
    return _told(found, found.beside(0)[-1] if found.rows else 0, place, request)


def _numbered(
    asked: Asked, rows: QuerySet[Model], request: HttpRequest, form: Form | None
) -> dict[str, JSON]:
    made = prepare(asked, rows)
    if made is None:
        found = page_with_count(asked, rows)
    else:
        prepared, values = made
        found = prepared.page(values, asked.place.limit)
        if form is not None:
            keep(form, asked, prepared, request, values)
    _confirm(asked.reach.published, found, rows.db)
    count = found.beside(0)[-1] if found.rows else rows.count() if asked.place.page > 1 else 0
    return _told(found, count, asked.place, request)


def _told(found: Found, count: int, place: Place, request: HttpRequest) -> dict[str, JSON]:
    start, _ = place.limit
    more = count > start + len(found.rows) > start
    return {
        "count": count,
        "next": _address(request, page=place.page + 1) if more else None,
        "previous": _address(request, page=place.page - 1) if place.page > 1 else None,
        "results": found.rows,
    }


def _by_cursor(asked: Asked, rows: QuerySet[Model], request: HttpRequest) -> dict[str, JSON]:
    cursor = Cursor.from_text(asked.cursor, asked.order) if asked.cursor else None
    backwards = cursor is not None and cursor.backwards
    order = [key.backwards() for key in asked.order] if backwards else list(asked.order)
    if cursor is not None:
        rows = rows.filter(beyond(order, cursor.values, rows.db))
    paths = [*numbers(rows.db), *(key.path for key in order)]
    ordered = with_number(rows).order_by(*(key.spelled for key in order))
    found = find(asked.reach, ordered[: asked.place.size + 1], asked.view, paths=paths)
    _confirm(asked.reach.published, found, rows.db)
    more = len(found.rows) > asked.place.size
    rows_ = found.rows[: asked.place.size]
    ends = [found.beside(index)[-len(order) :] for index in ((0, len(rows_) - 1) if rows_ else ())]
    if backwards:
        rows_.reverse()
        ends.reverse()
    before, behind = (more, True) if backwards else (cursor is not None, more)
    return {
        "next": _cursor_address(asked, request, ends[-1:], backwards=False) if behind else None,
        "previous": _cursor_address(asked, request, ends[:1], backwards=True) if before else None,
        "results": rows_,
    }


def _confirm(published: Published, found: Found, using: str) -> None:
    number = found.beside(0)[0] if found.rows and numbers(using) else None
    moving.confirm(published, number)


def _cursor_address(
    asked: Asked, request: HttpRequest, ends: Sequence[Sequence[Any]], *, backwards: bool
) -> str | None:
    if not ends:
        return None
    cursor = Cursor(values=ends[0], backwards=backwards)
    return _address(request, cursor=cursor.to_text(asked.order))


def _address(request: HttpRequest, **changed: Any) -> str:
    query = dict(request.GET.lists()) | {name: [value] for name, value in changed.items()}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query, doseq=True)}")
