"""What ten thousand generations leave in the memory of a process."""

from __future__ import annotations

import gc
import tempfile
import time
import tracemalloc
import weakref
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import F

from lowcode_async.models import Counter
from lowcode_async.runtime.generation import refresh
from tests.databases import migrated
from tests.integration.runtime.dynamic import definition, record, text

SWAPS = 10_000
MODELS = 3
WARM = 100
"""Swaps before the first look at the memory: caches of Django's fill up."""


class Outcome(NamedTuple):
    """What was seen."""

    milliseconds: float
    """A swap: the number and the definitions read, the models built, the reference swapped."""
    kilobytes: float
    """By which what Python has allocated grew between the first look and the last."""
    alive: int
    """Generations that were not collected."""


def measure() -> Outcome:
    """Swap on SQLite, a few models with relations to each other and to the user."""
    with (
        tempfile.TemporaryDirectory() as folder,
        migrated(f"sqlite:///{Path(folder) / 'db.sqlite3'}"),
    ):
        record(*(_model(number) for number in range(MODELS)))
        _swap(WARM)
        began = time.perf_counter()
        _swap(WARM)
        seconds = time.perf_counter() - began
        tracemalloc.start()
        _swap(WARM)
        before = _allocated()
        alive = _swap(SWAPS)
        grown = _allocated() - before
        tracemalloc.stop()
        return Outcome(seconds * 1000 / WARM, grown / 1024, len(alive))


def _model(number: int) -> Any:
    fields: dict[str, Any] = {
        "title": text(),
        "author": {"type": "ForeignKey", "to": "auth.User", "null": True},
        "readers": {"type": "ManyToManyField", "to": "auth.User"},
    }
    if number:
        fields["former"] = {"type": "ForeignKey", "to": f"Model{number - 1}", "null": True}
    return definition(f"Model{number}", **fields)


def _swap(times: int) -> weakref.WeakSet[Any]:
    counter = Counter.objects.filter(name=Counter.Name.GENERATION)
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    for _ in range(times):
        counter.update(value=F("value") + 1)
        built = refresh()
        alive.add(built)
        for model in built.models.values():
            str(model._default_manager.all().query)
    del built, model
    gc.collect()
    return alive


def _allocated() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
