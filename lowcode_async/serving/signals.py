"""A signal to a whole group of processes, and its echo."""

from __future__ import annotations

import signal
import time
from types import FrameType
from typing import Final

_ECHO: Final = 2.0
"""Seconds within which a second signal is the echo of the first."""


def take_echoes_for_one() -> None:
    """Take SIGTERM to the group, and again from Dramatiq's main process, for one SIGTERM.

    systemd, honcho and others signal all processes of a service at once. Dramatiq's main process
    passes the signal on, and its workers would take the second for the order to drop everything.
    """
    former = signal.getsignal(signal.SIGTERM)
    if not callable(former):
        return
    first: float | None = None

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal first
        now = time.monotonic()
        if first is None or now - first > _ECHO:
            former(number, frame)
        first = first or now

    signal.signal(signal.SIGTERM, end)
