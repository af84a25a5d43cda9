"""How soon many sockets see one event.

The client shares the machine with the server, so it does nothing but take the time of what arrives;
what arrived is read when all is over.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime
from typing import Any

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from bench.upgrades import FIELDS
from tests.acceptance.site import Site

AT_ONCE = 50
"""Handshakes at the same time."""
ENDS = (b'"upgrade.succeeded"', b'"upgrade.failed"')


class Ear(asyncio.Protocol):
    """One socket: notes what arrives, and when."""

    def __init__(self, url: str, token: str) -> None:
        self._protocol = ClientProtocol(parse_uri(url))
        self._token = token
        self._chunks: list[tuple[float, bytes]] = []
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.ended = asyncio.Semaphore(0)
        """Goes up with each upgrade that has ended."""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the socket."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        request = self._protocol.connect()
        request.headers["Authorization"] = f"Token {self._token}"
        self._protocol.send_request(request)
        transport.writelines(self._protocol.data_to_send())

    def data_received(self, data: bytes) -> None:
        """Note what came; the first is the answer to the handshake."""
        self._chunks.append((time.time(), data))
        if not self.opened.done():
            self.opened.set_result(None)
        if any(each in data for each in ENDS):
            self.ended.release()

    def delays(self, task_id: str) -> list[float]:
        """Return the seconds from the commit of each of an upgrade's events until it was here."""
        found = []
        for came, data in self._chunks:
            self._protocol.receive_data(data)
            for frame in self._protocol.events_received():
                if isinstance(frame, Frame) and frame.opcode is Opcode.TEXT:
                    event: dict[str, Any] = json.loads(bytes(frame.data))
                    if event["task_id"] == task_id and event.get("sequence") is not None:
                        found.append(came - datetime.fromisoformat(event["at"]).timestamp())
        return found


def delays(site: Site, *, sockets: int) -> list[float]:
    """Return, for each event of one upgrade and each socket, the seconds from its commit to its frame."""
    ((newest,),) = site.query("SELECT max(position) FROM lowcode_async_upgradeevent")
    url = f"{site.ws_url}/ws/lowcode/upgrades/?after={newest or 0}"
    return asyncio.run(_delays(site, url, sockets))


async def _delays(site: Site, url: str, sockets: int) -> list[float]:
    gate = asyncio.Semaphore(AT_ONCE)
    loop = asyncio.get_running_loop()

    async def opened() -> Ear:
        async with gate:
            _, ear = await loop.create_connection(
                lambda: Ear(url, site.token), "127.0.0.1", site.port
            )
            await asyncio.wait_for(ear.opened, 60)
            return ear

    async def upgrade(name: str) -> str:
        task_id: str = await asyncio.to_thread(site.post, name, FIELDS)
        await asyncio.wait_for(asyncio.gather(*(each.ended.acquire() for each in ears)), 60)
        return task_id

    ears = await asyncio.gather(*(opened() for _ in range(sockets)))
    try:
        await upgrade("Gathering")  # whoever has heard of it is there
        task_id = await upgrade("Crowd")
    finally:
        for each in ears:
            each.transport.close()
    return [seconds for each in ears for seconds in each.delays(task_id)]
