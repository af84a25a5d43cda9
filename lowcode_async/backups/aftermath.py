"""What must be true of the plugin's own rows after a restore, which makes them those of the backup.

A backup is taken in the middle of an upgrade, so the restored database believes that this upgrade is under
way; and its counters stand where they stood then, so that live processes would not notice a thing.
These are put right in the restore's own transaction, hence in SQL (`statements`). What is only a
convenience follows by `put_back`: the records of backups that still exist, and of live processes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from django.db import connections, transaction
from django.utils import timezone

from lowcode_async.backups.storage import Destination
from lowcode_async.models import Backup, Counter, Process, Upgrade, UpgradeEvent
from lowcode_async.sentences import JSON

CODE: Final = "restored_from_backup"
"""Error of the upgrades that were under way when the backup was made."""

_COLUMNS: Final = ("name", "value", "sequence", "position", "kind", "at", "payload")
"""Names that some database reserves."""
_ACTIVE: Final = "state IN ('queued', 'running')"
_STATEMENTS: Final = (
    """
    INSERT INTO {counter} ({name}, {value}) SELECT 'event', 0 FROM (SELECT 1) AS one
    WHERE NOT EXISTS (SELECT 1 FROM {counter} WHERE {name} = 'event')
    """,
    """
    INSERT INTO {counter} ({name}, {value}) SELECT 'generation', 0 FROM (SELECT 1) AS one
    WHERE NOT EXISTS (SELECT 1 FROM {counter} WHERE {name} = 'generation')
    """,
    """
    UPDATE {counter} SET {value} = {least_event}
    WHERE {name} = 'event' AND {value} < {least_event}
    """,
    """
    UPDATE {counter} SET {value} = 1 + CASE WHEN {value} < {least_generation}
                                            THEN {least_generation} ELSE {value} END
    WHERE {name} = 'generation'
    """,
    f"""
    INSERT INTO {{upgradeevent}} (upgrade_id, {{sequence}}, {{position}}, {{kind}}, {{at}}, {{payload}})
    SELECT id, last_sequence + 1,
           (SELECT {{value}} FROM {{counter}} WHERE {{name}} = 'event')
           + ROW_NUMBER() OVER (ORDER BY created_at, id),
           'upgrade.failed', {{now}}, {{payload_value}}
    FROM {{upgrade}} WHERE {_ACTIVE}
    """,
    f"""
    UPDATE {{counter}} SET {{value}} = {{value}} + (SELECT COUNT(*) FROM {{upgrade}} WHERE {_ACTIVE})
    WHERE {{name}} = 'event'
    """,
    f"""
    UPDATE {{upgrade}}
    SET state = 'failed', error_code = '{CODE}', error_params = {{params}}, active_model = NULL,
        lease = NULL, lease_until = NULL, handover = NULL, finished_at = {{now}},
        last_sequence = last_sequence + 1
    WHERE {_ACTIVE}
    """,
    "DELETE FROM {process}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a restore takes from the database that it replaces."""

    generation: int = 0
    event: int = 0
    backups: tuple[Backup, ...] = ()
    processes: tuple[Process, ...] = ()


def remember(using: str) -> Before:
    """Read what must outlive the restore; nothing, if the plugin has no tables yet."""
    if not has_tables(using):
        return Before()
    counters = dict(Counter.objects.using(using).values_list("name", "value"))
    return Before(
        generation=counters.get(Counter.Name.GENERATION, 0),
        event=counters.get(Counter.Name.EVENT, 0),
        backups=tuple(Backup.objects.using(using).select_related(None)),
        processes=tuple(Process.objects.using(using)),
    )


def has_tables(using: str) -> bool:
    """Return whether the plugin's tables are in the database."""
    needed = {each._meta.db_table for each in (Backup, Counter, Process, Upgrade, UpgradeEvent)}
    return needed <= set(connections[using].introspection.table_names())


def statements(using: str, *, before: Before, name: str) -> list[str]:
    """Return the SQL that follows the restore, in the restore's own transaction.

    Args:
        using: alias of the database.
        before: what was true before the restore.
        name: the backup's name, for the errors of upgrades that it was made in the middle of.
    """
    connection = connections[using]
    params = {"backup": name}
    values = {
        "now": _literal(str(connection.ops.adapt_datetimefield_value(timezone.now()))),
        "params": _literal(_json(params)),
        "payload_value": _literal(_json({"code": CODE, "params": params})),
        "least_event": str(before.event),
        "least_generation": str(before.generation),
    }
    tables = {
        each.__name__.lower(): connection.ops.quote_name(each._meta.db_table)
        for each in (Counter, Process, Upgrade, UpgradeEvent)
    }
    quoted = {each: connection.ops.quote_name(each) for each in _COLUMNS}
    return [each.strip().format(**values, **tables, **quoted) for each in _STATEMENTS]


def put_back(using: str, *, before: Before, place: Destination) -> None:
    """Record again the backups that still exist, and the processes that were alive.

    Raises:
        BackupError: the storage cannot be asked.
    """
    rows = Backup.objects.using(using)
    with transaction.atomic(using=using):
        upgrades = set(Upgrade.objects.using(using).values_list("pk", flat=True))
        for backup in before.backups:
            if not place.exists(backup.name):
                continue
            values = {
                "engine": backup.engine,
                "database": backup.database,
                "size": backup.size,
                "sha256": backup.sha256,
                "upgrade_id": backup.upgrade_id if backup.upgrade_id in upgrades else None,
                "verified_at": backup.verified_at,
            }
            row, _ = rows.update_or_create(name=backup.name, defaults=values)
            rows.filter(pk=row.pk).update(created_at=backup.created_at)
        for row in rows.filter(verified_at__isnull=False):
            if not place.exists(row.name):
                row.delete(using=using)
        for process in before.processes:
            process.restart_requested = None
        Process.objects.using(using).bulk_create(before.processes, ignore_conflicts=True)


def _json(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False)


def _literal(text: str) -> str:
    """Return a string as SQL; backslashes, which MySQL takes for escapes, must not be in it."""
    assert "\\" not in text, text
    return "'" + text.replace("'", "''") + "'"
