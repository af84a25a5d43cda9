"""What one request for rows asks for, once its parameters have been understood."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import Q

from lowcode_async.data_api.columns import Column, Link
from lowcode_async.data_api.ordering import OrderKey
from lowcode_async.data_api.page_numbers import Place
from lowcode_async.data_api.reach import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How rows look in an answer."""

    names: tuple[str, ...] = ()
    """The chosen fields; all if empty."""
    expanded: tuple[Column | Link, ...] = ()
    """The relations whose rows stand in place of their keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """All that the parameters of one request say."""

    reach: Reach
    view: View
    condition: Q
    order: tuple[OrderKey, ...]
    place: Place
    cursor: str | None
    """The cursor; the empty text asks for the first page by cursors, None for numbered pages."""
    flags: frozenset[str]
    """The flags that are true."""

    def with_deleted(self) -> Asked:
        """Return the same for rows that may be marked as deleted."""
        return replace(self, reach=self.reach.with_deleted())
