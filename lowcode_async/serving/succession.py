"""What a process leaves to the one it becomes: descriptors, named in the environment.

``execv`` keeps the pid, the working folder and every inheritable descriptor, and replaces all else.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

_LISTENING: Final = "LOWCODE_LISTEN_FD"
_CONNECTIONS: Final = "LOWCODE_CONNECTION_FDS"

RESTART_SIGNALS: Final = (signal.SIGHUP, signal.SIGUSR2)
"""Signals that ask for a restart by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inheritance:
    """What the process before has left."""

    listening: int
    """Descriptor of the listening socket."""
    connections: tuple[int, ...]
    """Descriptors of open connections, each between two requests."""


def inherit(environ: MutableMapping[str, str] = os.environ) -> Inheritance | None:
    """Return what the process before has left, if there was one.

    The variables are taken out: programs that this process starts must not take them for theirs.
    """
    listening = environ.pop(_LISTENING, None)
    connections = environ.pop(_CONNECTIONS, "")
    if listening is None:
        return None
    return Inheritance(
        listening=int(listening), connections=tuple(int(each) for each in connections.split())
    )


def become_successor(listening: socket.socket, connections: Sequence[int]) -> NoReturn:
    """Start this program anew in this process, on the same socket and connections."""
    os.set_inheritable(listening.fileno(), True)  # noqa: FBT003
    os.environ[_LISTENING] = str(listening.fileno())
    os.environ[_CONNECTIONS] = " ".join(map(str, connections))
    for number in RESTART_SIGNALS:
        # Their default is to end the process, and the successor needs a while to set its own.
        signal.signal(number, signal.SIG_IGN)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - no shell wanted
