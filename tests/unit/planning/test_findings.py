"""Findings: what they say, how they are stored, and what force is good for."""

from __future__ import annotations

import pytest

from lowcode_async.planning.findings import HARMLESS, Finding, FindingKind, Sample
from lowcode_async.sentences import SENTENCES

LOSS = Finding(
    kind=FindingKind.CLEARED,
    field="age",
    count=3,
    code="type_change_lossy",
    params={"field": "age", "old_type": "CharField", "new_type": "IntegerField"},
    samples=(Sample(key=1, before="x", after=None),),
)


def test_a_loss_is_told_in_the_words_of_the_contract() -> None:
    error = LOSS.error(force=False)
    assert error is not None
    assert error.sentence("zh") == "字段 'age' 类型从 CharField 改为 IntegerField 可能导致数据丢失"
    assert (
        error.sentence("en") == "Changing field 'age' from CharField to IntegerField may lose data"
    )


def test_a_finding_is_read_back_as_it_was_stored() -> None:
    assert Finding.from_json(LOSS.to_json()) == LOSS


def test_force_gets_past_what_has_a_rule() -> None:
    assert LOSS.error(force=True) is None


def test_what_has_no_rule_says_that_it_cannot_be_forced() -> None:
    stuck = Finding.from_json({**LOSS.to_json(), "forceable": False})
    error = stuck.error(force=True)
    assert error is not None
    assert "3" in error.sentence("zh")
    assert "cannot be forced" in error.sentence("en")


def test_what_does_no_harm_stops_nothing() -> None:
    told = Finding.from_json({**LOSS.to_json(), "kind": "reformatted"})
    assert told.error(force=False) is None


@pytest.mark.parametrize("kind", FindingKind)
def test_every_kind_can_be_counted_in_words(kind: FindingKind) -> None:
    assert "{count}" in SENTENCES[f"finding_{kind}"].zh


ALWAYS_FORCEABLE = {
    FindingKind.TRUNCATED,
    FindingKind.ROUNDED,
    FindingKind.REMOVED,
    FindingKind.RETARGETED,
}


@pytest.mark.parametrize("kind", sorted(set(FindingKind) - HARMLESS - ALWAYS_FORCEABLE))
def test_every_kind_that_may_be_stuck_says_so(kind: FindingKind) -> None:
    assert f"unforceable_{kind}" in SENTENCES
