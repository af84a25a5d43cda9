"""The client programs of the databases: found, asked for their version, run, and stopped in time.

Their output comes to us through a pipe instead of going into the file directly: so a full disk is an error of
ours with a number, and a program whose parent was killed dies at its next write.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, BinaryIO, Final

from lowcode_async.backups.base import Meter
from lowcode_async.backups.storage import disk_errors
from lowcode_async.backups.workplace import workplace
from lowcode_async.errors import BackupError

# What a program may see of our environment: not the site's secrets.
_PASSED: Final = re.compile(
    r"PATH|HOME|TMPDIR|TZ|LD_\w+|SSL_\w+|KRB5\w*|PG\w+|MYSQL_\w+|MARIADB_\w+"
)
_CHUNK: Final = 1 << 20
_LOOK_EVERY: Final = 0.1
"""Seconds between two looks at how far a program has read."""
_DUMP_ATTEMPTS: Final = 10
"""Tries of a dump that changes of some table's structure have spoiled; an upgrade makes several."""


class ToolFailed(Exception):
    """A program ended with an error."""

    def __init__(self, code: int, output: str) -> None:
        super().__init__(code, output)
        self.code = code
        """Its exit code; negative, the signal that ended it."""
        self.output = output
        """The end of what it wrote to its standard error."""


def find_tool(*names: str, package: str) -> str:
    """Return the path of the first of these programs that is installed.

    The first of `names` is the one to ask for; `package` is what to install, if none is there.

    Raises:
        BackupError: none is.
    """
    for name in names:
        if path := shutil.which(name):
            return path
    raise BackupError("backup_tool_missing", tool=names[0], package=package)


def version_of(path: str) -> str:
    """Return what a program says to ``--version``; it is asked once, unless it changes.

    Raises:
        BackupError: it cannot be run.
    """
    return _version_of(path, Path(path).stat().st_mtime_ns)


@functools.lru_cache(maxsize=16)
def _version_of(path: str, _changed: int) -> str:
    try:
        done = subprocess.run(
            [path, "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            check=True,
            timeout=30,
            env=environment(),
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BackupError(
            "backup_tool_failed", tool=Path(path).name, exit_code="?", detail=str(error)
        ) from error
    return done.stdout.strip()


def environment(**more: str) -> dict[str, str]:
    """Return the environment for a program: the part of ours that it may need, and `more`."""
    passed = {name: value for name, value in os.environ.items() if _PASSED.fullmatch(name)}
    return {**passed, "LC_ALL": "C.UTF-8", **more}


@contextlib.contextmanager
def secret_file(content: str) -> Iterator[Path]:
    """Give a file that only we may read, for the length of a block."""
    parent = Path(tempfile.gettempdir())
    with workplace(parent) as folder:
        path = folder / "secret"
        with disk_errors(parent):
            path.touch(mode=0o600)
            path.write_text(content, encoding="utf-8")
        yield path


def write_output(
    argv: Sequence[str], *, env: Mapping[str, str], target: Path, meter: Meter, expected: int
) -> None:
    """Run a program and write its standard output, of about `expected` bytes, to `target`.

    Raises:
        ToolFailed: it ended with an error.
        BackupError: the time is up, or the disk is full.
    """
    with (
        disk_errors(target.parent),
        target.open("wb") as file,
        _started(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process,
    ):
        assert process.stdout is not None
        _drain(process.stdout, file, meter, expected)
        _await(process, meter)


def dump_anew(dump: Callable[[], None], *, spoiled: re.Pattern[str]) -> None:
    """Call `dump`; again, when a table was altered meanwhile, by an upgrade of another model for one.

    Args:
        dump: runs the program; begins from the start whenever it is called.
        spoiled: what the program says to its standard error then.

    Raises:
        ToolFailed: it failed for another reason, or each time.
    """
    for _ in range(_DUMP_ATTEMPTS - 1):
        try:
            return dump()
        except ToolFailed as error:
            if not spoiled.search(error.output):
                raise
    return dump()


def feed_input(
    argv: Sequence[str], *, env: Mapping[str, str], source: BinaryIO, meter: Meter, total: int
) -> None:
    """Run a program that reads its standard input from the file `source`, from where that stands.

    It is given the file itself and no pipe: should we be killed, it goes on to the end of the backup, instead
    of taking the sudden end of a pipe for it.

    Raises:
        ToolFailed: it ended with an error.
        BackupError: the time is up.
    """
    with _started(argv, env=env, stdin=source) as process:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(min(_LOOK_EVERY, meter.remaining()))
                break
            meter.reach(os.lseek(source.fileno(), 0, os.SEEK_CUR), total)


def pour_input(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    source: Iterable[bytes],
    last: bytes,
    meter: Meter,
    total: int,
) -> None:
    """Run a program, and write `source`, of about `total` bytes, to its standard input.

    Should we be killed, that ends where we were, and lacks `last`: this is written once the program has
    done all before, and has asked for it by the first that it writes to its standard output.

    Raises:
        ToolFailed: it ended with an error, or did not ask.
        BackupError: the time is up.
    """
    asked = False
    with _started(argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        # A program that has ended says by its exit code why it reads no more.
        with contextlib.suppress(BrokenPipeError):
            _pour(source, process.stdin, meter, total)
            asked = _has_output(process.stdout, meter)
            process.stdin.write(last if asked else b"")
        process.stdin.close()
        _await(process, meter)
    if not asked:
        raise ToolFailed(0, "")


@contextlib.contextmanager
def _started(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    stdin: BinaryIO | int,
    stdout: int = subprocess.DEVNULL,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for the length of a block, which waits for its end; kill it at an error.

    It leads a process group of its own, so that what it starts itself is killed with it.
    """
    with contextlib.ExitStack() as stack:
        with disk_errors(Path(tempfile.gettempdir())):
            errors = stack.enter_context(tempfile.TemporaryFile())
        try:
            process = subprocess.Popen(
                argv,
                stdin=stdin,
                stdout=stdout,
                stderr=errors,
                env=env,
                bufsize=0,
                pipesize=_CHUNK,
                start_new_session=True,
            )
        except OSError as error:
            raise ToolFailed(127, str(error)) from error
        with process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
        if process.returncode:
            errors.seek(max(0, errors.seek(0, os.SEEK_END) - 4000))
            raise ToolFailed(process.returncode, errors.read().decode(errors="replace").strip())


def _drain(output: IO[bytes], file: IO[bytes], meter: Meter, expected: int) -> None:
    done = 0
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while True:
            if not selector.select(meter.remaining()):
                continue
            chunk = output.read(_CHUNK)
            if not chunk:
                break
            file.write(chunk)
            done += len(chunk)
            meter.reach(done, expected)
    file.flush()


def _pour(source: Iterable[bytes], pipe: IO[bytes], meter: Meter, total: int) -> None:
    done = 0
    os.set_blocking(pipe.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_WRITE)
        for chunk in source:
            rest = memoryview(chunk)
            while rest:
                if selector.select(meter.remaining()):
                    rest = rest[pipe.write(rest) or 0 :]
            done += len(chunk)
            meter.reach(done, total)


def _has_output(output: IO[bytes], meter: Meter) -> bool:
    """Wait for a program's first output; return whether there was one before its end."""
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while not selector.select(meter.remaining()):
            pass
    return bool(output.read(1))


def _await(process: subprocess.Popen[bytes], meter: Meter) -> None:
    try:
        process.wait(meter.remaining())
    except subprocess.TimeoutExpired:
        raise meter.timeout() from None
