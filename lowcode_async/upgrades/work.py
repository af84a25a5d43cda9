"""What a stage is given to work with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

from asgiref.sync import sync_to_async

from lowcode_async.models import Upgrade
from lowcode_async.planning.progress import Report
from lowcode_async.sentences import JSON
from lowcode_async.upgrades import leases
from lowcode_async.upgrades.leases import Claim
from lowcode_async.upgrades.ticks import Ticks

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """What a stage leaves."""

    payload: Mapping[str, JSON] = field(default_factory=dict)
    """Goes into the event that ends the stage."""
    warnings: tuple[Mapping[str, JSON], ...] = ()
    """``{"code", "params"}`` each: what an operator should know although nothing failed."""
    handover: Mapping[str, JSON] | None = None
    """Not None: the stage is not over, and the process that comes next takes it up with this."""
    lost_count: int | None = None
    """How many values the upgrade has kept aside, where the stage has counted them."""


class Cancelled(Exception):
    """Somebody has cancelled the upgrade; whatever is being done is to be dropped."""


class Stage(Protocol):
    """One stage; it knows nothing of actors and messages, and can be awaited in a test.

    Whatever it does, it can be killed at any moment and is then begun again from the start.
    """

    async def __call__(self, work: Work) -> StageResult:
        """Do the stage's work.

        Raises:
            StageFailed: the upgrade ends here.
            Retryable: it cannot be done now; the stage is tried again.
        """


@dataclass(slots=True, kw_only=True)
class Work:
    """One claim of one stage, from within."""

    upgrade: Upgrade
    """As it was when the stage was claimed."""
    claim: Claim
    ticks: Ticks
    cancelled: threading.Event = field(default_factory=threading.Event)
    """Set when the upgrade was cancelled, which it can be as long as nothing has been changed."""

    async def in_thread(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a sync function in the stage's own thread, which has a database connection of its own."""
        return await sync_to_async(partial(function, *args, **kwargs))()

    def progress(self, percent: float, **detail: JSON) -> None:
        """Publish how far the stage is, in percent; callable from any thread, limited in rate.

        Raises:
            Cancelled: there is no point in going on.
        """
        if self.cancelled.is_set():
            raise Cancelled
        self.ticks.tell({"percent": round(min(max(percent, 0.0), 100.0), 1), **detail})

    def fence(self) -> None:
        """Hold the upgrade's row until the end of the current transaction.

        Raises:
            LeaseLost: another worker has taken the stage over.
        """
        leases.fence(self.claim)

    def prolong(self) -> None:
        """Prolong the lease at the end of a transaction that began with `fence`."""
        leases.prolong(self.claim)

    @contextmanager
    def part(self, start: float, end: float) -> Iterator[Report]:
        """Map 0–100 percent of a part of the work to `start`–`end` of the whole."""

        def told(percent: float, **detail: JSON) -> None:
            self.progress(start + (end - start) * percent / 100, **detail)

        yield told
