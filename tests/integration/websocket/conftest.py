"""Sockets without a server, a log to write to, and a channel layer that can be away."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from channels.layers import BaseChannelLayer, channel_layers
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from channels_redis.core import RedisChannelLayer
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from rest_framework.authtoken.models import Token

from lowcode_async import websocket
from lowcode_async.models import Upgrade
from lowcode_async.upgrades import bell, events
from lowcode_async.upgrades.events import EventData, EventKind
from lowcode_async.websocket import database as socket_database
from lowcode_async.websocket.memory import InMemoryChannelLayer
from lowcode_async.websocket.routing import application_routes
from tests.databases import Database

ALL = "/ws/lowcode/upgrades/"
PATIENCE = 30.0
"""Seconds; a pool of connections looks for a database that is away for ten."""


class Socket(WebsocketCommunicator):  # type: ignore[misc]
    """One socket, from the client's end."""

    async def opened(self) -> Socket:
        accepted, code = await self.connect(PATIENCE)
        assert accepted, code
        return self

    async def event(self) -> dict[str, Any]:
        """Return the next frame."""
        found: dict[str, Any] = json.loads(await self.receive_from(PATIENCE))
        return found

    async def events(self, count: int) -> list[dict[str, Any]]:
        return [await self.event() for _ in range(count)]

    async def sequences(self, count: int) -> list[int]:
        return [each["sequence"] for each in await self.events(count)]

    async def close_code(self) -> int:
        """Return the code of the close frame, which must come next."""
        message = await self.receive_output(PATIENCE)
        assert message["type"] == "websocket.close", message
        code: int = message["code"]
        return code

    async def close(self) -> None:
        await self.disconnect(timeout=PATIENCE)


class FailingLayer(BaseChannelLayer):  # type: ignore[misc]
    """A channel layer whose server is away until `back` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.back = False
        self._layer = InMemoryChannelLayer()

    def __getattribute__(self, name: str) -> Any:
        if name in ("group_add", "group_discard", "group_send", "receive", "send"):
            return self._passed_on(name)
        return super().__getattribute__(name)

    async def new_channel(self, prefix: str = "specific") -> str:
        return await self._layer.new_channel(prefix)

    def _passed_on(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any) -> Any:
            if not self.back:
                raise ConnectionRefusedError
            return await getattr(self._layer, name)(*args)

        return call


def upgrade_path(task_id: UUID | str, query: str = "") -> str:
    return f"/ws/lowcode/upgrades/{task_id}/{query}"


def header(name: str, value: str) -> tuple[bytes, bytes]:
    return name.lower().encode(), value.encode()


def token_of(user: User) -> tuple[bytes, bytes]:
    token, _ = Token.objects.get_or_create(user=user)
    return header("Authorization", f"Token {token.key}")


def session_of(user: User) -> tuple[bytes, bytes]:
    client = Client()
    client.force_login(user)
    return header("Cookie", f"a=b; sessionid={client.cookies['sessionid'].value}")


def append(
    upgrade: Upgrade, kind: EventKind = EventKind.STAGE_PROGRESS, **payload: Any
) -> EventData:
    """Write a line of the log, and ring no bell."""
    with transaction.atomic():
        return events.append(upgrade.pk, kind, stage="validate", payload=payload)


async def record(
    upgrade: Upgrade, kind: EventKind = EventKind.STAGE_PROGRESS, **payload: Any
) -> EventData:
    """Write a line of the log and ring the bell."""
    event = await sync_to_async(append)(upgrade, kind, **payload)
    await bell.ring([event])
    return event


@pytest.fixture
def upgrade(database: Database) -> Upgrade:
    return Upgrade.objects.create(model_name="Product", definition={})


@pytest.fixture
def staff(staff_user: User) -> tuple[bytes, bytes]:
    """The header of a staff user."""
    return token_of(staff_user)


@pytest.fixture
def routes() -> URLRouter:
    """The sockets of a site."""
    return application_routes()


@pytest.fixture
def connect(routes: URLRouter, staff: tuple[bytes, bytes]) -> Callable[..., Awaitable[Socket]]:
    """Open a socket as staff."""

    async def connect(path: str, *headers: tuple[bytes, bytes]) -> Socket:
        return await Socket(routes, path, headers=[staff, *headers]).opened()

    return connect


@pytest.fixture(autouse=True)
def reads_are_over(clean_database: None) -> Iterator[None]:
    """Let the threads of the sockets end what they do, before their connections are closed."""
    yield
    let_reads_end()


def let_reads_end() -> None:
    """Return when no thread of the sockets reads."""
    threads = socket_database._threads()
    everybody = threading.Barrier(socket_database._THREADS)
    for future in [threads.submit(everybody.wait) for _ in range(socket_database._THREADS)]:
        future.result(PATIENCE)


async def hub_at_rest() -> None:
    """Return when nothing is done any more for sockets that are closed."""
    package = Path(websocket.__file__).parent
    tasks = [
        each
        for each in asyncio.all_tasks()
        if Path(each.get_coro().cr_code.co_filename).is_relative_to(package)  # type: ignore[union-attr]
    ]
    await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), PATIENCE)


@pytest.fixture(autouse=True)
def layer() -> Iterator[InMemoryChannelLayer]:
    """A channel layer of the test's own."""
    layer = InMemoryChannelLayer()
    before = channel_layers.set("default", layer)
    yield layer
    channel_layers.set("default", before)


@pytest.fixture
def failing_layer(layer: InMemoryChannelLayer) -> Iterator[FailingLayer]:
    """A channel layer that is away."""
    failing = FailingLayer()
    channel_layers.set("default", failing)
    yield failing
    channel_layers.set("default", layer)


@pytest.fixture
async def redis_layer(
    layer: InMemoryChannelLayer, redis_url: str
) -> AsyncIterator[RedisChannelLayer]:
    """The channel layer of a site with Redis; a test closes its sockets."""
    redis = RedisChannelLayer(hosts=[redis_url])
    redis.brpop_timeout = 1  # who waits for a message when the last socket closes waits to its end
    channel_layers.set("default", redis)
    yield redis
    # The layer closes a loop's connections with the loop: whoever still held one would open another.
    await hub_at_rest()
    channel_layers.set("default", layer)
