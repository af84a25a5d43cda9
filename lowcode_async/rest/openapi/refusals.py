"""How errors look in the OpenAPI document: each has a schema and an example of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils import translation
from drf_spectacular.utils import OpenApiResponse

from lowcode_async.errors import (
    BackupError,
    BrokerUnavailable,
    CancelTooLate,
    DefinitionInvalid,
    LowcodeError,
    ModelNotFound,
    PlanOutdated,
    Problem,
    RestorationNotFound,
    RestorationUnderWay,
    RetryRefused,
    RevertRefused,
    UpgradeConflict,
    UpgradeNotFound,
    VersionMovedOn,
)
from lowcode_async.rest import errors as refused
from lowcode_async.rest.answers import STATUS, body_of
from lowcode_async.sentences import JSON, Language

_UUID: Final = "0d0b3b1e-5f0c-4a9a-9c53-0a4b8a3f6d21"
_BACKUP: Final = "backup_20260131_080000.sqlite3"
_FLAG: Final = Problem(pointer="/force", code="flag_not_boolean", params={"key": "force"})
_TYPE: Final = Problem(
    pointer="/fields/0/type", code="field_type_missing", params={"field": "name"}
)
_FIELD: Final[dict[str, JSON]] = {"name": "name", "type": "TextField"}

SAMPLES: Final[Mapping[type[LowcodeError], LowcodeError]] = {
    type(each): each
    for each in (
        refused.RequestInvalid([_FLAG]),
        DefinitionInvalid([_TYPE]),
        refused.NotSignedIn(),
        refused.CredentialsRefused(),
        refused.SignInRefused(),
        refused.NotStaff(),
        refused.NotSuperuser(),
        refused.CsrfRefused(),
        UpgradeNotFound(task_id=_UUID),
        refused.BackupUnknown(name=_BACKUP),
        RestorationNotFound(restoration_id=_UUID),
        ModelNotFound(name="Produkt"),
        refused.PathUnknown(path="/lowcode/api/upgrade/"),
        refused.MethodRefused(method="PUT"),
        UpgradeConflict(model_name="Product", task_id=_UUID),
        RestorationUnderWay(restoration_id=_UUID, backup=_BACKUP),
        CancelTooLate(model_name="Product", stage="migrate", state="running"),
        RetryRefused(model_name="Product", state="running"),
        PlanOutdated(model_name="Product", fields=["name"], plan=None),
        VersionMovedOn(
            model_name="Product",
            expected=1,
            version=2,
            definition={"model_name": "Product", "fields": [_FIELD]},
        ),
        RevertRefused("revert_not_newest", model="Product", task_id=_UUID),
        refused.BackupUnfit(BackupError("backup_incomplete", tool="pg_dump")),
        refused.BodyTooLarge(limit=1_000_000),
        refused.WrongContentType(content_type="text/plain"),
        refused.TooManyAttempts(seconds=42),
        BrokerUnavailable(),
        refused.DatabaseUnavailable(),
    )
}
"""One error of each kind that has a status."""

_ALSO: Final[Mapping[type[LowcodeError], Mapping[str, JSON]]] = {
    UpgradeConflict: {"task_id": {"type": "string", "format": "uuid"}},
    RestorationUnderWay: {"restoration_id": {"type": "string", "format": "uuid"}},
    PlanOutdated: {"plan": {"$ref": "#/components/schemas/Plan"}},
    VersionMovedOn: {
        "version": {"type": "integer", "minimum": 0},
        "definition": {
            "oneOf": [{"$ref": "#/components/schemas/Definition"}, {"type": "null"}],
        },
    },
}
"""What stands beside ``code`` and ``errors``."""


def responses(kinds: Iterable[type[LowcodeError]]) -> dict[int, OpenApiResponse]:
    """Return the responses that tell these errors, by status."""
    by_status: dict[int, list[type[LowcodeError]]] = defaultdict(list)
    for kind in kinds:
        by_status[int(STATUS[kind])].append(kind)
    return {status: _response(found) for status, found in sorted(by_status.items())}


def schemas(language: Language) -> dict[str, JSON]:
    """Return the schema of every error, with an example in `language`, by the name of its class."""
    with translation.override(language):
        return {
            "Problem": _problem(),
            **{kind.__name__: schema_of(each) for kind, each in SAMPLES.items()},
        }


def _response(kinds: list[type[LowcodeError]]) -> OpenApiResponse:
    found = [{"$ref": f"#/components/schemas/{kind.__name__}"} for kind in kinds]
    schema: dict[str, Any] = found[0] if len(found) == 1 else {"oneOf": found}
    told = "\n".join(f"- `{SAMPLES[kind].code}`: {_summary(kind)}" for kind in kinds)
    return OpenApiResponse(response=schema, description=told)


def schema_of(sample: LowcodeError) -> dict[str, JSON]:
    """Return the schema of a kind of error, with this one as its example."""
    kind = type(sample)
    properties = {
        "code": {"type": "string", "const": sample.code},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Problem"}},
        **_ALSO.get(kind, {}),
    }
    schema: dict[str, JSON] = {
        "type": "object",
        "description": _summary(kind),
        "properties": properties,
        "required": list(properties),
    }
    if kind is not PlanOutdated:  # its plan has been told elsewhere
        schema["examples"] = [body_of(sample)]
    return schema


def _problem() -> dict[str, JSON]:
    properties = {
        "pointer": {"type": "string", "description": "Where: a JSON pointer into the body"},
        "code": {"type": "string", "description": "Stable, for programs"},
        "message": {"type": "string", "description": "For people, in the reader's language"},
        "params": {
            "type": "object",
            "additionalProperties": {},
            "description": "What the sentence mentions",
        },
    }
    return {
        "type": "object",
        "description": "One thing wrong with a request.",
        "properties": properties,
        "required": list(properties),
    }


def _summary(kind: type[LowcodeError]) -> str:
    return (kind.__doc__ or "").partition("\n")[0]
