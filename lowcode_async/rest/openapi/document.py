"""The document as a whole: paths from the views, schemas from the tables."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any, Final

from django.urls import include, path, reverse
from django.utils import translation
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

import lowcode_async
from lowcode_async.rest.openapi import fields, refusals
from lowcode_async.rest.openapi.operations import KEY_SCHEMES, SECURITY_SCHEMES
from lowcode_async.sentences import JSON, Language

_DESCRIPTION: Final = """\
Change the structure of live models, remotely and safely, while everybody watches.

For staff, by `Authorization: Token …` or by a session; a session sends its CSRF token in `X-CSRFToken` with
everything but GET. Chinese is the default language, `Accept-Language: en` gets English; codes and keys are the same in
every language. Progress comes live over WebSocket, at `/ws/lowcode/upgrades/{task_id}/`."""

_SETTINGS: Final[dict[str, Any]] = {
    "TITLE": "Low-code models",
    "DESCRIPTION": _DESCRIPTION,
    "VERSION": lowcode_async.__version__,
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [],
    "PREPROCESSING_HOOKS": [],
    "SORT_OPERATIONS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "COMPONENT_SPLIT_REQUEST": False,
    "SCHEMA_PATH_PREFIX": "",
    "DISABLE_ERRORS_AND_WARNINGS": True,
}
"""Of drf-spectacular; a site's own, for its own API, do not reach this document."""

_lock = threading.Lock()
"""Settings of drf-spectacular are the process's, so one document is made at a time."""


class DocumentInvalid(Exception):
    """A view tells something that the document cannot hold: a fault of ours."""


def document(language: Language) -> dict[str, JSON]:
    """Return the OpenAPI document, with the words of field types in `language`; not to be changed.

    Raises:
        DocumentInvalid: drf-spectacular had something to say about a view.
    """
    return _of_views(language, reverse("lowcode_api:schema").removesuffix("schema/"))


@lru_cache(maxsize=8)
def _of_views(language: Language, prefix: str) -> dict[str, JSON]:
    patterns = [path(prefix.lstrip("/"), include("lowcode_async.api.urls"))]
    with _lock, patched_settings(_SETTINGS), translation.override(language):
        generator = SchemaGenerator(patterns=patterns)  # type: ignore[no-untyped-call]
        made = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
        said = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]  # noqa: SLF001
    if said:
        raise DocumentInvalid("\n".join(said))
    schemas = made["components"]["schemas"]
    tables = fields.schemas(language)
    for name in {"PlanBody", "UpgradeBody"} & set(schemas):
        schemas[name]["properties"] = {
            **tables["AskedDefinition"]["properties"],
            **schemas[name]["properties"],
        }
    for name in schemas:
        if name.endswith("Body"):
            schemas[name]["additionalProperties"] = False  # as `api.requests` has it
    return {
        **_plain(made),
        "components": {
            "securitySchemes": {**SECURITY_SCHEMES, **KEY_SCHEMES},
            "schemas": _plain(schemas) | tables | refusals.schemas(language),
        },
    }


def _plain(value: JSON) -> JSON:
    """Return the document without the marks that drf-spectacular leaves for its own hooks."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key != "x-spec-enum-id"}
    return [_plain(each) for each in value] if isinstance(value, list) else value
