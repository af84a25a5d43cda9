"""What a worker does with a restoration: the restore itself, then the reload of every process."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError

from lowcode_async.backups import Restored, restore_backup
from lowcode_async.backups.journal import Journal, JournalTaken
from lowcode_async.backups.restorations import RestoreStage
from lowcode_async.backups.storage import destination
from lowcode_async.errors import BackupError
from lowcode_async.models import Counter
from lowcode_async.restarting.reload import not_reloaded, wait_for_generation
from lowcode_async.restorations.record import Record
from lowcode_async.runtime.processes import report_now
from lowcode_async.sentences import JSON
from lowcode_async.upgrades import counters
from lowcode_async.upgrades.runner import database_thread

log = logging.getLogger(__name__)


async def run_restoration(restoration_id: UUID) -> None:
    """Carry a restoration out, if it waits for a worker.

    One that had a worker already is left alone: nobody knows what was written since, and whoever
    asked for it is told that it was interrupted.
    """
    async with database_thread():
        record = await sync_to_async(_claim)(restoration_id)
        if record is None:
            log.warning("restoration not taken up restoration=%s", restoration_id)
            return
        log.info("restoration begins restoration=%s", restoration_id)
        with record.alive():
            await _carry_out(record)


def _claim(restoration_id: UUID) -> Record | None:
    journal = Journal(place=destination())
    try:
        restoration = journal.find(restoration_id)
        return Record.claim(journal, restoration) if restoration is not None else None
    except BackupError:
        log.exception("restoration cannot be read restoration=%s", restoration_id)
        return None


async def _carry_out(record: Record) -> None:
    try:
        restored = await sync_to_async(_restore)(record)
        warnings = (*restored.warnings, *await _reload(record))
        await sync_to_async(record.succeed)(warnings)
    except BackupError as error:
        log.warning("restoration failed restoration=%s error=%s", record.restoration.id, error)
        await sync_to_async(record.fail)(error.code, error.params)
    except JournalTaken:
        log.warning("restoration given up restoration=%s", record.restoration.id)
    except Exception:
        log.exception("restoration broke restoration=%s", record.restoration.id)
        now = record.restoration
        params = {"stage": now.stage or "check", "safety": now.safety_backup or "-"}
        await sync_to_async(partial(record.fail, "restoration_broke", params))()


def _restore(record: Record) -> Restored:
    asked = record.restoration
    return restore_backup(asked.backup, watcher=record, safety_backup=asked.secures)


async def _reload(record: Record) -> tuple[Mapping[str, JSON], ...]:
    """Wait until every live process serves what was restored; whoever does not is named in a warning."""
    await sync_to_async(record.entered)(RestoreStage.RELOAD)
    try:
        generation = await sync_to_async(counters.value)(Counter.Name.GENERATION)
        await sync_to_async(report_now)()
        missing = await wait_for_generation(generation, progress=lambda _: None)
    except (DatabaseError, InterfaceError) as error:
        # A backup may be behind the code, whose tables it has not got.
        log.warning("not reloaded restoration=%s error=%s", record.restoration.id, error)
        return ({"code": "restored_not_reloaded", "params": {"detail": str(error).strip()}},)
    return (not_reloaded(missing),) if missing else ()
