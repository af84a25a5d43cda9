"""Daphne's server, with an end that cuts nothing off."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, Final

# First of all: they install the reactor.
import lowcode_async.serving.loop  # noqa: F401 # isort: skip
from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.logger import STDLibLogObserver, globalLogBeginner

from lowcode_async.serving.connections import RestingFactory, reactor
from lowcode_async.serving.health import HEALTH_PATHS

log = logging.getLogger(__name__)
access = logging.getLogger("lowcode_async.access")

_LOOK: Final = 0.02
"""Seconds between two looks at what is still at work."""
_SOCKETS_CLOSE: Final = 1.0
"""Seconds that WebSocket clients have to answer the close frame."""
_CANCELLED: Final = 0.5
"""Seconds that a cancelled application has to clean up."""


class CloseCode(IntEnum):
    """Why a server closes a WebSocket (RFC 6455, IANA's registry)."""

    GOING_AWAY = 1001
    SERVICE_RESTART = 1012


class GracefulServer(Server):  # type: ignore[misc]
    """Daphne on a socket that was opened outside, with connections that outlive it."""

    def __init__(self, application: Any, *, listening: socket.socket) -> None:
        super().__init__(
            application,
            endpoints=[f"fd:fileno={listening.fileno()}"],
            action_logger=_log_access,
            server_name="",
        )
        self._listening = listening
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = RestingFactory(self)
        self.ws_factory = WebSocketFactory(self, server=self.server_name)
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=True,
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=self.websocket_max_message_size,
            maxFramePayloadSize=self.websocket_max_frame_size,
        )
        self._port: Any = None

    def run(self, *, connections: Sequence[int] = (), ready: Callable[[], None]) -> None:
        """Serve until `leave`. Signals are the caller's business.

        Args:
            connections: descriptors that the process before left.
            ready: called once, when requests are answered.
        """
        observer: Any = STDLibLogObserver("twisted")
        globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
        asyncio.set_event_loop(reactor._asyncioEventloop)  # noqa: SLF001 - as Daphne does
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        self._listening.setblocking(False)  # noqa: FBT003
        self._port = reactor.adoptStreamPort(
            self._listening.fileno(), self._listening.family, self.http_factory
        )
        self.http_factory.take(connections)
        reactor.callWhenRunning(ready)
        reactor.run(installSignalHandlers=False)

    async def rest(self, *, patience: float) -> list[int]:
        """Answer what is at hand, and leave all else to the next process.

        New connections wait in the kernel, and so does what comes on the open ones.

        Args:
            patience: seconds that the requests at hand have at most.

        Returns:
            The descriptors of the connections for the next process.
        """
        self._port.stopReading()
        self.http_factory.rest()
        await self._finish(patience, CloseCode.SERVICE_RESTART)
        return self.http_factory.give()

    async def close(self, *, patience: float) -> None:
        """Refuse new connections, answer what is at hand, and close all connections."""
        self._port.stopReading()
        self._listening.close()
        self._port.stopListening()
        self.http_factory.close()
        await self._finish(patience, CloseCode.GOING_AWAY)

    def leave(self) -> None:
        """End `run`."""
        reactor.stop()

    async def _finish(self, patience: float, code: CloseCode) -> None:
        if not await _until(lambda: not self._at_work(), patience):
            log.warning("requests cut off count=%d", self._at_work())
        for websocket in self._websockets():
            websocket.sendCloseFrame(code=int(code))
        await _until(lambda: not self._unclosed(), _SOCKETS_CLOSE)
        await self._cancel_applications()

    def _at_work(self) -> int:
        """Count the requests that are not answered, and the WebSockets that are not open yet."""
        applications = sum(
            not details["application_instance"].done()
            for protocol, details in self.connections.items()
            if "application_instance" in details and not self._is_open_websocket(protocol)
        )
        return max(applications, len(self.http_factory.busy()))

    def _websockets(self) -> list[Any]:
        return [each for each in self.connections if self._is_open_websocket(each)]

    def _unclosed(self) -> list[Any]:
        return [
            each
            for each, details in self.connections.items()
            if isinstance(each, WebSocketProtocol) and "disconnected" not in details
        ]

    @staticmethod
    def _is_open_websocket(protocol: Any) -> bool:
        return isinstance(protocol, WebSocketProtocol) and protocol.state != (
            WebSocketProtocol.STATE_CONNECTING
        )

    async def _cancel_applications(self) -> None:
        left = [
            details["application_instance"]
            for details in self.connections.values()
            if "application_instance" in details
        ]
        for application in left:
            application.cancel()
        if left:
            # One whose view runs in a thread is not ended by that: it ends with the process.
            await asyncio.wait(left, timeout=_CANCELLED)


async def _until(done: Callable[[], bool], patience: float) -> bool:
    """Wait until `done`, `patience` seconds at most; return whether it is."""
    deadline = time.monotonic() + patience
    while not done():
        if time.monotonic() >= deadline:
            return False
        await asyncio.sleep(_LOOK)
    return True


def _log_access(protocol: str, action: str, details: dict[str, Any]) -> None:
    """Log a line for each answer but to probes; without the query, which may hold what is nobody's business."""
    path = str(details["path"]).partition("?")[0]
    if (protocol, action) == ("http", "complete") and path not in HEALTH_PATHS:
        access.info(
            "%s %s %s", details["method"], path, details["status"],
            extra={"seconds": round(details["time_taken"], 4), "client": details["client"]},
        )  # fmt: skip
