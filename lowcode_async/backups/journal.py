"""Where restorations are written down: beside the backups, since a restore replaces the database.

Each state of a restoration is a small file of its own, with a number in its name that goes up by one;
the highest counts, and what is much older is deleted. So no reader meets half a state, on an object store as in
a folder, and whoever writes a number that is taken already knows that somebody else is at it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from lowcode_async.backups.restorations import Restoration
from lowcode_async.backups.storage import Destination, destination, disk_errors
from lowcode_async.backups.workplace import workplace
from lowcode_async.errors import BackupError, RestorationUnderWay

log = logging.getLogger(__name__)

NAME: Final = re.compile(
    r"restoration_(?P<begun>\d{8}_\d{6})_(?P<id>[0-9a-f]{32})_(?P<number>\d{6})\.json"
)
KEPT: Final = 20
"""Restorations that are remembered."""
_STATES_KEPT: Final = 3
"""Of each restoration: the listing of a large folder may miss files that come and go meanwhile."""
_TRIES: Final = 100
"""How often a reader looks again whose file was replaced by newer ones meanwhile."""


class JournalTaken(Exception):
    """Somebody else has written about this restoration; whoever gets this has lost it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One file of the journal."""

    begun: str
    id: UUID
    number: int

    @property
    def name(self) -> str:
        return f"restoration_{self.begun}_{self.id.hex}_{self.number:06}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The restorations in one storage. All methods raise `BackupError` when it cannot be used."""

    place: Destination

    def newest(self) -> Restoration | None:
        """Return the restoration that was asked for last, as it is to be told now."""
        return self._read(None)

    def find(self, restoration_id: UUID) -> Restoration | None:
        """Return a restoration, as it is to be told now."""
        return self._read(restoration_id)

    def write(self, restoration: Restoration) -> Restoration:
        """Write the next state of a restoration, and return it with its number.

        Raises:
            JournalTaken: somebody else has written since `restoration` was read.
        """
        written = replace(restoration, number=restoration.number + 1)
        entry = _entry_of(written)
        self._store(entry, json.dumps(written.to_json(), ensure_ascii=False))
        own = [each for each in self._entries() if each.id == restoration.id]
        if any(each.number > entry.number for each in own):
            raise JournalTaken
        self._delete(each for each in own if each.number <= entry.number - _STATES_KEPT)
        return written

    def forget(self, restoration_id: UUID) -> None:
        """Delete what is known of a restoration."""
        self._delete(each for each in self._entries() if each.id == restoration_id)

    def forget_old(self) -> None:
        """Delete the restorations beyond the newest `KEPT`."""
        entries = sorted(self._entries(), key=lambda each: (each.begun, each.id))
        ids = list(dict.fromkeys(each.id for each in entries))
        old = set(ids[:-KEPT])
        self._delete(each for each in entries if each.id in old)

    def _read(self, restoration_id: UUID | None) -> Restoration | None:
        for _ in range(_TRIES):
            entry = self._newest_entry(restoration_id)
            if entry is None:
                return None
            try:
                with self.place.open(entry.name) as file:
                    content = file.read()
            except BackupError:
                if self.place.exists(entry.name):
                    raise
                continue  # a newer one has taken its place
            found = Restoration.from_json(_parsed(content), number=entry.number)
            return found.judged(datetime.now(UTC))
        raise BackupError("restoration_unreadable", format="?")

    def _newest_entry(self, restoration_id: UUID | None) -> _Entry | None:
        wanted = (each for each in self._entries() if restoration_id in (None, each.id))
        return max(wanted, key=lambda each: (each.begun, each.id, each.number), default=None)

    def _entries(self) -> list[_Entry]:
        found = (NAME.fullmatch(each) for each in self.place.files())
        return [
            _Entry(begun=each["begun"], id=UUID(each["id"]), number=int(each["number"]))
            for each in found
            if each
        ]

    def _store(self, entry: _Entry, content: str) -> None:
        self.place.prepare()
        site = self.place.building_site
        with workplace(site) as folder:
            path = folder / entry.name
            with disk_errors(site):
                path.write_text(content, encoding="utf-8")
            try:
                self.place.place(path, entry.name)
            except FileExistsError as error:
                raise JournalTaken from error

    def _delete(self, entries: Iterable[_Entry]) -> None:
        for each in entries:
            try:
                self.place.delete(each.name)
            except BackupError as error:
                log.warning("The old record %s cannot be deleted: %s", each.name, error)


def under_way() -> Restoration | None:
    """Return the restoration that is under way, if one is.

    A storage that cannot be asked keeps nobody from anything: no restoration gets on without it.
    """
    try:
        newest = Journal(place=destination()).newest()
    except BackupError as error:
        log.warning("Nobody knows whether a restoration is under way: %s", error)
        return None
    return newest if newest is not None and newest.is_under_way else None


def refuse_while_under_way() -> None:
    """Let nothing begin that a restoration under way would undo.

    Raises:
        RestorationUnderWay: one is under way.
    """
    if (found := under_way()) is not None:
        raise RestorationUnderWay(restoration_id=str(found.id), backup=found.backup)


def _entry_of(restoration: Restoration) -> _Entry:
    begun = restoration.requested_at.astimezone(UTC)
    return _Entry(begun=f"{begun:%Y%m%d_%H%M%S}", id=restoration.id, number=restoration.number)


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None  # which is of no format
