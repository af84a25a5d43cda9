"""The newest tick of each stage that runs, where clients that poll find it: in the cache.

Not in the database, which is busy with the stage's own transaction just when there is most to tell. It
stands under the sequence of the log's line that began or resumed the stage. So what a worker says that
has lost its stage goes where nobody looks any more, and what a stage has told ends with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from django.core.cache import BaseCache

from lowcode_async import caching, conf
from lowcode_async.sentences import JSON
from lowcode_async.upgrades.events import EventData, tick_from_wire
from lowcode_async.upgrades.leases import Claim


def keep(claim: Claim, tick: EventData) -> None:
    """Put a tick into the place of the one before; nobody waits for that, and it may fail."""
    key, seconds = _key_of_claim(claim), conf.current().stage_time_limit
    caching.tell(key, lambda cache: cache.set(key, tick.to_wire(), seconds))


def forget(claim: Claim) -> None:
    """Keep nothing any more of a stage that is over."""
    key = _key_of_claim(claim)
    caching.tell(key, lambda cache: cache.delete(key))


def read(running: Mapping[UUID, int]) -> dict[UUID, EventData]:
    """Return the newest tick of each upgrade, where one is known.

    Args:
        running: sequence of the line that began or resumed the stage that runs, by the upgrade's id.
    """
    if not running:
        return {}
    keys = {_key(*each): each[0] for each in running.items()}
    try:
        found = caching.ask(partial(_read_many, list(keys)))
    except caching.CacheAway:
        return {}
    return {keys[key]: tick_from_wire(wire) for key, wire in found.items()}


def _read_many(keys: list[str], cache: BaseCache) -> dict[str, dict[str, JSON]]:
    return cache.get_many(keys)


def _key_of_claim(claim: Claim) -> str:
    assert claim.event.sequence is not None
    return _key(claim.task_id, claim.event.sequence)


def _key(task_id: UUID, sequence: int) -> str:
    return f"lowcode.tick.{task_id}.{sequence}"
