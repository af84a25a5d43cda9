"""What an upgrade has really lost, beside what was told before.

Rows go on coming while an upgrade waits for its stages and for the lock of its table. Only what is counted
under that lock is final.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lowcode_async.models import Upgrade
from lowcode_async.planning.findings import Finding
from lowcode_async.sentences import JSON
from lowcode_async.upgrades.plans import outgrown


def reckon(upgrade: Upgrade, lost: Sequence[Finding]) -> list[Finding]:
    """Return of what more was lost than the validate stage had told, and put its findings right.

    To be called before the new version is recorded, when all can be taken back: in the same transaction,
    or in that of the table, where it is in another database.

    Raises:
        StageFailed: ``plan_outdated``: more would be lost than the caller has agreed to.
    """
    if error := outgrown(upgrade, lost):
        raise error
    told = list(map(Finding.from_json, upgrade.findings))
    more = [each for each in lost if each.count > _told_of(told, each)]
    if more:
        renewed = {(each.kind, each.field) for each in more}
        kept = [each for each in told if (each.kind, each.field) not in renewed]
        findings = [each.to_json() for each in (*more, *kept)]
        Upgrade.objects.filter(pk=upgrade.pk).update(findings=findings)
    return more


def warning_of(finding: Finding, upgrade: Upgrade) -> Mapping[str, JSON]:
    """Return the warning that tells of a loss that has grown."""
    foreseen = _told_of(list(map(Finding.from_json, upgrade.findings)), finding)
    params: dict[str, JSON] = {
        "name": finding.field or upgrade.model_name,
        "count": finding.count,
        "foreseen": foreseen,
    }
    return {"code": "lost_more_than_told", "params": params}


def _told_of(told: Sequence[Finding], finding: Finding) -> int:
    """Return how many rows of the same kind and field were told."""
    same = (finding.kind, finding.field)
    return sum(each.count for each in told if (each.kind, each.field) == same)
