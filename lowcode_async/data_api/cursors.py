"""Pages by a cursor: they stay right while rows come and go."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from lowcode_async.data_api.asked import Asked
from lowcode_async.data_api.base import other_page
from lowcode_async.data_api.confirming import confirm, confirming_paths, with_confirmation
from lowcode_async.data_api.ordering import OrderKey, beyond
from lowcode_async.data_api.reading import find
from lowcode_async.data_api.wire import to_json
from lowcode_async.definitions.constants.base import ConstantInvalid
from lowcode_async.errors import Problem
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


def page_by_cursor(asked: Asked, rows: QuerySet[Model], request: HttpRequest) -> dict[str, JSON]:
    """Return the page beside the cursor that is asked for, with the addresses of those beside it.

    Raises:
        RequestInvalid: the cursor is none.
    """
    cursor = Cursor.from_text(asked.cursor, asked.order) if asked.cursor else None
    backwards = cursor is not None and cursor.backwards
    order = [key.backwards() for key in asked.order] if backwards else list(asked.order)
    if cursor is not None:
        rows = rows.filter(beyond(order, cursor.values, rows.db))
    paths = [*confirming_paths(rows.db), *(key.path for key in order)]
    ordered = with_confirmation(rows).order_by(*(key.spelled for key in order))
    found = find(asked.reach, ordered[: asked.place.size + 1], asked.view, paths=paths)
    confirm(asked.reach.published, found, rows.db)
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


def _cursor_address(
    asked: Asked, request: HttpRequest, ends: Sequence[Sequence[Any]], *, backwards: bool
) -> str | None:
    if not ends:
        return None
    cursor = Cursor(values=ends[0], backwards=backwards)
    return other_page(request, cursor=cursor.to_text(asked.order))
