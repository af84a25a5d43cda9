"""The operations on the rows of one model."""

from __future__ import annotations

from typing import Final

from lowcode_async.data_api import errors as refused
from lowcode_async.data_api.formats import FORMATS
from lowcode_async.data_api.openapi import parameters, values
from lowcode_async.data_api.openapi.answers import (
    ALWAYS,
    BODY,
    CHANGES,
    ROW,
    responses,
    told,
)
from lowcode_async.data_api.openapi.bodies import reference
from lowcode_async.data_api.shapes import Shape, shape_of
from lowcode_async.rest.openapi.operations import SECURITY_SCHEMES
from lowcode_async.runtime import Published
from lowcode_async.sentences import JSON

_MATCH: Final[JSON] = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "The row's ETag: nothing is changed if the row has another one",
}
_GONE: Final[JSON] = {"description": "Deleted, or marked as deleted"}
_UNCHANGED: Final[JSON] = {"description": "Not changed since the ETag in If-None-Match"}
_FORMAT: Final = parameters.query("format", {"type": "string", "enum": [*FORMATS]}, "The form")
_DRY_RUN: Final = parameters.query("dry_run", {"type": "boolean"}, "Only tell what is wrong")
_SKIP: Final = parameters.query("skip", {"type": "string"}, "Columns to leave out")
_PURGE: Final = parameters.query("purge", {"type": "boolean"}, "Delete for good")
_IMPORTED: Final[JSON] = {
    "type": "object",
    "properties": {
        "dry_run": {"type": "boolean"},
        **{name: {"type": "integer"} for name in ("rows", "created", "bad")},
        "errors": {"type": "array", "items": reference("Problem")},
    },
    "required": ["dry_run", "rows", "created", "bad", "errors"],
    "additionalProperties": False,
}


def paths(published: Published, root: str) -> dict[str, JSON]:
    """Return the operations on a model's rows, by path."""
    making = _Making(published)
    name = f"{root}data/{published.name}"
    key = parameters.in_path("key", values.compared(making.shape.key))
    found: dict[str, JSON] = {
        f"{name}/": {"get": making.page(), "post": making.create()},
        f"{name}/batch/": {"post": making.batch()},
        f"{name}/export/": {"get": making.export()},
        f"{name}/import/": {"post": making.imports()},
        f"{name}/{{key}}/": {
            "parameters": [key],
            "get": making.read(),
            "put": making.change("replace", "New"),
            "patch": making.change("change", "Changes"),
            "delete": making.delete(),
        },
    }
    if making.shape.marks_deleted:
        restore = {"parameters": [key], "post": making.restore()}
        found[f"{name}/{{key}}/restore/"] = restore
    return found


class _Making:
    """Makes the operations of one model."""

    def __init__(self, published: Published) -> None:
        self.shape: Shape = shape_of(published.model)
        self._name = published.name
        self._row = reference(f"{published.name}Row")

    def page(self) -> JSON:
        good = {"200": told(reference(f"{self._name}Page"), "A page"), "304": _UNCHANGED}
        return self._operation(
            "list", parameters.of_list(self.shape), responses(good, ALWAYS), "A page of rows"
        )

    def create(self) -> JSON:
        answers = responses({"201": told(self._row, "The row")}, (*ALWAYS, *CHANGES, *BODY))
        return self._operation(
            "create", parameters.of_row(self.shape), answers, "Make a row", body="New"
        )

    def batch(self) -> JSON:
        done = told(reference(f"{self._name}BatchDone"), "What was done")
        answers = responses({"200": done}, (*ALWAYS, *CHANGES, *BODY, refused.RowProtected))
        asked = parameters.of_row(self.shape)
        return self._operation("batch", asked, answers, "Change many rows", body="Batch")

    def export(self) -> JSON:
        content = {
            kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in FORMATS.values()
        }
        good = {"200": {"description": "The file", "content": content}}
        asked = [*parameters.of_list(self.shape, paged=False), _FORMAT]
        return self._operation("export", asked, responses(good, ALWAYS), "All rows as a file")

    def imports(self) -> JSON:
        content = {
            kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in FORMATS.values()
        }
        answers = responses({"200": told(_IMPORTED, "What came in")}, (*ALWAYS, *CHANGES, *BODY))
        asked = [*parameters.of_row(self.shape, viewed=False), _DRY_RUN, _SKIP]
        made = self._operation("import", asked, answers, "Insert the rows of a file")
        return {**made, "requestBody": {"required": True, "content": content}}

    def read(self) -> JSON:
        good = {"200": told(self._row, "The row"), "304": _UNCHANGED}
        answers = responses(good, (*ALWAYS, *ROW))
        return self._operation("read", parameters.of_row(self.shape), answers, "One row")

    def change(self, verb: str, body: str) -> JSON:
        kinds = (*ALWAYS, *ROW, *CHANGES, *BODY, refused.RowChanged)
        answers = responses({"200": told(self._row, "The row")}, kinds)
        asked = [*parameters.of_row(self.shape), _MATCH]
        return self._operation(verb, asked, answers, f"{verb.capitalize()} a row", body=body)

    def delete(self) -> JSON:
        kinds = (*ALWAYS, *ROW, *CHANGES, refused.RowChanged, refused.RowProtected)
        asked = [*parameters.of_row(self.shape, viewed=False), _PURGE, _MATCH]
        return self._operation("delete", asked, responses({"204": _GONE}, kinds), "Delete a row")

    def restore(self) -> JSON:
        kinds = (*ALWAYS, *ROW, *CHANGES, refused.RowChanged, refused.RowNotMarked)
        answers = responses({"200": told(self._row, "The row")}, kinds)
        asked = [*parameters.of_row(self.shape), _MATCH]
        return self._operation("restore", asked, answers, "Take the mark of deletion off a row")

    def _operation(
        self, verb: str, asked: list[JSON], answers: JSON, summary: str, *, body: str = ""
    ) -> JSON:
        made = {
            "operationId": f"{verb}{self._name}",
            "tags": [self._name],
            "summary": summary,
            "parameters": asked,
            "security": [{name: []} for name in SECURITY_SCHEMES],
            "responses": answers,
        }
        if body:
            schema = {"schema": reference(f"{self._name}{body}")}
            made["requestBody"] = {"required": True, "content": {"application/json": schema}}
        return made
