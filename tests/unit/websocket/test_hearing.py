"""Who hears a group of the channel layer ends when told to, whatever the layer does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from channels.layers import channel_layers

from lowcode_async.websocket import hearing
from lowcode_async.websocket.memory import InMemoryChannelLayer

PATIENCE = 30.0


class DeafLayer(InMemoryChannelLayer):
    """A channel layer that waits on for a message the first time that is cancelled, as Redis' may."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = asyncio.Event()
        self.cancellations = 0

    async def receive(self, channel: str) -> dict[str, Any]:
        self.waits.set()
        try:
            return await super().receive(channel)
        except asyncio.CancelledError:
            self.cancellations += 1
            if self.cancellations > 1:
                raise
            return await self.receive(channel)


@pytest.fixture
def layer() -> Iterator[DeafLayer]:
    layer = DeafLayer()
    before = channel_layers.set("default", layer)
    yield layer
    channel_layers.set("default", before)


async def test_a_hearer_ends_although_the_layer_swallows_its_cancellation(
    layer: DeafLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "_REJOIN", 10 * PATIENCE)
    hears = asyncio.create_task(hearing.listen("bells", take=print, joined=lambda: None))
    async with asyncio.timeout(PATIENCE):
        await layer.waits.wait()
        hears.cancel()
        await asyncio.wait({hears})
    assert hears.cancelled()
    assert layer.cancellations == 2
    assert layer._groups == {}
