"""The values that upgrades have changed or removed: which there are, and how long they are kept."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from lowcode_async import conf
from lowcode_async.clock import database_now
from lowcode_async.models import LostValue, Upgrade
from lowcode_async.sentences import JSON
from lowcode_async.upgrades.events import iso
from lowcode_async.upgrades.leases import ACTIVE

log = logging.getLogger(__name__)

PAGE: Final = 1000
"""Rows read, or deleted, at once."""
_KEPT_AFTER_RESTORE: Final = timedelta(days=1)

COUNTING: Final = Q(upgrade__state=Upgrade.State.SUCCEEDED) | Q(
    upgrade__state__in=ACTIVE, upgrade__stage=Upgrade.Stage.RESTART
)
"""Those whose upgrade has recorded its new version: the others may yet be taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which lost values are meant: all that fit each of these, where it is given."""

    ids: tuple[int, ...] | None = None
    model: str | None = None
    """Name the model had then, in any case."""
    field: str | None = None
    upgrade: UUID | None = None
    restored: bool | None = None

    def rows(self) -> QuerySet[LostValue]:
        """Return them, the newest first."""
        found = LostValue.objects.filter(COUNTING)
        if self.ids is not None:
            found = found.filter(pk__in=self.ids)
        if self.model is not None:
            found = found.filter(model_name__iexact=self.model)
        if self.field is not None:
            found = found.filter(field=self.field)
        if self.upgrade is not None:
            found = found.filter(upgrade_id=self.upgrade)
        if self.restored is not None:
            found = found.filter(restored_at__isnull=not self.restored)
        return found.order_by("-pk")


def describe(row: LostValue) -> dict[str, JSON]:
    """Return a lost value as it goes over the wire."""
    return {
        "id": row.pk,
        "model": row.model_name,
        "field": row.field,
        "removed": row.removed,
        "key": json.loads(row.row_key),
        "kind": row.kind,
        "value": _json(row.value),
        "became": _json(row.became),
        "became_kind": row.became_kind,
        "finding": row.finding,
        "upgrade": str(row.upgrade_id),
        "created_at": iso(row.created_at),
        "restored_at": iso(row.restored_at) if row.restored_at else None,
        "restored_by": str(row.restored_by_id) if row.restored_by_id else None,
    }


def pages(choice: Choice, *, size: int = PAGE) -> Iterator[list[LostValue]]:
    """Yield what is chosen, page by page, the newest first."""
    rows, before = choice.rows(), None
    while True:
        found = list((rows if before is None else rows.filter(pk__lt=before))[:size])
        if found:
            yield found
            before = found[-1].pk
        if len(found) < size:
            return


def number_of(upgrade: UUID) -> int:
    """Return how many values an upgrade has kept aside; a second or so for a million."""
    return LostValue.objects.filter(upgrade=upgrade).count()


def numbers_of(upgrades: Iterable[Upgrade]) -> dict[UUID, int]:
    """Return how many values each of these upgrades has kept aside, that count; none may be left out.

    Clients ask for it each second, so numbers that are recorded are not counted once more.
    """
    counting = [each for each in upgrades if _counts(each)]
    found = {each.pk: each.lost_count for each in counting if each.lost_count is not None}
    if uncounted := [each.pk for each in counting if each.lost_count is None]:
        rows = LostValue.objects.filter(upgrade__in=uncounted).order_by().values_list("upgrade_id")
        found |= dict(rows.annotate(Count("pk")))
    return found


def count_uncounted() -> None:
    """Record the numbers that are not: `purge` has taken some values, or a former release made the upgrade."""
    ended = Upgrade.objects.filter(state=Upgrade.State.SUCCEEDED, lost_count=None)
    for pk in list(ended.order_by("-created_at").values_list("pk", flat=True)[:PAGE]):
        with transaction.atomic():
            _hold([pk])
            Upgrade.objects.filter(pk=pk).update(lost_count=number_of(pk))


def purge() -> int:
    """Delete what has been kept long enough, or was put back; return how many.

    In small transactions. What an upgrade is about to take back stays, and so does what does not count yet.
    """
    days, now = conf.current().lost_values_days, database_now()
    over = Q(restored_at__lt=now - _KEPT_AFTER_RESTORE)
    if days:
        over |= Q(created_at__lt=now - timedelta(days=days))
    active = Upgrade.objects.filter(active_model__isnull=False)
    busy = [
        *active.values_list("pk", flat=True),
        *active.filter(reverts__isnull=False).values_list("reverts_id", flat=True),
    ]
    rows = LostValue.objects.filter(over).exclude(upgrade__in=busy).order_by("pk")
    total = 0
    while found := dict(rows.values_list("pk", "upgrade_id")[:PAGE]):
        total += _delete(found)
    if total:
        log.info("lost values purged count=%s", total)
    return total


def _delete(found: Mapping[int, UUID]) -> int:
    """Delete lost values, given with their upgrades; return how many were still there."""
    with transaction.atomic():
        _hold(found.values())
        touched = Upgrade.objects.filter(pk__in=set(found.values()), lost_count__isnull=False)
        touched.update(lost_count=None)
        deleted, _ = LostValue.objects.filter(pk__in=list(found)).delete()
    return deleted


def _hold(upgrades: Iterable[UUID]) -> None:
    """Lock upgrades: what one transaction counts, no other deletes before the number is recorded."""
    rows = Upgrade.objects.select_for_update().filter(pk__in=set(upgrades))
    list(rows.order_by("pk").values_list("pk"))


def _counts(upgrade: Upgrade) -> bool:
    """Tell what `COUNTING` does."""
    restarting = upgrade.state in ACTIVE and upgrade.stage == Upgrade.Stage.RESTART
    return restarting or upgrade.state == Upgrade.State.SUCCEEDED


def _json(text: str | None) -> JSON:
    return None if text is None else json.loads(text)
