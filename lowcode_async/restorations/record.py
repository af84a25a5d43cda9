"""Keeps what is written of a restoration true while it is carried out."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Self

from lowcode_async import conf
from lowcode_async.backups.journal import Journal, JournalTaken
from lowcode_async.backups.restorations import (
    Restoration,
    RestorationState,
    RestoreStage,
    Watcher,
)
from lowcode_async.errors import BackupError
from lowcode_async.sentences import JSON

log = logging.getLogger(__name__)

_INTERVAL: Final = 0.5
"""Seconds between two looks for news at the most."""
_BEATS: Final = 4
"""Signs of life within `process_timeout`."""
_LAST_TRIES: Final = 10
"""How often the end of a restoration is tried to be written."""


class Record(Watcher):
    """The journal's entry of one restoration, in the hands of the worker that carries it out.

    Stages and ends are written at once, percents and signs of life by a thread of its own. Before
    the database is touched an entry that cannot be written ends the restoration, afterwards it does not.
    """

    def __init__(self, journal: Journal, restoration: Restoration) -> None:
        self._journal = journal
        self._now = restoration
        self._written = restoration
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lowcode-restoration", daemon=True)

    @classmethod
    def claim(cls, journal: Journal, restoration: Restoration) -> Self | None:
        """Take a restoration that waits for a worker; None if it does so no more."""
        if restoration.state != RestorationState.QUEUED:
            return None
        record = cls(journal, replace(restoration, state=RestorationState.RUNNING))
        try:
            record._write()
        except JournalTaken:
            return None
        return record

    @property
    def restoration(self) -> Restoration:
        """The restoration as it stands now."""
        return self._now

    @contextlib.contextmanager
    def alive(self) -> Iterator[None]:
        """Give signs of life for the length of a block."""
        self._thread.start()
        try:
            yield
        finally:
            self._ended.set()
            self._thread.join()

    def entered(self, stage: RestoreStage) -> None:
        """Write that a stage begins."""
        self._change(self._now.entering(stage, datetime.now(UTC)))
        if stage == RestoreStage.RELOAD:
            self._attempt()
        else:
            self._write()

    def reached(self, percent: int) -> None:
        """Remember the percent; the thread writes it. The whole is done when the processes have reloaded."""
        self._change(replace(self._now, percent=min(percent, 99)))

    def secured(self, name: str) -> None:
        """Write what the safety backup is called."""
        self._change(replace(self._now, safety_backup=name))
        self._write()

    def succeed(self, warnings: tuple[Mapping[str, JSON], ...]) -> None:
        """Write that all is done."""
        self._end(
            replace(
                self._now.leaving(datetime.now(UTC)),
                state=RestorationState.SUCCEEDED,
                percent=100,
                warnings=warnings,
            )
        )

    def fail(self, code: str, params: Mapping[str, JSON]) -> None:
        """Write what went wrong; the stage at hand stays as one that has not ended."""
        state = RestorationState.FAILED
        self._end(replace(self._now, state=state, error_code=code, error_params=dict(params)))

    def _end(self, ended: Restoration) -> None:
        self._ended.set()
        self._change(replace(ended, finished_at=datetime.now(UTC)))
        again = threading.Event()
        for number in range(_LAST_TRIES):
            if self._attempt():
                return
            again.wait(number)

    def _change(self, restoration: Restoration) -> None:
        # One thread changes it; the other one only gives it its number and the moment.
        with self._lock:
            self._now = replace(restoration, number=self._now.number, seen_at=self._now.seen_at)

    def _write(self) -> None:
        with self._lock:
            self._now = replace(self._now, seen_at=datetime.now(UTC))
            self._now = self._written = self._journal.write(self._now)

    def _attempt(self) -> bool:
        """Write, and tell whether there is nothing more to do."""
        try:
            self._write()
        except JournalTaken:
            log.warning("restoration recorded by another worker restoration=%s", self._now.id)
        except BackupError as error:
            log.warning("restoration not recorded restoration=%s error=%s", self._now.id, error)
            return False
        return True

    def _beat(self) -> None:
        while not self._ended.wait(min(_INTERVAL, conf.current().process_timeout / _BEATS)):
            silence = datetime.now(UTC) - self._written.seen_at
            due = silence.total_seconds() >= conf.current().process_timeout / _BEATS
            if due or self._now.percent != self._written.percent:
                self._attempt()
