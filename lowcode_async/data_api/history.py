"""What became of a field that a client still knows: renamed or removed, and in which version."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from lowcode_async.data_api.shapes import shape_of
from lowcode_async.definitions.kinds import shown
from lowcode_async.errors import Problem
from lowcode_async.models import SchemaVersion
from lowcode_async.runtime import Published


def field_unknown(published: Published, name: str, *, pointer: str) -> Problem:
    """Return the problem of a name that no field has: what changed, or what resembles it."""
    told = {"field": shown(name)}
    if published.definition is not None and (former := _former(published.name, name)):
        return Problem(pointer=pointer, code=former[0], params={**told, **former[1]})
    names = shape_of(published.model).names
    if similar := difflib.get_close_matches(name, names, n=1):
        params = {**told, "suggestion": similar[0]}
        return Problem(pointer=pointer, code="field_unknown_similar", params=params)
    return Problem(pointer=pointer, code="field_unknown", params=told)


def _former(model: str, name: str) -> tuple[str, dict[str, Any]] | None:
    """Return code and parameters of what happened to a field that once was; None if it never was."""
    versions = list(
        SchemaVersion.objects.filter(model__name=model)
        .order_by("number")
        .values_list("number", "definition")
    )
    last = max((i for i, (_, each) in enumerate(versions) if _has(each, name)), default=None)
    if last is None or last + 1 >= len(versions):
        return None
    number, after = versions[last + 1]
    now = _renamed(after, name)
    if now is None:
        return "field_removed", {"version": number}
    return _followed(versions[last + 2 :], now, number)


def _followed(
    later: Sequence[tuple[int, Any]], now: str, number: int
) -> tuple[str, dict[str, Any]]:
    """Follow a renamed field through the versions after that."""
    for each, definition in later:
        if _has(definition, now):
            continue
        renamed = _renamed(definition, now)
        if renamed is None:
            return "field_removed", {"version": each}
        now, number = renamed, each
    return "field_renamed", {"now": now, "version": number}


def _has(definition: Any, name: str) -> bool:
    return any(each["name"] == name for each in definition["fields"])


def _renamed(definition: Any, name: str) -> str | None:
    """Return what a version calls the field that its former one called `name`."""
    found = (each["name"] for each in definition["fields"] if each.get("renamed_from") == name)
    return next(found, None)
