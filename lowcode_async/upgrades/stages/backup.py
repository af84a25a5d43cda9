"""Second stage: a complete, checked copy of the database, before anything changes."""

from __future__ import annotations

from lowcode_async.backups import make_backup
from lowcode_async.upgrades.work import StageResult, Work


async def backup(work: Work) -> StageResult:
    """Make the backup.

    Raises:
        BackupError: it could not be made; the upgrade ends before any change.
    """
    made = await work.in_thread(
        make_backup,
        progress=work.progress,
        upgrade=work.upgrade,
        using=work.upgrade.database,
    )
    return StageResult(payload={"backup": made.name, "size": made.size, "sha256": made.sha256})
