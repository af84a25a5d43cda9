"""The strategy ``reexec``: each server becomes a new process on the socket that it has.

The server itself does it (`lowcode_async.serving`): it is asked in its row, finishes what it is
doing, and comes back as the next incarnation. Workers have no socket and reload.

Where this stage runs inside one of the servers, it cannot see the end of it: it leaves a handover
to its successor. The server that was asked stops its worker before all else, hence after this stage
has been put down, so the handover is always recorded before the process goes.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import router, transaction
from django.db.models import QuerySet

from lowcode_async import conf
from lowcode_async.clock import database_now
from lowcode_async.models import Process
from lowcode_async.restarting.base import Progress, RestartOutcome, RestartRequest, Swap
from lowcode_async.restarting.reload import ReloadStrategy, is_gone
from lowcode_async.sentences import JSON

_LOOK: Final = 0.1
"""Seconds between two looks at the processes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which servers were asked to restart, and when."""

    at: datetime
    """By the database's clock."""
    incarnations: Mapping[UUID, int]
    """What each was when it was asked."""

    def to_json(self) -> dict[str, JSON]:
        """Return what is handed over."""
        incarnations = {str(pk): number for pk, number in self.incarnations.items()}
        return {"version": 1, "at": self.at.isoformat(), "incarnations": incarnations}

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Asked:
        """Return what was handed over."""
        incarnations = {UUID(pk): number for pk, number in data["incarnations"].items()}
        return cls(at=datetime.fromisoformat(data["at"]), incarnations=incarnations)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReexecStrategy:
    """Ask every server, wait until each has come back, then wait for the workers to reload."""

    swap: Swap

    async def restart(self, request: RestartRequest, *, progress: Progress) -> RestartOutcome:
        """Wait at most `restart_timeout`; who has not come back then is named in a warning."""
        if request.handover is None:
            asked = await sync_to_async(_ask)(request.upgrade_id)
        else:
            asked = Asked.from_json(request.handover)
        deadline = asked.at + timedelta(seconds=conf.current().restart_timeout)
        while missing := await sync_to_async(_missing)(asked, request.generation):
            if await sync_to_async(_now)() >= deadline:
                break
            if any(_is_here(each) for each in missing):
                return RestartOutcome(handover=asked.to_json())
            progress(100 * (1 - len(missing) / len(asked.incarnations)))
            await asyncio.sleep(_LOOK)
        await sync_to_async(_ask_no_longer)(request.upgrade_id)
        reloaded = await ReloadStrategy(swap=self.swap).restart(request, progress=progress)
        return RestartOutcome(warnings=(*_warnings(missing), *reloaded.warnings))


def _ask(upgrade_id: UUID) -> Asked:
    """Ask all living servers to restart."""
    with transaction.atomic(using=_using()):
        now = _now()
        servers = [each for each in _servers().select_for_update() if _lives(each, now)]
        _servers().filter(pk__in=[each.pk for each in servers]).update(restart_requested=upgrade_id)
    return Asked(at=now, incarnations={each.pk: each.incarnation for each in servers})


def _ask_no_longer(upgrade_id: UUID) -> None:
    """Take back what was asked of those that were not heard of again."""
    _servers().filter(restart_requested=upgrade_id).update(restart_requested=None)


def _missing(asked: Asked, generation: int) -> list[Process]:
    """Return the living servers that have not come back with the generation that is wanted."""
    now = _now()
    return [
        each
        for each in _servers().filter(pk__in=list(asked.incarnations)).order_by("host", "pid")
        if _lives(each, now)
        and (
            each.incarnation <= asked.incarnations[each.pk]
            or each.restart_requested is not None
            or each.generation < generation
        )
    ]


def _lives(process: Process, now: datetime) -> bool:
    silence = timedelta(seconds=conf.current().process_timeout)
    return process.last_seen_at >= now - silence and not is_gone(process)


def _is_here(process: Process) -> bool:
    """Whether it is this very process, not restarted yet."""
    return (process.host, process.pid) == (socket.gethostname(), os.getpid()) and (
        process.restart_requested is not None
    )


def _warnings(missing: list[Process]) -> tuple[Mapping[str, JSON], ...]:
    if not missing:
        return ()
    params = {
        "processes": [f"{each.kind} {each.host}:{each.pid}" for each in missing],
        "seconds": round(conf.current().restart_timeout, 1),
    }
    return ({"code": "processes_not_restarted", "params": params},)


def _servers() -> QuerySet[Process]:
    kinds = (Process.Kind.WEB, Process.Kind.EMBEDDED)
    return Process.objects.using(_using()).filter(kind__in=kinds)


def _now() -> datetime:
    return database_now(_using())


def _using() -> str:
    return router.db_for_write(Process)
