"""The strategy ``command``: the operator's own way to restart the service.

All processes reload first, so the new structure is served whatever becomes of the command. That it
was begun is written down before it is: it may well end this process, and whoever takes the stage up
then must not begin it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import router

from lowcode_async import conf
from lowcode_async.models import Upgrade
from lowcode_async.restarting.base import Progress, RestartOutcome, RestartRequest, Swap
from lowcode_async.restarting.reload import ReloadStrategy
from lowcode_async.sentences import JSON

log = logging.getLogger(__name__)

_BEGUN: Final[Mapping[str, JSON]] = {"version": 1, "command": "begun"}
_TAIL: Final = 500
"""Characters of the command's output that a warning quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandStrategy:
    """Reload everywhere, then run the site's command once."""

    swap: Swap

    async def restart(self, request: RestartRequest, *, progress: Progress) -> RestartOutcome:
        """Wait at most `restart_timeout` for the command; whatever it does is no failure."""
        reloaded = await ReloadStrategy(swap=self.swap).restart(request, progress=progress)
        if request.handover is not None or not await sync_to_async(_begin)(request.upgrade_id):
            return reloaded
        warnings = await _carry_out(conf.current().restart_command)
        return RestartOutcome(warnings=(*reloaded.warnings, *warnings))


def _begin(upgrade_id: UUID) -> bool:
    """Write down that the command begins; False if it has begun before."""
    upgrades = Upgrade.objects.using(router.db_for_write(Upgrade))
    return bool(upgrades.filter(pk=upgrade_id, handover__isnull=True).update(handover=dict(_BEGUN)))


async def _carry_out(command: tuple[str, ...]) -> tuple[Mapping[str, JSON], ...]:
    """Run the command; return what an operator should know."""
    words = shlex.join(command)
    log.info("restart command begins command=%s", words)
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True
        )
    except (OSError, TypeError) as error:
        return _warning("restart_command_not_begun", command=words, reason=str(error))
    limit = conf.current().restart_timeout
    try:
        output, _ = await asyncio.wait_for(process.communicate(), limit)
    except TimeoutError:
        await _kill(process)
        return _warning("restart_command_timed_out", command=words, seconds=round(limit, 1))
    said = output.decode(errors="replace").strip()
    log.info("restart command ended command=%s code=%s output=%s", words, process.returncode, said)
    if process.returncode == 0:
        return ()
    return _warning(
        "restart_command_failed", command=words, exit_code=process.returncode, output=said[-_TAIL:]
    )


async def _kill(process: Process) -> None:
    """End the command and whatever it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _warning(code: str, **params: JSON) -> tuple[Mapping[str, JSON]]:
    log.warning("%s %s", code, params)
    return ({"code": code, "params": params},)
