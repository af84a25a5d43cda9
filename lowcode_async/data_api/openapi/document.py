"""The rows of all published models, put into the document of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from weakref import WeakKeyDictionary

from lowcode_async.data_api.openapi import answers, bodies
from lowcode_async.data_api.openapi.paths import paths
from lowcode_async.runtime import Generation, Published, get_all_published
from lowcode_async.runtime.generation import generation_now
from lowcode_async.sentences import JSON, Language


def with_rows(document: dict[str, JSON], language: Language, *, root: str) -> dict[str, JSON]:
    """Return a document with the rows of the models of the generation in force.

    Args:
        document: of the rest of the API; it stays as it is.
        language: of the words in it.
        root: where the API is, with a slash at the end.
    """
    published = get_all_published()
    made = _made.setdefault(generation_now(), {})
    key = (language, root, *(each.name for each in published))
    if key not in made:
        made[key] = _rows(published, language, root)
    found, components = made[key], document["components"]
    return {
        **document,
        "paths": {**document["paths"], **found["paths"]},
        "components": {**components, "schemas": {**components["schemas"], **found["schemas"]}},
    }


_made: Final[WeakKeyDictionary[Generation, dict[tuple[str, ...], JSON]]] = WeakKeyDictionary()
"""What has been made for each generation, as long as it lives."""


def _rows(published: Sequence[Published], language: Language, root: str) -> JSON:
    found: dict[str, JSON] = {"paths": {}, "schemas": answers.schemas(language)}
    for each in published:
        found["paths"] |= paths(each, root)
        found["schemas"] |= bodies.schemas(each)
    return found
