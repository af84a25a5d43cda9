"""SQLite: its backup API, in steps, out of one read transaction.

Copying the file would lose what is still in the WAL. The backup API alone starts over at each write
of another process, unless it does all in one step, which can neither be stopped nor asked how far
it is. A read transaction that is held around it settles that: the pages are those of one moment,
and the writers of WAL go on. (``VACUUM INTO`` does the same, and takes from one and a half times as
long for a large database to twenty times for a small one.)
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async.backups.base import Meter
from lowcode_async.backups.storage import disk_errors, require_space
from lowcode_async.backups.workplace import workplace
from lowcode_async.errors import BackupError

_ESTIMATE: Final = """
SELECT page_count * page_size FROM pragma_page_count, pragma_page_size
"""
_LOOK_EVERY: Final = 20_000
"""Instructions of SQLite's machine between two looks at the clock."""
_UNWRITTEN: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_PROBE: Final = 1 << 20
"""Bytes that tell whether a file can still grow."""
_STEP: Final = 512
"""Pages copied between two looks at the clock."""
# The rows break a rule of their table; the copy is as good as what was copied.
_DATA: Final = re.compile(
    r"(CHECK constraint failed|NULL value|NUMERIC value|TEXT value|non-\w+ value|non-unique entry) in"
)


class SQLite:
    """SQLite, by the library that Python has built in."""

    vendor = "sqlite"
    suffix = ".sqlite3"
    transactional = True

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._wrapper = connection

    def check_tools(self, *, restoring: bool) -> None:
        """Do nothing: no program is needed."""

    def estimate(self) -> int:
        """Return the bytes of all pages."""
        with self._wrapper.cursor() as cursor:
            cursor.execute(_ESTIMATE)
            return int(cursor.fetchone()[0])

    def dump(self, target: Path, meter: Meter, *, expected: int) -> None:
        """Copy the database, as of one moment, into the empty file."""

        def look(_status: int, remaining: int, total: int) -> None:
            meter.remaining()
            meter.reach(total - remaining, total)

        with self._live() as live, _errors("backup_source_failed", target):
            live.execute("BEGIN")
            live.execute("SELECT 1 FROM sqlite_schema").fetchone()
            with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
                # A broken copy is thrown away, and a good one is synced when it is put in place.
                copy.execute("PRAGMA synchronous = OFF")
                copy.execute("PRAGMA journal_mode = OFF")
                live.backup(copy, pages=_STEP, progress=look)
                copy.execute("PRAGMA journal_mode = DELETE")  # no WAL: the file stands alone
            live.execute("COMMIT")

    def check(self, path: Path, meter: Meter, *, thorough: bool) -> None:
        """Look through every page; `thorough` compares the indexes with their tables too.

        That comparison takes several times as long as the copy, and an index that is off was off before.
        """
        wal = path.with_name(f"{path.name}-wal")
        if wal.exists() and wal.stat().st_size:
            raise BackupError("backup_has_wal", name=path.name)
        pragma = "integrity_check" if thorough else "quick_check"
        with self._file(path) as file, _in_time(file, meter), _errors("backup_corrupt"):
            answers = [str(row[0]) for row in file.execute(f"PRAGMA {pragma}")]
        damage = [each for each in answers if each != "ok" and not _DATA.match(each)]
        if damage:
            raise BackupError("backup_corrupt", detail="; ".join(damage[:3]))

    def restore(self, path: Path, after: Sequence[str], meter: Meter) -> None:
        """Write the backup into the live file, in one transaction and under its other connections.

        A copy of the backup is made ready first, so the live file has only one change to take.
        """
        with self._live() as live:
            home = Path(self._database_file(live)).parent
            size = path.stat().st_size
            require_space(home, 2 * size)
            with workplace(home) as place:
                ready = place / "ready.sqlite3"
                with disk_errors(home):
                    shutil.copyfile(path, ready)
                with (
                    self._file(ready, writable=True) as copy,
                    _errors("restore_failed", ready),
                ):
                    _make_ready(copy, live, after)
                    meter.reach(1, 2)
                    self._write_over(live, copy, meter)

    def _write_over(self, live: sqlite3.Connection, copy: sqlite3.Connection, meter: Meter) -> None:
        def look(_status: int, _remaining: int, _total: int) -> None:
            meter.remaining()  # Python tries again for ever while another connection writes

        copy.backup(live, pages=-1, progress=look)

    @contextlib.contextmanager
    def _live(self) -> Iterator[sqlite3.Connection]:
        """Open another connection to the live database, since Django's may be in a transaction."""
        with _errors("backup_source_failed"):
            params = self._wrapper.get_connection_params()
            raw: sqlite3.Connection = self._wrapper.get_new_connection(params)
        with contextlib.closing(raw):
            yield raw

    @contextlib.contextmanager
    def _file(self, path: Path, *, writable: bool = False) -> Iterator[sqlite3.Connection]:
        """Open a backup with the functions that Django adds, which its constraints may use."""
        mode = "rw" if writable else "ro&immutable=1"
        config: dict[str, Any] = {
            **self._wrapper.settings_dict,
            "NAME": f"{path.absolute().as_uri()}?mode={mode}",
            "OPTIONS": {},
        }
        wrapper = type(self._wrapper)(config, alias=self._wrapper.alias)
        with _errors("backup_corrupt"):
            raw: sqlite3.Connection = wrapper.get_new_connection(wrapper.get_connection_params())
        with contextlib.closing(raw):
            yield raw

    def _database_file(self, live: sqlite3.Connection) -> str:
        rows = live.execute("PRAGMA database_list").fetchall()
        return next(str(row[2]) for row in rows if row[1] == "main")


def _make_ready(copy: sqlite3.Connection, live: sqlite3.Connection, after: Sequence[str]) -> None:
    """Execute `after` on the copy, and give it the live file's page size, which WAL holds fast."""
    copy.execute("BEGIN")
    for statement in after:
        copy.execute(statement)
    copy.execute("COMMIT")
    size = _pragma(live, "page_size")
    if _pragma(copy, "page_size") != size:
        copy.execute(f"PRAGMA page_size = {size}")
        copy.execute("VACUUM")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


@contextlib.contextmanager
def _in_time(connection: sqlite3.Connection, meter: Meter) -> Iterator[None]:
    """Stop the connection's work when the time is up."""
    connection.set_progress_handler(lambda: meter.over, _LOOK_EVERY)
    try:
        yield
    except BackupError as error:
        if meter.over:
            raise meter.timeout() from error
        raise


@contextlib.contextmanager
def _errors(code: str, written: Path | None = None) -> Iterator[None]:
    """Turn SQLite's errors into ours; `written` is the file it writes."""
    try:
        yield
    except sqlite3.Error as error:
        if written and getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNWRITTEN:
            # SQLite does not say why; the operating system does.
            with disk_errors(written.parent), written.open("ab", buffering=0) as file:
                file.write(bytes(_PROBE))
        raise BackupError(code, detail=str(error)) from error
