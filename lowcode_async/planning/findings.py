"""What a plan would do to data."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from lowcode_async.errors import StageFailed
from lowcode_async.sentences import JSON, Language, sentence

MAX_SAMPLES = 5


class FindingKind(StrEnum):
    """What would happen to the rows of a finding."""

    CLEARED = "cleared"
    """A value has no form in the new type."""
    TRUNCATED = "truncated"
    """A value would lose a part: the end of a text, the time of a moment."""
    ROUNDED = "rounded"
    """A number would lose digits."""
    OUT_OF_RANGE = "out_of_range"
    """A value is larger, smaller or longer than the new type holds, and no part of it would do."""
    REFORMATTED = "reformatted"
    """The same value, written in another way. Nothing is lost."""
    RESTORED = "restored"
    """A value that an upgrade had changed is put back, now that this upgrade is reverted."""
    RETARGETED = "retargeted"
    """The same key would point at a row of another model."""
    REMOVED = "removed"
    """A field goes, and its values with it."""
    NULL = "null"
    """A row has no value where one is needed."""
    DUPLICATE = "duplicate"
    """Several rows have, or would have, the same value where it must be unique."""
    CHECK = "check"
    """A row does not meet a condition that each row must meet."""
    FILLED = "filled"
    """A row without a value gets the one-off default. Nothing is lost."""
    ORPHAN = "orphan"
    """A key points at no row."""


HARMLESS = frozenset({FindingKind.REFORMATTED, FindingKind.RESTORED, FindingKind.FILLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One row of a finding, as people are shown it."""

    key: JSON
    """Primary key."""
    before: JSON
    after: JSON
    """What the value would become; None where it would become nothing."""

    def to_json(self) -> dict[str, JSON]:
        """Return the stored form."""
        return {"key": self.key, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a plan would do to data."""

    kind: FindingKind
    field: str
    """The field's new name; the old one for a field that goes, the name of a constraint that is not met,
    nothing where the whole model goes."""
    count: int
    """Rows, exactly."""
    code: str
    """What it is called to people: a key of `lowcode_async.sentences.SENTENCES`."""
    params: Mapping[str, JSON] = dataclasses.field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    """Up to `MAX_SAMPLES`."""
    forceable: bool = True
    """Whether ``force`` gets past it: there is a rule for what these rows become."""
    policy: str | None = None
    """The policy of the field, ``on_invalid``, that says what these rows become; it needs no force."""

    @property
    def lossy(self) -> bool:
        """Whether something would be lost, or could not be stored at all."""
        return self.kind not in HARMLESS

    def stops(self, *, force: bool) -> bool:
        """Tell whether the upgrade ends here."""
        agreed = force or self.policy is not None
        return self.lossy and not (agreed and self.forceable)

    def error(self, *, force: bool) -> StageFailed | None:
        """Return what ends the upgrade, or None. Forced in vain, it says why force is of no use."""
        if not self.stops(force=force):
            return None
        if force or self.policy is not None:
            return StageFailed(f"unforceable_{self.kind}", field=self.field, count=self.count)
        return StageFailed(self.code, **self.params)

    def sentences(self, language: Language | None = None) -> tuple[str, str]:
        """Return what it is, and how many rows it concerns."""
        return (
            sentence(self.code, self.params, language),
            sentence(self._detail, {"field": self.field, "count": self.count}, language),
        )

    @property
    def _detail(self) -> str:
        if not self.field:
            return "finding_rows"
        covered = self.policy is not None and self.forceable
        return f"finding_to_{self.policy}" if covered else f"finding_{self.kind}"

    def to_json(self) -> dict[str, JSON]:
        """Return the stored form."""
        return {
            "kind": self.kind.value,
            "field": self.field,
            "count": self.count,
            "code": self.code,
            "params": dict(self.params),
            "samples": [each.to_json() for each in self.samples],
            "lossy": self.lossy,
            "forceable": self.forceable,
            "policy": self.policy,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read the stored form back."""
        return cls(
            kind=FindingKind(data["kind"]),
            field=data["field"],
            count=data["count"],
            code=data["code"],
            params=data["params"],
            samples=tuple(Sample(**each) for each in data["samples"]),
            forceable=data["forceable"],
            policy=data.get("policy"),
        )


def blocked(
    kind: FindingKind,
    field: str,
    count: int,
    code: str,
    samples: tuple[Sample, ...] = (),
    **params: JSON,
) -> Finding:
    """Return a finding that the database itself would refuse to store, forced or not."""
    return Finding(
        kind=kind,
        field=field,
        count=count,
        code=code,
        params={"field": field, "count": count, **params},
        samples=samples,
        forceable=False,
    )
