"""Pages of a list: numbered, or by a cursor that stays right while rows come and go."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.core.exceptions import ValidationError
from django.db import router
from django.db.models import F, Func, IntegerField, Model, QuerySet, Subquery
from django.http import HttpRequest

from lowcode_async.data_api import moving
from lowcode_async.data_api.columns import to_json
from lowcode_async.data_api.ordering import OrderKey, beyond
from lowcode_async.data_api.parameters import Asked
from lowcode_async.data_api.reading import find
from lowcode_async.definitions.constants.base import ConstantInvalid
from lowcode_async.errors import Problem
from lowcode_async.models import Counter
from lowcode_async.rest.errors import RequestInvalid
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


_NUMBER: Final = "lowcode_number"
_COUNT: Final = "lowcode_count"


def page_of(asked: Asked, request: HttpRequest) -> dict[str, JSON]:
    """Return the page that is asked for, with the addresses of those beside it.

    The rows, how many there are, and the number of the generation come by one statement: each more
    would cost what it takes the database to answer, which is most of the time of a page.
    """
    rows = asked.reach.rows().filter(asked.condition)
    return (
        _by_cursor(asked, rows, request)
        if asked.cursor is not None
        else _numbered(asked, rows, request)
    )


def _numbered(asked: Asked, rows: QuerySet[Model], request: HttpRequest) -> dict[str, JSON]:
    start = (asked.page - 1) * asked.page_size
    ordered, paths = _numbers(rows.order_by(*(key.spelled for key in asked.order)))
    counted = ordered.annotate(**{_COUNT: _counted(rows)})[start : start + asked.page_size]
    page = find(asked.reach, counted, asked.view, paths=[*paths, _COUNT])
    found = page.rows
    _confirm(asked, page.ends, paths)
    count = page.ends[0][-1] if page.ends else rows.count() if start else 0
    return {
        "count": count,
        "next": _address(request, page=asked.page + 1)
        if count > start + len(found) > start
        else None,
        "previous": _address(request, page=asked.page - 1) if asked.page > 1 else None,
        "results": found,
    }


def _by_cursor(asked: Asked, rows: QuerySet[Model], request: HttpRequest) -> dict[str, JSON]:
    cursor = Cursor.from_text(asked.cursor, asked.order) if asked.cursor else None
    backwards = cursor is not None and cursor.backwards
    order = [key.backwards() for key in asked.order] if backwards else list(asked.order)
    if cursor is not None:
        rows = rows.filter(beyond(order, cursor.values, rows.db))
    ordered, paths = _numbers(rows.order_by(*(key.spelled for key in order)))
    own = [key.path for key in order]
    found = find(asked.reach, ordered[: asked.page_size + 1], asked.view, paths=[*paths, *own])
    _confirm(asked, found.ends, paths)
    more = len(found.rows) > asked.page_size
    rows_ = found.rows[: asked.page_size]
    ends = [each[len(paths) :] for each in found.ends[: asked.page_size]]
    if backwards:
        rows_, ends = rows_[::-1], ends[::-1]
    before, behind = (more, True) if backwards else (cursor is not None, more)
    return {
        "next": _cursor_address(asked, request, ends[-1:], backwards=False) if behind else None,
        "previous": _cursor_address(asked, request, ends[:1], backwards=True) if before else None,
        "results": rows_,
    }


def _numbers(rows: QuerySet[Model]) -> tuple[QuerySet[Model], Sequence[str]]:
    """Select the number of the generation along with each row, where one statement can."""
    if router.db_for_write(Counter) != rows.db:
        return rows, ()
    counter = Counter.objects.filter(name=Counter.Name.GENERATION)
    return rows.annotate(**{_NUMBER: Subquery(counter.values("value"))}), (_NUMBER,)


def _counted(rows: QuerySet[Model]) -> Subquery:
    """Return how many rows there are, as a column."""
    count = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(**{_COUNT: count}).values(_COUNT))


def _confirm(asked: Asked, ends: Sequence[Sequence[Any]], paths: Sequence[str]) -> None:
    number = ends[0][0] if ends and paths else None
    moving.confirm(asked.reach.published, number)


def _cursor_address(
    asked: Asked, request: HttpRequest, ends: Sequence[Sequence[Any]], *, backwards: bool
) -> str | None:
    if not ends:
        return None
    cursor = Cursor(values=ends[0], backwards=backwards)
    return _address(request, cursor=cursor.to_text(asked.order))


def _address(request: HttpRequest, **changed: Any) -> str:
    query = request.GET.copy()
    for name, value in changed.items():
        query[name] = str(value)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
