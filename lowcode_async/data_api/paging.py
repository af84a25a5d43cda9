"""Pages of a list, by number or by a cursor, as it was asked for before or for the first time."""

from __future__ import annotations

from django.db import router
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from lowcode_async.data_api.asked import Asked
from lowcode_async.data_api.base import other_page
from lowcode_async.data_api.confirming import confirm, fitting
from lowcode_async.data_api.counting import page_with_count, prepare
from lowcode_async.data_api.cursors import page_by_cursor
from lowcode_async.data_api.page_numbers import Place, place_of
from lowcode_async.data_api.parameters import read_list
from lowcode_async.data_api.reading import Found
from lowcode_async.data_api.repeated import Form, form_of, keep, texts_of
from lowcode_async.data_api.shapes import shape_of
from lowcode_async.rest.tokens import SignIn
from lowcode_async.runtime import Published
from lowcode_async.runtime.narrowing import narrowed
from lowcode_async.sentences import JSON


def page_of(request: HttpRequest, published: Published, sign_in: SignIn | None) -> dict[str, JSON]:
    """Return the page that a request asks for, with the addresses of those beside it.

    Args:
        request: the request.
        published: the model.
        sign_in: what has to be confirmed, and is if a statement can do that along with the rows.

    Raises:
        RequestInvalid: all that is wrong with its parameters.
    """
    # Asked once: routers that choose among replicas say another one each time.
    using = router.db_for_read(published.model)
    sign_in = fitting(using, sign_in)
    form = form_of(request, published, using=using, signed=sign_in is not None)
    again = None if form is None else _again(form, request, published, sign_in)
    if again is not None:
        return again
    asked = read_list(request, published)
    rows = narrowed(asked.reach.rows().using(using), asked.condition)
    if asked.cursor is not None:
        return page_by_cursor(asked, rows, request)
    return _numbered(asked, rows, request, form, sign_in)


def _again(
    form: Form, request: HttpRequest, published: Published, sign_in: SignIn | None
) -> dict[str, JSON] | None:
    """Return the page if one like it has been read; None if there was none, or nothing tells how many rows there are."""
    shape = shape_of(published.model)
    repeated = shape.repeated.get(form)
    if repeated is None:
        return None
    texts = texts_of(request, shape)
    place, values = place_of(texts), repeated.values(texts)
    if place is None or values is None:
        return None
    found = repeated.prepared.page(values, place.limit, sign_in)
    if not found.rows and place.page > 1:
        return None
    confirm(published, found, repeated.prepared.using, sign_in)
    return _told(found, found.beside(0)[-1] if found.rows else 0, place, request)


def _numbered(
    asked: Asked,
    rows: QuerySet[Model],
    request: HttpRequest,
    form: Form | None,
    sign_in: SignIn | None,
) -> dict[str, JSON]:
    made = prepare(asked, rows, sign_in)
    if made is None:
        sign_in = None  # what Django compiles each time does not tell of it
        found = page_with_count(asked, rows)
    else:
        prepared, values = made
        found = prepared.page(values, asked.place.limit, sign_in)
        if form is not None:
            keep(form, asked, prepared, request, values)
    confirm(asked.reach.published, found, rows.db, sign_in)
    count = found.beside(0)[-1] if found.rows else rows.count() if asked.place.page > 1 else 0
    return _told(found, count, asked.place, request)


def _told(found: Found, count: int, place: Place, request: HttpRequest) -> dict[str, JSON]:
    start, _ = place.limit
    more = count > start + len(found.rows) > start
    return {
        "count": count,
        "next": other_page(request, page=place.page + 1) if more else None,
        "previous": other_page(request, page=place.page - 1) if place.page > 1 else None,
        "results": found.rows,
    }
