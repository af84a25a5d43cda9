"""Which page of a list is asked for by its number, and how many rows it has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lowcode_async import conf

LAST_PAGE: Final = 10**9 - 1
_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page among the numbered ones."""

    page: int = 1
    size: int = 1
    """Rows of a page."""

    @property
    def limit(self) -> tuple[int, int]:
        """The first of its rows, and the first of those after."""
        start = (self.page - 1) * self.size
        return start, start + self.size


def place_of(texts: Mapping[str, str]) -> Place | None:
    """Return the page that parameters ask for; None if they are wrong."""
    default, maximum = page_sizes()
    page = whole_number(texts.get("page", "1"), LAST_PAGE)
    size = whole_number(texts["page_size"], maximum) if "page_size" in texts else default
    return None if page is None or size is None else Place(page=page, size=size)


def page_sizes() -> tuple[int, int]:
    """Return how many rows a page has if nothing is said, and how many it may have."""
    limits = conf.current()
    return limits.data_page_size, limits.data_page_size_limit


def whole_number(text: str, maximum: int) -> int | None:
    """Return a whole number from 1 on; None if it is none."""
    return int(text) if _NUMBER.fullmatch(text) and 1 <= int(text) <= maximum else None
