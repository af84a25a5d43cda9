"""HTTP connections that can be laid to rest, and handed to the process that comes next.

A keep-alive connection between two requests has no state in this process: only its descriptor. So
it is not closed before a restart (the client may be sending its next request at that moment, and
would see it fail) but kept open through ``execv``; what the client sends meanwhile waits in the
kernel, and the next process reads it.
"""

from __future__ import annotations

import logging
import os
import socket
import weakref
from collections.abc import Iterable
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet import reactor as _reactor
from twisted.web.http import HTTPChannel

# Typed by interfaces that do not say what it implements.
reactor: Any = _reactor

log = logging.getLogger(__name__)


class RestingChannel(HTTPChannel):
    """One connection; while its factory rests, it reads no further than the request at hand."""

    transport: Any
    factory: RestingFactory

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Become known to the factory."""
        super().connectionMade()  # type: ignore[no-untyped-call]
        self.factory.channels.add(self)
        self.factory.settle(self)

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802 - Twisted's name
        """Be forgotten by the factory."""
        self.factory.channels.discard(self)
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def requestDone(self, request: WebRequest) -> None:  # noqa: N802 - Twisted's name
        """Send the end of the answer at once, and rest after it, if the factory rests."""
        # The loop would first do all else that waits, then ask whether the socket can take something.
        # An error that comes of this comes again when the loop writes.
        if not self.transport.disconnecting:
            self.transport.doWrite()
        super().requestDone(request)  # type: ignore[no-untyped-call]
        self.factory.settle(self)

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Rest on, although the transport has sent what was too much at once."""
        super().resumeProducing()  # type: ignore[no-untyped-call]
        self.factory.settle(self)

    @property
    def between_requests(self) -> bool:
        """Whether nothing of a request has been received that is not answered."""
        return not self.requests and not self._buffer

    @property
    def idle(self) -> bool:
        """Whether it is between two requests, and the last answer has been sent to its end."""
        return self.between_requests and self.transport not in reactor.getWriters()

    @property
    def is_http(self) -> bool:
        """Whether the connection has not become a WebSocket, nor been closed."""
        return getattr(self.transport, "protocol", None) is self


class RestingFactory(HTTPFactory):  # type: ignore[misc]
    """The HTTP connections of a server."""

    # Instead of Twisted's proxy, which is for HTTP/2, which is for TLS.
    protocol = RestingChannel

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        # Weak: a connection that became a WebSocket never tells that it is lost.
        self.channels: weakref.WeakSet[RestingChannel] = weakref.WeakSet()
        self._resting = False
        self._closing = False

    def log(self, request: WebRequest) -> None:
        """Leave the access log to the server, whose lines our formatter can read."""

    def rest(self) -> None:
        """Take no further request from any connection, and keep all of them open."""
        self._resting = True
        for channel in self.open():
            self.settle(channel)

    def close(self) -> None:
        """Close each connection after the request at hand."""
        self._closing = True
        for channel in self.open():
            channel.persistent = 0
            for request in channel.requests:
                if not request.startedWriting:
                    request.responseHeaders.setRawHeaders(b"Connection", [b"close"])
            self.settle(channel)

    def settle(self, channel: RestingChannel) -> None:
        """Let an idle connection rest, or close it, if that was asked for."""
        if not channel.between_requests:
            return
        if self._closing:
            channel.loseConnection()  # type: ignore[no-untyped-call]
        elif self._resting:
            channel.transport.pauseProducing()

    def open(self) -> list[RestingChannel]:
        """Return the connections that speak HTTP."""
        return [each for each in self.channels if each.is_http]

    def busy(self) -> list[RestingChannel]:
        """Return the connections with a request at hand, or an answer not quite sent."""
        return [each for each in self.open() if not each.idle]

    def give(self) -> list[int]:
        """Return a descriptor of each resting connection, inheritable and not closed with it."""
        given = []
        for channel in self.open():
            if channel.idle:
                fd = os.dup(channel.transport.fileno())
                os.set_inheritable(fd, True)  # noqa: FBT003
                given.append(fd)
        return given

    def take(self, descriptors: Iterable[int]) -> None:
        """Go on with the connections that the process before left."""
        for fd in descriptors:
            try:
                with socket.socket(fileno=os.dup(fd)) as connection:
                    family = connection.family
                reactor.adoptStreamConnection(fd, family, self)
            except OSError as error:
                log.info("connection was closed during the restart fd=%s error=%s", fd, error)
            finally:
                os.close(fd)
