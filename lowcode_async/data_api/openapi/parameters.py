"""What may stand behind the question mark, for each model."""

from __future__ import annotations

from collections.abc import Iterator

from lowcode_async import conf
from lowcode_async.data_api.columns import Column
from lowcode_async.data_api.lookups import LOOKUPS, ORDERED, SEARCHED
from lowcode_async.data_api.openapi import values
from lowcode_async.data_api.reach import Deleted
from lowcode_async.data_api.shapes import Shape
from lowcode_async.sentences import JSON

_PAGING = ("page", "page_size", "cursor", "search", "ordering", "fields", "expand", "deleted")


def of_row(shape: Shape, *, viewed: bool = True) -> list[JSON]:
    """Return the parameters of a request about rows that it names itself."""
    return [*_reach(shape), *(_view(shape) if viewed else ())]


def of_list(shape: Shape, *, paged: bool = True) -> list[JSON]:
    """Return the parameters of a request for rows that it describes."""
    names = [*shape.columns, *(f"-{name}" for name in shape.columns)]
    found = [*_reach(shape), *_view(shape)]
    found.append(_list("ordering", f"Some of {', '.join(names[: len(shape.columns)])}; - reverses"))
    if any(each.type in SEARCHED and not each.related for each in shape.columns.values()):
        found.append(query("search", {"type": "string"}, "Words that text fields must hold"))
    if paged:
        limit = conf.current().data_page_size_limit
        found += [
            query("page", {"type": "integer", "minimum": 1, "maximum": 10**9 - 1}, "Numbered page"),
            query("page_size", {"type": "integer", "minimum": 1, "maximum": limit}, "Rows a page"),
            query("cursor", {"type": "string"}, "A cursor; the empty text for the first page"),
        ]
    for column in shape.columns.values():
        if column.name not in _PAGING and column.name != "project":
            found += _filters(column)
    return found


def query(name: str, schema: JSON, description: str, *, required: bool = False) -> JSON:
    """Return one parameter of the query."""
    told = {"name": name, "in": "query", "schema": schema, "description": description}
    return {**told, "required": True} if required else told


def in_path(name: str, schema: JSON) -> JSON:
    """Return a part of the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _reach(shape: Shape) -> Iterator[JSON]:
    if shape.confined:
        project = values.compared(shape.columns["project"])
        yield query("project", project, "The project; or in the header X-Project", required=True)
    if shape.marks_deleted:
        yield query(
            "deleted",
            {"type": "string", "enum": [*Deleted]},
            "Whether rows that are marked as deleted count",
        )


def _view(shape: Shape) -> Iterator[JSON]:
    yield _list("fields", f"Some of {', '.join(shape.names)}")
    yield _list("expand", "Relations whose rows are to stand in place of their keys")


def _list(name: str, description: str) -> JSON:
    return query(name, {"type": "string"}, f"{description}; commas between them")


def _filters(column: Column) -> Iterator[JSON]:
    schema = values.compared(column)
    for lookup in LOOKUPS.get(column.type, ORDERED):
        if lookup == "exact":
            yield query(column.name, schema, "Equal")
        elif lookup == "isnull":
            yield query(f"{column.name}__isnull", {"type": "boolean"}, "Whether it has no value")
        elif lookup in ("in", "range", "has_key"):
            yield query(f"{column.name}__{lookup}", {"type": "string"}, "Commas between values")
        else:
            yield query(f"{column.name}__{lookup}", schema, f"Django's {lookup}")
