"""Which processes there are, and whether they serve what is in force."""

from __future__ import annotations

from datetime import timedelta

from lowcode_async import conf
from lowcode_async.clock import database_now
from lowcode_async.models import Counter, Process
from lowcode_async.sentences import JSON
from lowcode_async.upgrades import counters
from lowcode_async.upgrades.events import iso


def processes() -> list[dict[str, JSON]]:
    """Return the processes that are alive or were lately, the oldest first."""
    generation = counters.value(Counter.Name.GENERATION)
    silent_since = database_now() - timedelta(seconds=conf.current().process_timeout)
    return [
        {
            "id": str(each.pk),
            "kind": each.kind,
            "host": each.host,
            "pid": each.pid,
            "incarnation": each.incarnation,
            "generation": each.generation,
            "started_at": iso(each.started_at),
            "last_seen_at": iso(each.last_seen_at),
            "alive": each.last_seen_at >= silent_since,
            "behind": each.generation < generation,
            "restarting": each.restart_requested is not None,
        }
        for each in Process.objects.order_by("started_at", "pk")
    ]
