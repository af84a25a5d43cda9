"""The strategy ``reload``: every process swaps its generation, none stops serving."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from asgiref.sync import sync_to_async
from django.db import router

from lowcode_async import conf
from lowcode_async.clock import database_now
from lowcode_async.models import Process
from lowcode_async.restarting.base import Progress, RestartOutcome, RestartRequest, Swap
from lowcode_async.sentences import JSON

_FIRST_WAIT: Final = 0.01
_LONGEST_WAIT: Final = 0.25
"""Seconds between two looks at the processes; doubles from the first to the longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadStrategy:
    """Swap here at once, then wait until every live process has reported the generation."""

    swap: Swap

    async def restart(self, request: RestartRequest, *, progress: Progress) -> RestartOutcome:
        """Wait at most `reload_timeout`; whoever is missing then is named in a warning."""
        await sync_to_async(self.swap)()
        missing = await wait_for_generation(request.generation, progress=progress)
        return RestartOutcome(warnings=(not_reloaded(missing),) if missing else ())


async def wait_for_generation(generation: int, *, progress: Progress) -> list[Process]:
    """Wait until every live process serves `generation` or a later one.

    Returns:
        The live processes that do not after `reload_timeout` seconds; empty if all do.
    """
    deadline = time.monotonic() + conf.current().reload_timeout
    wait = _FIRST_WAIT
    most = 0
    while missing := await sync_to_async(stragglers)(generation):
        if time.monotonic() >= deadline:
            return missing
        most = max(most, len(missing))
        progress(100 * (1 - len(missing) / most))
        await asyncio.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)
    progress(100)
    return []


def not_reloaded(missing: Sequence[Process]) -> Mapping[str, JSON]:
    """Return the warning that names the processes which serve an older generation."""
    params = {
        "processes": [f"{each.kind} {each.host}:{each.pid}" for each in missing],
        "seconds": round(conf.current().reload_timeout, 1),
    }
    return {"code": "processes_not_reloaded", "params": params}


def stragglers(generation: int) -> list[Process]:
    """Return the live processes that serve an older generation than `generation`.

    Live is who gave a sign of life within `process_timeout`, unless it ran on this very host and
    its pid is gone: then it was killed, and nobody needs to wait for it.
    """
    using = router.db_for_write(Process)
    since = database_now(using) - timedelta(seconds=conf.current().process_timeout)
    behind = Process.objects.using(using).filter(generation__lt=generation, last_seen_at__gte=since)
    return [each for each in behind.order_by("kind", "host", "pid") if not is_gone(each)]


def is_gone(process: Process) -> bool:
    """Tell whether a process ran on this very host and does so no more."""
    if process.host != socket.gethostname():
        return False
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
