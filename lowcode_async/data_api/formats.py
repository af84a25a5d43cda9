"""The two forms of files that rows are exported to and imported from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lowcode_async.definitions.kinds import shown
from lowcode_async.errors import Problem
from lowcode_async.rest.errors import RequestInvalid

FORMATS: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
}
"""Content types by the name of the form."""


def format_of(name: str | None) -> str:
    """Return the form of this name; JSON Lines, which loses nothing, unless another is asked for.

    Raises:
        RequestInvalid: there is no such form.
    """
    if name is None:
        return "jsonl"
    if name in FORMATS:
        return name
    params = {"parameter": "format", "allowed": [*FORMATS], "value": shown(name)}
    raise RequestInvalid([Problem(pointer="", code="parameter_not_one_of", params=params)])


def format_of_content(content_type: str) -> str | None:
    """Return the form that a content type tells; None if it is that of none."""
    kind = content_type.partition(";")[0].strip().lower()
    own = {told.partition(";")[0]: name for name, told in FORMATS.items()}
    return (own | {"application/jsonl": "jsonl"}).get(kind)
