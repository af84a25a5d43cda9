"""What a request for rows can be answered with, good or bad."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from django.utils import translation

from lowcode_async.data_api import errors as refused
from lowcode_async.data_api.openapi.bodies import reference
from lowcode_async.errors import LowcodeError
from lowcode_async.rest import errors as shared
from lowcode_async.rest.answers import status_of
from lowcode_async.rest.openapi.refusals import SAMPLES as SHARED
from lowcode_async.rest.openapi.refusals import schema_of
from lowcode_async.sentences import JSON, Language

SAMPLES: Final[Mapping[type[LowcodeError], LowcodeError]] = {
    type(each): each
    for each in (
        refused.AccessRefused(),
        refused.ModelUnknown(name="Prodct", near=["Product"]),
        refused.ModelRenamed(name="Item", now="Product"),
        refused.RowNotFound(model="Product", key="7"),
        refused.RowMarkedDeleted(model="Product", key="7"),
        refused.RowNotMarked(model="Product", key="7"),
        refused.RowProtected(model="Product", key="7", count=2, by=["Order"]),
        refused.WriteConflict(model="Product"),
        refused.RowChanged(model="Product", key="7", etag='"0"'),
        refused.StructureMoving(model="Product"),
    )
}
"""One error of each kind that only rows know."""

ALWAYS: Final = (
    shared.RequestInvalid,
    shared.NotSignedIn,
    shared.CredentialsRefused,
    shared.NotStaff,
    refused.AccessRefused,
    refused.ModelUnknown,
    refused.ModelRenamed,
    shared.DatabaseUnavailable,
    refused.StructureMoving,
)
"""What every request can be answered with."""
CHANGES: Final = (shared.CsrfRefused, refused.WriteConflict)
BODY: Final = (shared.BodyTooLarge, shared.WrongContentType)
ROW: Final = (refused.RowNotFound, refused.RowMarkedDeleted)


def schemas(language: Language) -> dict[str, JSON]:
    """Return the schemas of the errors that only rows know."""
    with translation.override(language):
        return {kind.__name__: schema_of(sample) for kind, sample in SAMPLES.items()}


def responses(good: Mapping[str, JSON], kinds: Iterable[type[LowcodeError]]) -> dict[str, JSON]:
    """Return the answers of an operation, by status."""
    by_status: dict[str, list[type[LowcodeError]]] = defaultdict(list)
    for kind in dict.fromkeys(kinds):
        sample = SAMPLES.get(kind) or SHARED[kind]
        by_status[f"{status_of(sample):d}"].append(kind)
    return {**good, **{status: _refusal(found) for status, found in sorted(by_status.items())}}


def told(schema: JSON, description: str, *, content_type: str = "application/json") -> JSON:
    """Return a good answer."""
    return {"description": description, "content": {content_type: {"schema": schema}}}


def _refusal(kinds: list[type[LowcodeError]]) -> JSON:
    found = [reference(kind.__name__) for kind in kinds]
    codes = ", ".join(f"`{(SAMPLES.get(kind) or SHARED[kind]).code}`" for kind in kinds)
    return told(found[0] if len(found) == 1 else {"oneOf": found}, codes)
