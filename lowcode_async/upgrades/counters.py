"""The two numbers that go up by one per transaction (see `models.Counter`)."""

from __future__ import annotations

from django.db.models import F

from lowcode_async.models import Counter


def advance(name: Counter.Name) -> int:
    """Return the next value of a counter, whose row stays locked until the transaction ends."""
    row = Counter.objects.filter(name=name)
    row.update(value=F("value") + 1)
    return row.values_list("value", flat=True).get()


def hold(name: Counter.Name) -> None:
    """Keep everybody else who advances or holds a counter waiting until the transaction ends."""
    Counter.objects.filter(name=name).update(value=F("value"))


def value(name: Counter.Name) -> int:
    """Return the newest committed value of a counter."""
    return Counter.objects.values_list("value", flat=True).get(name=name)
