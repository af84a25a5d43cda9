"""The values that one upgrade keeps aside, and those of the upgrade that it takes back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from lowcode_async.models import LostValue, Upgrade
from lowcode_async.planning.conversions import Unreadable
from lowcode_async.planning.lost_values import Written, digest, key_text, read, untouched

R = TypeVar("R")

ROWS: Final = 2000
"""Rows asked for at once."""
_INSERTED: Final = 500
"""Rows inserted at once."""
_OWN: Final = ("row_key", "row_digest", "kind", "value", "became_kind", "became", "finding")
"""The fields in which the values of one field differ."""


class Call(Protocol):
    """Calls a function, here or on another connection."""

    def __call__(self, function: Callable[[], R]) -> R:
        """Return what it returns."""


def here(function: Callable[[], R]) -> R:
    """Call a function in this thread, in its transaction."""
    return function()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One value that the way back would not give again."""

    key: str
    """`lost_values.key_text` of the row."""
    value: Written
    became: Written
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A value that the reverted upgrade has kept aside."""

    id: int
    value: Any
    became: Any
    """What was written in its place."""

    def stands_for(self, current: Any) -> bool:
        """Tell whether a row that holds `current` is to get it back: nobody has touched it since."""
        return untouched(current, self.became) and not isinstance(self.value, Unreadable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The lost values of one upgrade.

    They are written in the transaction of the change. Where a connection holds its tables with LOCK
    TABLES they go by another one, and count from the moment the new version is recorded (see
    `upgrades.lost.COUNTING`): until then nobody is shown them, and going back forgets them.
    """

    upgrade_id: UUID
    model_name: str
    reverts: UUID | None
    at: datetime
    call: Call = here

    @classmethod
    def of(cls, upgrade: Upgrade, *, at: datetime) -> Keeping:
        """Return the lost values of an upgrade."""
        return cls(
            upgrade_id=upgrade.pk,
            model_name=upgrade.model_name,
            reverts=upgrade.reverts_id,
            at=at,
        )

    # -- what this upgrade changes ---------------------------------------------------------------

    def keep(self, field: str, losses: Sequence[Loss], *, removed: bool = False) -> None:
        """Write values down."""
        if losses:
            self.call(partial(self._insert, field, losses, removed=removed))

    def forget(self, *, formerly: str | None = None, **chosen: Any) -> None:
        """Forget what was written down of a field, or of all: it is done again, or was taken back.

        Args:
            formerly: name of the field whose originals were given back.
            chosen: what was written down. Left out, it is all, with the originals of all fields.
        """

        def forget() -> None:
            LostValue.objects.filter(upgrade_id=self.upgrade_id, **chosen).delete()
            restored = LostValue.objects.filter(restored_by_id=self.upgrade_id)
            if formerly is not None:
                restored = restored.filter(field=formerly, removed=False)
            if self.reverts is not None and (formerly is not None or not chosen):
                restored.update(restored_at=None, restored_by=None)

        self.call(forget)

    def forget_rows(self, field: str, keys: Sequence[Any], *, formerly: str) -> Counter[str]:
        """Forget what was written down of some rows: they are looked at once more.

        Args:
            field: whose values were kept aside.
            keys: primary keys of the rows.
            formerly: name of the field of which the reverted upgrade has kept values aside.

        Returns:
            How many values there were, by the kind of their finding.
        """
        digests = [digest(key_text(key)) for key in keys]

        def forget() -> Counter[str]:
            rows = LostValue.objects.filter(
                upgrade_id=self.upgrade_id, field=field, removed=False, row_digest__in=digests
            )
            found = Counter(rows.values_list("finding", flat=True))
            rows.delete()
            if self.reverts is not None:
                originals = self._kept(formerly).filter(row_digest__in=digests)
                originals.filter(restored_by_id=self.upgrade_id).update(
                    restored_at=None, restored_by=None
                )
            return found

        return self.call(forget)

    def kept_keys(
        self, field: str, *, at_most: int | None = None, removed: bool = False
    ) -> Iterator[list[Any]]:
        """Yield the primary keys of the rows of which a value of a field was written down.

        Args:
            field: its name.
            at_most: how many there may be; none of more.
            removed: whether the field goes.
        """
        rows = LostValue.objects.filter(upgrade_id=self.upgrade_id, field=field, removed=removed)
        if at_most is not None and self.call(rows[: at_most + 1].count) > at_most:
            return
        for page in self._pages(rows.only("row_key")):
            yield [json.loads(each.row_key) for each in page]

    def forget_removed(
        self, field: str, keys: Sequence[Any], *, besides: Collection[Written]
    ) -> Counter[str]:
        """Forget what was written down of some rows of a field that goes.

        Args:
            field: its name.
            keys: primary keys of the rows.
            besides: what does not count as lost, though it is kept aside.

        Returns:
            How many values there were, by the kind of their finding.
        """
        digests = [digest(key_text(key)) for key in keys]

        def forget() -> Counter[str]:
            rows = LostValue.objects.filter(
                upgrade_id=self.upgrade_id, field=field, removed=True, row_digest__in=digests
            )
            kept = list(rows.values_list("finding", "kind", "value"))
            rows.delete()
            return Counter(finding for finding, *value in kept if (*value,) not in besides)

        return self.call(forget)

    def _insert(self, field: str, losses: Sequence[Loss], *, removed: bool) -> None:
        """Insert rows, many at once: half the time of making models of them."""
        same: dict[str, Any] = {
            "upgrade": self.upgrade_id,
            "model_name": self.model_name,
            "field": field,
            "removed": removed,
            "created_at": self.at,
        }
        fields: list[Any] = [*map(LostValue._meta.get_field, (*same, *_OWN))]
        constant = [
            each.get_db_prep_save(same[each.name], connection) for each in fields[: len(same)]
        ]
        quote = connection.ops.quote_name
        names = ", ".join(quote(each.column) for each in fields)
        table, row = quote(LostValue._meta.db_table), f"({', '.join(['%s'] * len(fields))})"
        with connection.cursor() as cursor:
            for start in range(0, len(losses), _INSERTED):
                some = losses[start : start + _INSERTED]
                places = ", ".join([row] * len(some))
                values = [value for each in some for value in (*constant, *_values(each))]
                cursor.execute(f"INSERT INTO {table} ({names}) VALUES {places}", values)

    # -- what the reverted upgrade has changed ---------------------------------------------------

    def has_originals(self, field: str, *, removed: bool = False) -> bool:
        """Tell whether the upgrade that is reverted has kept values of a field aside."""
        if self.reverts is None:
            return False
        return self.call(self._kept(field, removed=removed).exists)

    def count(self, field: str, *, removed: bool) -> int:
        """Return how many values the reverted upgrade has kept aside of a field that it has changed or removed."""
        if self.reverts is None:
            return 0
        return self.call(self._kept(field, removed=removed).count)

    def originals(self, field: str, keys: Sequence[Any]) -> Mapping[Any, Original]:
        """Return what the upgrade that is reverted has kept aside of these rows, by their keys."""
        digests = {digest(key_text(key)): key for key in keys}
        found = self.kept_of(field, keys)
        return {digests[each.row_digest]: _original(each) for each in found}

    def kept_of(self, field: str, keys: Sequence[Any]) -> list[LostValue]:
        """Return the same as it is stored, in no order."""
        rows = self._kept(field).filter(row_digest__in=[digest(key_text(key)) for key in keys])
        found: list[LostValue] = self.call(partial(list, rows))
        return found

    def pages(self, field: str, *, removed: bool) -> Iterator[list[LostValue]]:
        """Yield all that was kept aside of a field that the reverted upgrade has changed or removed."""
        return self._pages(self._kept(field, removed=removed))

    def _pages(self, rows: QuerySet[LostValue]) -> Iterator[list[LostValue]]:
        after = 0
        while True:
            some = rows.filter(pk__gt=after).order_by("pk")[:ROWS]
            found: list[LostValue] = self.call(partial(list, some))
            if found:
                yield found
                after = found[-1].pk
            if len(found) < ROWS:
                return

    def put_back(self, ids: Sequence[int]) -> None:
        """Note that originals are in their place again."""
        rows = LostValue.objects.filter(pk__in=ids)
        if ids:
            self.call(lambda: rows.update(restored_at=self.at, restored_by_id=self.upgrade_id))

    def _kept(self, field: str, *, removed: bool = False) -> QuerySet[LostValue]:
        assert self.reverts is not None
        return LostValue.objects.filter(upgrade_id=self.reverts, field=field, removed=removed)


def _values(loss: Loss) -> tuple[str | None, ...]:
    """Return what `_OWN` names."""
    return (loss.key, digest(loss.key), *loss.value, *loss.became, str(loss.finding))


def _original(row: LostValue) -> Original:
    return Original(
        id=row.pk, value=read(row.kind, row.value), became=read(row.became_kind, row.became)
    )
