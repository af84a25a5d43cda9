"""What every socket shares: how it is opened, who may have it, and how it is closed.

Sockets are plain ASGI applications. Channels' consumers hop to the shared thread for each message and
end when the channel layer fails; a socket here needs neither: the hubs have the channels of the process.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from enum import IntEnum
from typing import Any, Final, TypeAlias

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest

from lowcode_async.websocket import auth, database
from lowcode_async.websocket.auth import Scope, Standing

log = logging.getLogger(__name__)

Message: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

RECHECK: Final = 45.0
"""Seconds after which it is looked at again whether the socket's user may still have it."""
LARGEST_MESSAGE: Final = 4096
"""Characters or bytes a client may send at once; whatever it sends is ignored."""


class CloseCode(IntEnum):
    """Why the server closes a socket."""

    ENDED = 1000
    """The upgrade has ended and its last event was sent."""
    TOO_BIG = 1009
    TRY_AGAIN_LATER = 1013
    """The database is away."""
    BAD_REQUEST = 4400
    """`after` is no number, `project` is missing or wrong, or there are too many parameters."""
    NOT_SIGNED_IN = 4401
    NOT_STAFF = 4403
    NOT_FOUND = 4404


class Closing(Exception):
    """The socket is to be closed."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Disconnected(Exception):
    """The client has gone."""


class Socket:
    """The ASGI application of a socket; what it carries is the subclasses' business."""

    def __init__(self, *, recheck: float = RECHECK) -> None:
        """Set up for any number of sockets.

        Args:
            recheck: seconds after which the user's standing is looked at again.
        """
        self._recheck = recheck

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket."""
        await receive()
        request = auth.request_of(scope)
        if not auth.origin_acceptable(request):
            # Before it is accepted, closing answers the handshake with 403.
            await send({"type": "websocket.close"})
            return
        # Only an accepted socket can tell the client a code of ours.
        await send({"type": "websocket.accept"})
        try:
            await self._admit(scope, request)
            await self._serve(scope, request, receive, send)
        except Closing as closing:
            await _close(send, closing.code, closing.reason)
        except TooManyFieldsSent:
            await _close(send, CloseCode.BAD_REQUEST, "too many parameters")
        except database.AWAY:
            log.warning("database away, socket closed", exc_info=True)
            await _close(send, CloseCode.TRY_AGAIN_LATER, "database away")
        except (Disconnected, OSError):
            return

    async def _serve(
        self, scope: Scope, request: HttpRequest, receive: Receive, send: Send
    ) -> None:
        """Send what there is to send, with `_deliver`.

        Raises:
            Closing: there is nothing to send, or no more.
        """
        raise NotImplementedError

    async def _deliver(
        self,
        delivering: Coroutine[Any, Any, None],
        scope: Scope,
        request: HttpRequest,
        receive: Receive,
    ) -> None:
        """Do what delivers until it ends, the client goes, or its user may no longer have this."""
        await _first_of(delivering, _listen(receive), self._look_again(scope, request))

    async def _admit(self, scope: Scope, request: HttpRequest) -> None:
        """Look whether the socket's user may have it.

        Raises:
            Closing: it may not.
        """
        standing = await database.read(self._standing, scope, request)
        if standing is Standing.ANONYMOUS:
            raise Closing(CloseCode.NOT_SIGNED_IN, "not signed in")
        if standing is Standing.NOT_STAFF:
            raise Closing(CloseCode.NOT_STAFF, "not staff")

    def _standing(self, scope: Scope, request: HttpRequest) -> Standing:
        """Return what the socket's user may do here; reads the database."""
        return auth.standing(request)

    async def _look_again(self, scope: Scope, request: HttpRequest) -> None:
        """Close the socket of who may not have it any longer, has signed out, or lost the token."""
        # Not all sockets of a process in one moment.
        await asyncio.sleep(self._recheck * random.random())  # noqa: S311
        while True:
            try:
                await self._admit(scope, request)
            except database.AWAY as error:
                log.warning("standing not readable, looking later error=%r", error)
            await asyncio.sleep(self._recheck)


async def _listen(receive: Receive) -> None:
    """Ignore what the client says, until it goes."""
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            raise Disconnected
        said = message.get("text") or message.get("bytes") or ""
        if len(said) > LARGEST_MESSAGE:
            raise Closing(CloseCode.TOO_BIG, "message too big")


async def _first_of(*doings: Coroutine[Any, Any, None]) -> None:
    """Do several things at once until one ends, then cancel the others; raise what it raised."""
    tasks = [asyncio.create_task(each) for each in doings]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _close(send: Send, code: CloseCode, reason: str) -> None:
    try:
        await send({"type": "websocket.close", "code": int(code), "reason": reason})
    except OSError:
        log.debug("client gone before its socket was closed code=%s", code)
