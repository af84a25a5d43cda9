"""What all throw-away servers have in common: a folder, a port, a process and its guard."""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

START_SECONDS = 90.0
STOP_SECONDS = 60.0
MEMORY = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that must be free in memory for a database to be kept there."""

# Waits until the pipe from the tests closes, and cleans up: however they end, SIGKILL included.
GUARD = """
read -r _
kill -KILL "$1"
for _ in $(seq 50); do kill -0 "$1" || break; sleep 0.1; done
rm -rf "$2"
"""


class ServiceMissing(Exception):
    """A program or driver that a server needs is not installed."""

    def __init__(self, service: str, missing: str) -> None:
        super().__init__(f"{service}: {missing} not found; install it with `make services`")
        self.service = service


class Server(ABC):
    """One server, which can be stopped, killed and started again on the same port and data."""

    name: str
    """What people call it."""
    accounts: tuple[str, ...] = ()
    """Accounts to run it under when the tests run as root; the first that exists is taken."""
    stop_signal = signal.SIGTERM
    not_yet: str | None = None
    """What it writes when it cannot start yet, but soon will."""

    def __init__(self) -> None:
        self.account = self._find_account()
        self.port = free_port()
        # No test pulls the plug, and MariaDB syncs each change of a table to its disk whatever it is told.
        self.folder = Path(tempfile.mkdtemp(prefix=f"lowcode-{self.name.lower()}-", dir=memory()))
        if self.account:
            shutil.chown(self.folder, self.account)
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """Return the program and arguments that run the server in the foreground."""

    @abstractmethod
    def ping(self) -> None:
        """Talk to the server; raise whatever the driver raises while it does not answer."""

    @property
    def log(self) -> Path:
        """The file that the server writes its output to."""
        return self.folder / "server.log"

    @property
    def pid(self) -> int:
        """Id of the server's process."""
        assert self._process is not None, f"{self.name} is not running"
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait until it answers."""
        assert self._process is None, f"{self.name} runs already"
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._launch()
            try:
                wait_for(self.ping, seconds=START_SECONDS, alive=self._alive)
            except Exception as error:
                self._end(signal.SIGKILL)
                log = self.log.read_text(errors="replace")[-4000:]
                if not (self.not_yet and self.not_yet in log) or time.monotonic() > deadline:
                    raise RuntimeError(f"{self.name} did not start:\n{log}") from error
            else:
                return

    def stop(self) -> None:
        """Stop the server in good order; a server that is stopped already is left alone."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """Kill the server with SIGKILL, as a crash would."""
        self._end(signal.SIGKILL)

    @contextlib.contextmanager
    def away(self, *, killed: bool = False) -> Iterator[None]:
        """Take the server away for the length of a block."""
        self._end(signal.SIGKILL if killed else self.stop_signal)
        try:
            yield
        finally:
            if self._process is None:
                self.start()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the server hang for the length of a block: connected, but not answering."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def remove(self) -> None:
        """Stop the server and delete its folder."""
        self._end(self.stop_signal)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command: str) -> None:
        """Run a program of the server's, under the server's account."""
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            **self._identity(),
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")

    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _launch(self) -> None:
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
                **self._identity(),
            )
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", str(self._process.pid), str(self.folder)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _end(self, sign: signal.Signals) -> None:
        process, self._process = self._process, None
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.kill()
            guard.communicate()
        if process is None:
            return
        # A session of PostgreSQL is a process of its own, and outlives its server for a moment.
        sessions = _children(process.pid) if sign == signal.SIGKILL else []
        process.send_signal(sign)
        for each in sessions:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _find_account(self) -> str | None:
        if os.geteuid() != 0:
            return None
        known = {each.pw_name for each in pwd.getpwall()}
        return next((each for each in self.accounts if each in known), None)

    def _identity(self) -> dict[str, object]:
        if self.account is None:
            return {}
        entry = pwd.getpwnam(self.account)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def memory() -> Path | None:
    """Return the folder that is kept in memory, where the system has one with room enough.

    What is written there need not wait for a disk.
    """
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return None


def _children(pid: int) -> list[int]:
    """Return the processes that a process has started; none where the system does not tell."""
    try:
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except FileNotFoundError:
        return []


def wait_for(
    attempt: Callable[[], object],
    *,
    seconds: float,
    alive: Callable[[], bool] = lambda: True,
    pause: float = 0.05,
) -> None:
    """Repeat `attempt` until it raises nothing; give up after `seconds`, or once not `alive`."""
    deadline = time.monotonic() + seconds
    pacer = threading.Event()
    while True:
        try:
            attempt()
        except Exception:
            if time.monotonic() > deadline or not alive():
                raise
        else:
            return
        pacer.wait(pause)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on.

    It is below those that the system gives to outgoing connections: one of them could take the port
    while its server is away.
    """
    while True:
        port = random.randrange(16_384, 32_768)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def find_program(service: str, *names: str, folders: Iterable[Path] = ()) -> str:
    """Return the path of the first of these programs that is installed.

    Raises:
        ServiceMissing: none of them is.
    """
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    raise ServiceMissing(service, " or ".join(names))
