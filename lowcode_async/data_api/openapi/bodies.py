"""Rows as JSON Schema: as they are answered, made and changed."""

from __future__ import annotations

from lowcode_async.data_api.columns import Column
from lowcode_async.data_api.openapi import values
from lowcode_async.data_api.reach import visible
from lowcode_async.data_api.shapes import Shape, shape_of
from lowcode_async.runtime import Published
from lowcode_async.sentences import JSON


def schemas(published: Published) -> dict[str, JSON]:
    """Return the schemas of one model, by their names."""
    shape = shape_of(published.model)
    name = published.name
    row = reference(f"{name}Row")
    page = {"type": ["string", "null"], "format": "uri"}
    return {
        f"{name}Row": _row(published, shape),
        f"{name}New": _new(shape),
        f"{name}Changes": _changes(shape),
        f"{name}Page": _object(
            {
                "count": {"type": "integer", "description": "Of all pages; not with cursors"},
                "next": page,
                "previous": page,
                "results": {"type": "array", "items": row},
            },
            required=["next", "previous", "results"],
        ),
        f"{name}Batch": _batch(shape, name),
        f"{name}BatchDone": _object(
            {
                "created": {"type": "array", "items": row},
                "updated": {"type": "array", "items": row},
                "deleted": {"type": "array"},
            },
        ),
    }


def reference(name: str) -> dict[str, JSON]:
    """Return what stands for a schema that is told elsewhere."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(
    properties: dict[str, JSON], *, required: list[str] | None = None, closed: bool = True
) -> dict[str, JSON]:
    schema: dict[str, JSON] = {"type": "object", "properties": properties}
    needed = list(properties) if required is None else required
    if needed:
        schema["required"] = needed
    if closed:
        schema["additionalProperties"] = False
    return schema


def _row(published: Published, shape: Shape) -> dict[str, JSON]:
    """Tell a row in an answer; `fields` may leave some out, and `expand` put rows in places of keys."""
    if published.to_dict is not None:
        return {"type": "object", "description": "As the model's to_dict says"}
    properties: dict[str, JSON] = {}
    for column in shape.columns.values():
        schema = values.answered(column)
        if column.related:
            schema = {"anyOf": [schema, _related(column.related)]}
        properties[column.name] = schema
    for link in shape.links.values():
        key = values.keys(link)["items"]
        other = _related(link.related)
        properties[link.name] = {"type": "array", "items": {"anyOf": [key, other]}}
    return _object(properties, required=[])


def _related(model: type) -> dict[str, JSON]:
    columns = {each.name: values.answered(each) for each in visible(model)}
    return _object(columns)


def _new(shape: Shape) -> dict[str, JSON]:
    columns = [each for each in shape.columns.values() if _settable(shape, each)]
    properties = {each.name: values.sent(each) for each in columns}
    required = [each.name for each in columns if not each.optional]
    return _object(properties | _links(shape), required=required)


def _changes(shape: Shape) -> dict[str, JSON]:
    columns = [each for each in shape.columns.values() if _settable(shape, each)]
    changeable = [each for each in columns if each is not shape.key]
    return _object(
        {each.name: values.sent(each) for each in changeable} | _links(shape), required=[]
    )


def _settable(shape: Shape, column: Column) -> bool:
    return column.name not in shape.reserved and not column.read_only


def _links(shape: Shape) -> dict[str, JSON]:
    return {each.name: values.keys(each) for each in shape.links.values() if each.writable}


def _batch(shape: Shape, name: str) -> dict[str, JSON]:
    key = values.answered(shape.key)
    changes = _changes(shape)
    changes["properties"] = {shape.key.name: key, **changes["properties"]}
    changes["required"] = [shape.key.name]
    return _object(
        {
            "delete": {"type": "array", "items": key},
            "update": {"type": "array", "items": changes},
            "create": {"type": "array", "items": reference(f"{name}New")},
        },
        required=[],
    )
