"""From a message to the next: claim a stage, do it, record it, send the next one."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import Final
from uuid import UUID

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import DatabaseError, InterfaceError, OperationalError, connections

from lowcode_async import conf
from lowcode_async.errors import LowcodeError, Retryable, StageFailed
from lowcode_async.models import Upgrade
from lowcode_async.planning.databases import HOME
from lowcode_async.upgrades import bell, cancelling, faults, leases, queue, recording
from lowcode_async.upgrades.leases import Claim, LeaseLost
from lowcode_async.upgrades.stages import backup, migrate, restart, validate
from lowcode_async.upgrades.ticks import Ticks
from lowcode_async.upgrades.work import Cancelled, Stage, StageResult, Work

log = logging.getLogger(__name__)

STAGES: Final[Mapping[Upgrade.Stage, Stage]] = {
    Upgrade.Stage.VALIDATE: validate.validate,
    Upgrade.Stage.BACKUP: backup.backup,
    Upgrade.Stage.MIGRATE: migrate.migrate,
    Upgrade.Stage.RESTART: restart.restart,
}


async def run_stage(task_id: UUID, stage: Upgrade.Stage) -> None:
    """Run one stage of one upgrade, if nobody else does.

    Raises:
        Retryable: the stage could not be done now, and was given back; send the message again.
    """
    async with database_thread():
        claim = await sync_to_async(leases.claim)(task_id, stage)
        if claim is None:
            log.debug("nothing to do upgrade=%s stage=%s", task_id, stage)
            await bell.ring(await sync_to_async(cancelling.settle)(task_id))
            return
        log.info("stage claimed upgrade=%s stage=%s attempt=%s", task_id, stage, claim.attempt)
        ringing = asyncio.create_task(bell.ring([claim.event]))
        try:
            cancelled = threading.Event()
            async with _kept(claim, cancelled):
                result = await _attempt(claim, cancelled)
            await _record(claim, result)
        except Cancelled:
            log.info("stage dropped upgrade=%s stage=%s", task_id, stage)
            await bell.ring(await sync_to_async(recording.drop)(claim))
        except LeaseLost:
            log.warning("stage taken over by another worker upgrade=%s stage=%s", task_id, stage)
        except (Retryable, OperationalError, InterfaceError) as error:
            log.warning("stage put off upgrade=%s stage=%s error=%s", task_id, stage, error)
            await sync_to_async(_give_back)(claim)
            raise Retryable("try_again") from error
        finally:
            await ringing


async def _attempt(claim: Claim, cancelled: threading.Event) -> StageResult | StageFailed:
    """Do the stage; an error that ends the upgrade is a result."""
    upgrade = await Upgrade.objects.aget(pk=claim.task_id)
    ticks = Ticks(claim, asyncio.get_running_loop())
    work = Work(upgrade=upgrade, claim=claim, ticks=ticks, cancelled=cancelled)
    try:
        if claim.attempt <= conf.current().stage_attempts:
            with closing(ticks):
                return await STAGES[claim.stage](work)
        error = StageFailed("worker_lost", stage=claim.stage, attempts=claim.attempt - 1)
    except (Retryable, LeaseLost, Cancelled):
        raise
    except (DatabaseError, InterfaceError) as said:
        if await work.in_thread(_passes, said, upgrade.database):
            raise Retryable("try_again") from said
        log.exception("database refused upgrade=%s stage=%s", claim.task_id, claim.stage)
        error = StageFailed("database_refused", operation=claim.stage, detail=str(said).strip())
    except LowcodeError as told:
        return await _ended(work, StageFailed(told.code, **told.params))
    except Exception:
        log.exception("stage broke upgrade=%s stage=%s", claim.task_id, claim.stage)
        error = StageFailed("internal_error", stage=claim.stage)
    return await _ended(work, await _cleared_up(work, error))


def _passes(error: DatabaseError | InterfaceError, database: str) -> bool:
    """Tell whether to try again, whichever of an upgrade's databases it was that refused."""
    aliases = {HOME, database}
    return any(faults.passes(error, connections[each]) for each in aliases if each in connections)


