"""What a database has to bring so that it can be backed up; the way there is the same for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lowcode_async.errors import BackupError


@dataclass(slots=True, kw_only=True)
class Meter:
    """How far the work is, and how long it may still take.

    Percents only go up, and each is reported once; 100 is the caller's to report, by `finish`.
    """

    report: Callable[[int], None]
    """Called with each new percent."""
    seconds: float
    """How long the work may take."""
    _deadline: float = field(init=False)
    _start: int = 0
    _end: int = 99
    _percent: int = -1

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.seconds

    def part(self, start: int, end: int) -> None:
        """Let what follows reach from `start` to `end` percent of the whole."""
        self._start, self._end = start, end
        self._tell(start)

    def reach(self, done: int, total: int) -> None:
        """Say that `done` of about `total` of this part is done; estimates may be exceeded."""
        share = min(done / total, 1.0) if total > 0 else 1.0
        self._tell(self._start + int((self._end - self._start) * share))

    def finish(self) -> None:
        """Say that all is done."""
        self._tell(100)

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._deadline

    def remaining(self) -> float:
        """Return the seconds left.

        Raises:
            BackupError: none are.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self.timeout()
        return left

    def timeout(self) -> BackupError:
        """Return the error that says that the time is up."""
        return BackupError("backup_timeout", seconds=round(self.seconds, 3))

    def _tell(self, percent: int) -> None:
        if percent > self._percent:
            self._percent = percent
            self.report(percent)


class Engine(Protocol):
    """One kind of database. Everything it does raises `BackupError`."""

    vendor: str
    """``connection.vendor`` of the databases it knows."""
    suffix: str
    """How its backups' names end."""
    transactional: bool
    """Whether a restore that fails has changed nothing."""

    def check_tools(self, *, restoring: bool) -> None:
        """Make sure that the programs for a dump, or for a restore, are there and new enough."""

    def estimate(self) -> int:
        """Return about how many bytes a dump will have."""

    def dump(self, target: Path, meter: Meter, *, expected: int) -> None:
        """Write a consistent, complete copy of the database to the empty file `target`.

        It will have about `expected` bytes, by `estimate`.
        """

    def check(self, path: Path, meter: Meter, *, thorough: bool) -> None:
        """Make sure that a backup is whole; `thorough` may take as long as the dump itself."""

    def restore(self, path: Path, after: Sequence[str], meter: Meter) -> None:
        """Make the database what it is in the backup, then execute the statements `after`.

        Where the engine is `transactional`, both happen in one transaction.
        """
