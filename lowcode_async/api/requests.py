"""What a client may ask for: shape here, meaning in `definitions`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from rest_framework import serializers

from lowcode_async.definitions.parsing import KEYS
from lowcode_async.errors import Problem
from lowcode_async.rest.errors import RequestInvalid
from lowcode_async.sentences import JSON
from lowcode_async.upgrades import asking

_MOST_IDS: Final = 10_000


class Flag(serializers.Field[bool, bool, bool, Any]):
    """True or false, and nothing that looks like it."""

    default_error_messages = {"invalid": "Not true or false."}

    def to_internal_value(self, data: JSON) -> bool:
        """Return `data` if it is a boolean."""
        if not isinstance(data, bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: bool) -> bool:  # noqa: FBT001 - the framework's signature
        """Return `value`."""
        return value


class Version(serializers.Field[int, int, int, Any]):
    """The number of a version; 0 stands for no model."""

    default_error_messages = {"invalid": "Not a version."}

    def to_internal_value(self, data: JSON) -> int:
        """Return `data` if it is such a number."""
        if not isinstance(data, int) or isinstance(data, bool) or data < 0:
            self.fail("invalid")
        return data

    def to_representation(self, value: int) -> int:
        """Return `value`."""
        return value


class PlanId(serializers.Field[UUID, str, str, Any]):
    """A UUID as text."""

    default_error_messages = {"invalid": "Not a UUID."}

    def to_internal_value(self, data: JSON) -> UUID:
        """Return `data` as a UUID if it is the text of one."""
        try:
            return UUID(data)
        except (AttributeError, TypeError, ValueError):
            self.fail("invalid")

    def to_representation(self, value: UUID) -> str:
        """Return `value` as text."""
        return str(value)


class PlanOptions(serializers.Serializer[Mapping[str, Any]]):
    """What may stand beside the definition of an upgrade that is planned."""

    no_backup = Flag(default=False)
    no_restart = Flag(default=False)
    force = Flag(default=False)
    base_version = Version(default=None)


class UpgradeOptions(PlanOptions):
    """What may stand beside the definition of an upgrade that is started."""

    plan_id = PlanId(default=None)


class RevertPlanOptions(serializers.Serializer[Mapping[str, Any]]):
    """What may be said of a revert that is planned."""

    force = Flag(default=False)


class RevertOptions(RevertPlanOptions):
    """What may be said of a revert."""

    no_backup = Flag(default=False)
    no_restart = Flag(default=False)
    plan_id = PlanId(default=None)


class Text(serializers.Field[str, str, str, Any]):
    """A text that is not empty."""

    default_error_messages = {"invalid": "Not a text."}

    def to_internal_value(self, data: JSON) -> str:
        """Return `data` if it is such a text."""
        if not isinstance(data, str) or not data:
            self.fail("invalid")
        return data

    def to_representation(self, value: str) -> str:
        """Return `value`."""
        return value


class RestoreBackupOptions(serializers.Serializer[Mapping[str, Any]]):
    """How a backup is to be restored."""

    confirm = Text()
    safety_backup = Flag(default=True)


class Ids(serializers.Field[tuple[int, ...], list[int], list[int], Any]):
    """A list of whole numbers."""

    default_error_messages = {"invalid": "Not a list of ids."}

    def to_internal_value(self, data: JSON) -> tuple[int, ...]:
        """Return `data` if it is such a list."""
        if not isinstance(data, list) or not all(type(each) is int for each in data):
            self.fail("invalid")
        if len(data) > _MOST_IDS or not all(0 < each < 2**63 for each in data):
            self.fail("invalid")
        return tuple(data)

    def to_representation(self, value: tuple[int, ...]) -> list[int]:
        """Return `value` as a list."""
        return list(value)


class RestoreOptions(serializers.Serializer[Mapping[str, Any]]):
    """Which lost values are to be put back."""

    ids = Ids(default=None)
    model = Text(default=None)
    field = Text(default=None)
    upgrade = PlanId(default=None)
    overwrite = Flag(default=False)


_PROBLEMS: Final[Mapping[str, str]] = {
    "base_version": "base_version_not_a_number",
    "plan_id": "plan_id_not_uuid",
    "upgrade": "upgrade_not_uuid",
    "ids": "ids_expected",
    "confirm": "text_expected",
    "model": "text_expected",
    "field": "text_expected",
}
"""How a wrong option is called; all others are flags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeRequest:
    """The body of a POST that starts an upgrade; its definition is not looked at yet."""

    definition: Mapping[str, JSON]
    options: Mapping[str, Any]

    @classmethod
    def from_json(
        cls, body: JSON, *, options: type[PlanOptions] = UpgradeOptions
    ) -> UpgradeRequest:
        """Read the body, which may hold these options beside the definition.

        Raises:
            RequestInvalid: it has problems; those of the definition are named along with them.
        """
        if not isinstance(body, dict):
            raise RequestInvalid([Problem(pointer="", code="body_not_an_object")])
        given = options(data=body)
        definition = {key: body[key] for key in KEYS if key in body}
        well_formed = given.is_valid()
        problems = [*_unknown(body, {*KEYS, *given.fields}), *_not_options(given)]
        if problems or not well_formed:
            raise RequestInvalid([*problems, *asking.problems_of(definition)])
        return cls(definition=definition, options=given.validated_data)


