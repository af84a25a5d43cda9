"""The listening socket: opened here, given by systemd, or kept from the process before."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

BACKLOG: Final = 2048
"""Connections that wait in the kernel while the server becomes a new process."""

_FIRST_SYSTEMD_FD: Final = 3


def open_socket(host: str, port: int) -> socket.socket:
    """Listen on an address.

    Args:
        host: a name, an IPv4 or an IPv6 address; with several addresses the first is taken.
        port: 0 takes any free one.

    Raises:
        OSError: the address is in use, not ours, or unknown.
    """
    family, _, _, _, address = socket.getaddrinfo(
        host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    return socket.create_server(address, family=family, backlog=BACKLOG)


def adopt(fd: int) -> socket.socket:
    """Take over a listening socket that another program opened.

    Raises:
        OSError: `fd` is no socket.
    """
    return socket.socket(fileno=fd)


def systemd_fd(environ: Mapping[str, str]) -> int | None:
    """Return the descriptor that systemd passed to this very process, if it did.

    See sd_listen_fds(3). Of several sockets the first is taken.
    """
    if environ.get("LISTEN_PID") != str(os.getpid()) or environ.get("LISTEN_FDS", "0") == "0":
        return None
    return _FIRST_SYSTEMD_FD


def first_environment() -> Mapping[str, str]:
    """Return the environment that this program was started with.

    `os.environ` does not tell it: Twisted takes systemd's variables out when it is imported, for
    endpoints of its own. Elsewhere than on Linux, where there is no systemd, it has to do.
    """
    try:
        content = Path("/proc/self/environ").read_bytes()
    except OSError:
        return os.environ
    pairs = (os.fsdecode(each).partition("=") for each in content.split(b"\0") if each)
    return {name: value for name, _, value in pairs}


def url(listening: socket.socket) -> str:
    """Return where a person reaches the socket."""
    if listening.family == socket.AF_UNIX:
        return f"unix:{listening.getsockname()}"
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
