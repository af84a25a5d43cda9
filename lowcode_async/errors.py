"""Everything that can go wrong and be told to a caller.

The tree::

    LowcodeError
    ├── DefinitionInvalid     the posted definition has problems (400)
    ├── UpgradeConflict       another upgrade of this model is under way (409)
    ├── UpgradeNotFound       no upgrade with this id (404)
    ├── CancelTooLate         the upgrade changes the table already, or has ended (409)
    ├── RetryRefused          only what came to nothing can be asked for again (409)
    ├── PlanOutdated          what was planned is no longer what would happen (409)
    ├── VersionMovedOn        the model is at another version than the caller takes it for (409)
    ├── RevertRefused         an upgrade cannot be taken back (409)
    ├── RestorationUnderWay   a backup is being restored, which would undo whatever begins now (409)
    ├── RestorationNotFound   no restoration with this id (404)
    ├── BrokerUnavailable     the message broker is out of reach (503)
    ├── ModelNotFound         no live model of this name
    ├── BackupError           a backup could not be made, checked or restored
    ├── EjectionRefused       live models cannot be written as an app there
    └── StageFailed           a stage ended its upgrade: findings, drift, database errors
        └── Retryable         the stage may succeed when tried again (a lock, a lost connection)

An error carries a stable ``code`` and JSON parameters, never prose: it is put into words by
`lowcode_async.sentences` when somebody reads it, in the reader's language.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from lowcode_async.sentences import JSON, Language, sentence

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a request."""

    pointer: str
    """Where, as a JSON pointer (RFC 6901) into the request's body; ``""`` is the whole of it."""
    code: str
    """Stable name of the problem; a key of `lowcode_async.sentences.SENTENCES`."""
    params: Mapping[str, JSON] = field(default_factory=dict)
    """What the sentence mentions."""

    def sentence(self, language: Language | None = None) -> str:
        """Tell the problem to people, in `language` (``"zh"``, ``"en"``) or in the active one."""
        return sentence(self.code, self.params, language)


class LowcodeError(Exception):
    """Root of all errors of this package.

    Its `code` is stable, for programs; `params` is what its sentence mentions; `str()` is for logs.
    """

    def __init__(self, code: str, /, **params: JSON) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, JSON] = params

    def sentence(self, language: Language | None = None) -> str:
        """Tell the error to people, in `language` (``"zh"``, ``"en"``) or in the active one."""
        return sentence(self.code, self.params, language)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"


class DefinitionInvalid(LowcodeError):
    """A definition has problems; `problems` names every one of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("definition_invalid", count=len(problems))
        self.problems = tuple(problems)


class UpgradeConflict(LowcodeError):
    """An upgrade is under way that must end first; `task_id` says which."""

    def __init__(self, *, model_name: str, task_id: str) -> None:
        super().__init__("upgrade_running", model=model_name, task_id=task_id)
        self.task_id = task_id


class UpgradeNotFound(LowcodeError):
    """There is no upgrade with this id."""

    def __init__(self, *, task_id: str) -> None:
        super().__init__("upgrade_not_found", task_id=task_id)


class CancelTooLate(LowcodeError):
    """The upgrade has begun to change the table, or has ended."""

    def __init__(self, *, model_name: str, stage: str, state: str) -> None:
        super().__init__("cancel_too_late", model=model_name, stage=stage, state=state)


class RetryRefused(LowcodeError):
    """Only an upgrade that has failed or was cancelled can be asked for again."""

    def __init__(self, *, model_name: str, state: str) -> None:
        super().__init__("retry_refused", model=model_name, state=state)


class PlanOutdated(LowcodeError):
    """A plan was agreed to, and the definition or the data have changed since it was made.

    `plan` is a new one, a row of `lowcode_async.models.PlannedUpgrade`. Nothing was started.
    """

    def __init__(self, *, model_name: str, fields: Sequence[str], plan: Any) -> None:
        super().__init__("plan_outdated", model=model_name, fields=list(fields))
        self.plan = plan


class VersionMovedOn(LowcodeError):
    """The model is not at the version that the caller takes it to be at.

    `version` is the one in force, 0 if there is no such model; `definition` is its definition in the
    form in which it is posted, None if there is no such model.
    """

    def __init__(
        self, *, model_name: str, expected: int, version: int, definition: JSON | None
    ) -> None:
        super().__init__("version_moved_on", model=model_name, expected=expected, found=version)
        self.version = version
        self.definition = definition


class RevertRefused(LowcodeError):
    """An upgrade cannot be taken back; the one of `problems` says why."""

    def __init__(self, reason: str, /, **params: JSON) -> None:
        super().__init__("revert_refused")
        self.problems: tuple[Problem, ...] = (Problem(pointer="", code=reason, params=params),)


class RestorationUnderWay(LowcodeError):
    """A backup is being restored, which would undo whatever begins now."""

    def __init__(self, *, restoration_id: str, backup: str) -> None:
        super().__init__("restoration_under_way", backup=backup, restoration_id=restoration_id)
        self.restoration_id = restoration_id


class RestorationNotFound(LowcodeError):
    """There is no restoration with this id."""

    def __init__(self, *, restoration_id: str) -> None:
        super().__init__("restoration_not_found", restoration_id=restoration_id)


class BrokerUnavailable(LowcodeError):
    """The message broker could not be reached, and nothing was started."""

    def __init__(self) -> None:
        super().__init__("broker_unavailable")


class ModelNotFound(LowcodeError, LookupError):
    """No live model has this name; `near` are names that look like it.

    `renamed_to` is the name of the model that was called so before; None if there is none.
    """

    def __init__(
        self, *, name: str, near: Sequence[str] = (), renamed_to: str | None = None
    ) -> None:
        self.renamed_to = renamed_to
        if renamed_to is not None:
            super().__init__("model_renamed", model=name, now=renamed_to)
        elif near:
            super().__init__("model_not_found_near", model=name, near=list(near))
        else:
            super().__init__("model_not_found", model=name)
        self.near = tuple(near)

    @classmethod
    def among(
        cls, names: Iterable[str], *, name: str, renamed: Mapping[str, str] = NOTHING
    ) -> Self:
        """Return the error with what is near: what differs by case, or else up to three alike.

        Args:
            names: what there is.
            name: what was asked for.
            renamed: what models are called now, by their former names in lower case.
        """
        if name.lower() in renamed:
            return cls(name=name, renamed_to=renamed[name.lower()])
        by_lower = {each.lower(): each for each in names}
        wanted = name.lower()
        alike = [wanted] if wanted in by_lower else difflib.get_close_matches(wanted, by_lower)
        return cls(name=name, near=[by_lower[each] for each in alike])


class BackupError(LowcodeError):
    """A backup could not be made, checked or restored."""


class EjectionRefused(LowcodeError):
    """Live models cannot be written as an app of this name, or in this place."""


class StageFailed(LowcodeError):
    """A stage ends its upgrade."""


class Retryable(StageFailed):
    """A stage could not do its work now; trying again may help."""