def options_of(
    body: JSON, options: type[serializers.Serializer[Mapping[str, Any]]]
) -> Mapping[str, Any]:
    """Return the options in a body that holds nothing else.

    Raises:
        RequestInvalid: it has problems; all of them are named.
    """
    if not isinstance(body, dict):
        raise RequestInvalid([Problem(pointer="", code="body_not_an_object")])
    given = options(data=body)
    well_formed = given.is_valid()
    problems = [*_unknown(body, given.fields), *_not_options(given)]
    if problems or not well_formed:
        raise RequestInvalid(problems)
    found: Mapping[str, Any] = given.validated_data
    return found


def restore_of(body: JSON) -> dict[str, Any]:
    """Return which lost values are to be put back, and how.

    Raises:
        RequestInvalid: it has problems, or names no values at all.
    """
    given = dict(options_of(body, RestoreOptions))
    if all(each is None for name, each in given.items() if name != "overwrite"):
        raise RequestInvalid([Problem(pointer="", code="restore_of_nothing")])
    return given


def restore_backup_of(body: JSON, *, name: str) -> bool:
    """Return whether the present state is to be backed up before the backup `name` is restored.

    Raises:
        RequestInvalid: the body has problems, or does not confirm this backup.
    """
    given = options_of(body, RestoreBackupOptions)
    if given["confirm"] != name:
        params = {"key": "confirm"}
        problem = Problem(pointer="/confirm", code="confirmation_mismatch", params=params)
        raise RequestInvalid([problem])
    secures: bool = given["safety_backup"]
    return secures


def texts_of(body: JSON, *names: str) -> dict[str, str]:
    """Return the texts in a body that holds these keys, all of them, and no others.

    Raises:
        RequestInvalid: it does not; every problem is named.
    """
    if not isinstance(body, dict):
        raise RequestInvalid([Problem(pointer="", code="body_not_an_object")])
    problems = [
        *_unknown(body, names),
        *(
            Problem(pointer=f"/{name}", code="text_expected", params={"key": name})
            for name in names
            if not isinstance(body.get(name), str) or not body[name]
        ),
    ]
    if problems:
        raise RequestInvalid(problems)
    return {name: body[name] for name in names}


def _unknown(body: Mapping[str, JSON], known: Collection[str]) -> list[Problem]:
    """Name the keys that nobody reads: a misspelled `no_backup` must not pass."""
    return [
        Problem(pointer=f"/{_escaped(key)}", code="key_unknown", params={"key": key[:100]})
        for key in body
        if key not in known
    ]


def _not_options(options: serializers.Serializer[Mapping[str, Any]]) -> list[Problem]:
    return [
        Problem(
            pointer=f"/{name}", code=_PROBLEMS.get(name, "flag_not_boolean"), params={"key": name}
        )
        for name in options.errors
    ]


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