async def _cleared_up(work: Work, error: StageFailed) -> StageFailed:
    """Undo what a stage has left that did not come to an end by itself; return what is to be told."""
    if work.claim.stage != Upgrade.Stage.MIGRATE:
        return error
    try:
        await migrate.take_back(work)
    except (Retryable, OperationalError, InterfaceError, LeaseLost):
        raise
    except StageFailed as left:
        return left
    except Exception:
        log.exception("steps not taken back upgrade=%s", work.claim.task_id)
        if await Upgrade.objects.filter(pk=work.claim.task_id).exclude(steps=[]).aexists():
            return StageFailed("not_taken_back", detail=str(error))
    return error


async def _ended(work: Work, error: StageFailed) -> StageResult | StageFailed:
    """Return the error, or a warning in its place where the new version is in force already.

    "Failed" says that everything is as it was, which would not be true.
    """
    if work.claim.stage == Upgrade.Stage.RESTART:
        code = "restart_unfinished"
    elif work.claim.stage == Upgrade.Stage.MIGRATE and await migrate.is_in_force(work):
        code = "cleanup_unfinished"
    else:
        return error
    log.warning("stage unfinished upgrade=%s error=%s", work.claim.task_id, error)
    return StageResult(warnings=({"code": code, "params": {"detail": str(error)}},))


async def _record(claim: Claim, result: StageResult | StageFailed) -> None:
    """Record how the stage ended, ring, and send what comes next."""
    if isinstance(result, StageFailed):
        log.warning(
            "upgrade failed upgrade=%s stage=%s error=%s", claim.task_id, claim.stage, result
        )
        written = await sync_to_async(recording.fail)(claim, result)
        await bell.ring(written)
        return
    if result.handover is not None:
        log.info("stage handed over upgrade=%s stage=%s", claim.task_id, claim.stage)
        await sync_to_async(leases.hand_over)(claim, dict(result.handover))
        return
    written, following = await sync_to_async(recording.advance)(claim, result)
    log.info("stage done upgrade=%s stage=%s next=%s", claim.task_id, claim.stage, following)
    if following is not None:
        await asyncio.to_thread(queue.send_or_leave, claim.task_id, following)
    await bell.ring(written)


def _give_back(claim: Claim) -> None:
    """Release the stage if the database can be reached; if not, the lease ends by itself."""
    try:
        connections.close_all()
        leases.release(claim)
    except (OperationalError, InterfaceError) as error:
        log.warning("lease left to expire upgrade=%s error=%s", claim.task_id, error)


@asynccontextmanager
async def database_thread() -> AsyncIterator[None]:
    """Give everything inside one thread of its own, and close its connections in the end.

    Outside of such a context all `sync_to_async` calls of a process share one thread, and nobody
    closes the connections of threads that are no request's.
    """
    async with ThreadSensitiveContext():
        try:
            yield
        finally:
            await sync_to_async(connections.close_all)()


@asynccontextmanager
async def _kept(claim: Claim, cancelled: threading.Event) -> AsyncIterator[None]:
    """Keep the lease alive as long as this process is, and look whether the upgrade is cancelled."""
    keeper = asyncio.create_task(_keep(claim, cancelled))
    try:
        yield
    finally:
        keeper.cancel()


async def _keep(claim: Claim, cancelled: threading.Event) -> None:
    # Not in the stage's thread, which may be busy with one long statement.
    extend = sync_to_async(partial(_extend, claim, cancelled), thread_sensitive=False)
    while True:
        await asyncio.sleep(conf.current().lease_seconds / 3)
        try:
            if not await extend():
                log.warning("lease lost upgrade=%s stage=%s", claim.task_id, claim.stage)
                return
        except (OperationalError, InterfaceError) as error:
            # The stage's own transaction may hold the row (which protects it just as well).
            log.info("lease not extended upgrade=%s error=%s", claim.task_id, error)


def _extend(claim: Claim, cancelled: threading.Event) -> bool:
    try:
        held = leases.extend(claim)
        if leases.is_cancelled(claim):
            cancelled.set()
        return held
    finally:
        connections.close_all()
