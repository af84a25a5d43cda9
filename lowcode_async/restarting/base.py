"""What a way to restart is: one interface, one strategy a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from uuid import UUID

from lowcode_async.sentences import JSON

Progress: TypeAlias = Callable[[float], None]
"""Tells how far the restart is, in percent; callable from any thread."""

Swap: TypeAlias = Callable[[], int]
"""Makes the process that calls it serve and report the newest generation; returns its number.

Sync, for a thread with a database connection: `lowcode_async.runtime.processes.report_now`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartRequest:
    """What is to be served after the restart."""

    upgrade_id: UUID
    generation: int
    """The least number every live process has to serve."""
    model_name: str
    handover: Mapping[str, JSON] | None = None
    """What the process that began this restart left to the one that finishes it; None at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartOutcome:
    """How a restart went; one that failed raises `StageFailed` or `Retryable` instead."""

    warnings: tuple[Mapping[str, JSON], ...] = ()
    """``{"code", "params"}`` each: what an operator should know although nothing failed."""
    handover: Mapping[str, JSON] | None = None
    """Not None: this process is about to be replaced, and the next calls `restart` with this."""


class Strategy(Protocol):
    """A way to make the processes of a site serve a new generation."""

    async def restart(self, request: RestartRequest, *, progress: Progress) -> RestartOutcome:
        """Restart, wait until it is done, and say how it went.

        Awaited in the restart stage, where `sync_to_async` has a thread and a connection of its
        own. It may be killed at any moment and is then called again with the same request.

        Raises:
            StageFailed: the upgrade ends here.
            Retryable: it cannot be done now.
        """
