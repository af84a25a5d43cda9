"""A process of the site: started by its command line, watched by its log, ended by signals."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.acceptance.excerpts import excerpt
from tests.servers.base import wait_for

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 60.0


class SiteProcess:
    """One command of the site, in a process group of its own."""

    def __init__(self, command: str, *, environment: Mapping[str, str], log: Path) -> None:
        self.command = command
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {command}"],
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Id of the process, and of its group."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def output(self) -> str:
        """All that it has written."""
        return self.log.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        self._process.send_signal(number)

    def wait(self, *, seconds: float = STOP_SECONDS) -> int:
        """Wait until it ends, and return its exit code."""
        return self._process.wait(seconds)

    def stop(self) -> int:
        """End it in good order, and return its exit code; kill what has not ended in time."""
        if self.alive:
            self.signal(signal.SIGTERM)
        try:
            return self.wait()
        finally:
            self.kill()

    def kill(self) -> None:
        """Kill it and everything that it has started, with SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def wait_for_output(self, text: str, *, seconds: float = 60.0) -> None:
        """Wait until it has written `text`."""

        def look() -> None:
            assert text in self.output, (
                f"no {text!r} in the output of {self.command}:\n{excerpt(self.log)}"
            )

        wait_for(look, seconds=seconds, alive=lambda: self.alive)
