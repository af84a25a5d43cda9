"""Following one upgrade from Python: what the sockets do for clients, for the site's own code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from asgiref.sync import sync_to_async

from lowcode_async.models import Upgrade
from lowcode_async.upgrades import bell
from lowcode_async.upgrades.events import EventData, group_of, read_after
from lowcode_async.upgrades.leases import ACTIVE
from lowcode_async.upgrades.service import get_upgrade


async def follow(task_id: UUID | str, *, after: int = 0) -> AsyncIterator[EventData]:
    """Yield the events of an upgrade as they happen, in order, until it has ended.

    What the log holds already comes first, then what is added to it. Nothing is missed and nothing
    comes twice, in whatever process this runs and whatever the channel layer drops: a message that
    is lost delays the next event by `LOWCODE_EVENTS_POLL` seconds at the most. Percent ticks, which
    are not in the log, do not come this way.

    Args:
        task_id: the upgrade's id.
        after: sequence of the last event that is known already; 0 begins with the first.

    Yields:
        One `EventData` for each event. The last one's `terminal` is true.

    Raises:
        UpgradeNotFound: there is no such upgrade, or the id is no UUID.
    """
    upgrade = await sync_to_async(get_upgrade)(task_id)
    async with bell.listening(group_of(upgrade.pk)) as ring:
        while True:
            found = await sync_to_async(read_after)(upgrade.pk, after)
            for event in found:
                assert event.sequence is not None
                after = event.sequence
                yield event
                if event.terminal:
                    return
            if not found:
                if await sync_to_async(_over)(upgrade.pk, after):
                    return
                await ring()


def _over(task_id: UUID, after: int) -> bool:
    """Tell whether nothing will follow behind `after`."""
    upgrade = Upgrade.objects.filter(pk=task_id).only("state", "last_sequence").first()
    return upgrade is None or (upgrade.state not in ACTIVE and upgrade.last_sequence <= after)
