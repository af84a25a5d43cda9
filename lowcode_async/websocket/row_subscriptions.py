"""One socket's share of what happens to rows of a model: never more than a frame's worth waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

from django.db.models import Model

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.runtime.changes import ChangeKind
from lowcode_async.runtime.generation import Generation
from lowcode_async.runtime.reserved import reserved_of
from lowcode_async.sentences import JSON
from lowcode_async.websocket.news import News
from lowcode_async.websocket.sockets import CloseCode, Closing

INTERVAL: Final = 0.1
"""Seconds between two frames about rows, at the least; what comes meanwhile goes into the next."""


class RowSubscription:
    """What one socket is to be told."""

    def __init__(
        self,
        *,
        model: str,
        project: str | None,
        generation: int,
        definition: ModelDefinition | None,
    ) -> None:
        """Follow a model.

        Args:
            model: its name.
            project: the project whose rows count, as text; None for a model without projects.
            generation: number of the generation in force.
            definition: the model's definition in it; None for a model written in Python.
        """
        self.model = model
        self._project = project
        self._generation = generation
        self._definition = definition
        self._news = News()
        self._structure: dict[str, JSON] | None = None
        self._closing: Closing | None = None
        self._filled = asyncio.Event()

    def put(self, news: News) -> None:
        """Take what has happened to rows of the model, as far as it is this project's business."""
        if own := news.of_project(self._project):
            self._news.take_in(own)
            self._filled.set()

    def put_generation(self, generation: Generation) -> None:
        """Take what generation is in force; one without the model ends the socket."""
        if self._definition is None or generation.number == self._generation:
            return
        definition = generation.definitions.get(self.model)
        if definition is None:
            self._closing = Closing(CloseCode.NOT_FOUND, "no such model")
        elif is_confined(generation.models[self.model]) != (self._project is not None):
            self._closing = Closing(CloseCode.BAD_REQUEST, "project")
        else:
            changed = definition != self._definition
            changed = changed or bool(self._structure and self._structure["changed"])
            self._structure = {
                "kind": "generation",
                "model": self.model,
                "generation": generation.number,
                "changed": changed,
            }
            self._generation, self._definition = generation.number, definition
        self._filled.set()

    async def frames(self) -> AsyncGenerator[dict[str, JSON], None]:
        """Yield what is to be sent, for ever.

        Raises:
            Closing: there is nothing more to tell.
        """
        yield {"kind": "subscribed", "model": self.model, "generation": self._generation}
        while True:
            await self._filled.wait()
            self._filled.clear()
            if self._closing is not None:
                raise self._closing
            if self._structure is not None:
                structure, self._structure = self._structure, None
                yield structure
            if self._news:
                news, self._news = self._news, News()
                yield {"model": self.model, **_told(news)}
                await asyncio.sleep(INTERVAL)


def is_confined(model: type[Model]) -> bool:
    """Tell whether rows of a model belong to projects."""
    return "project" in reserved_of(model)


def _told(news: News) -> dict[str, JSON]:
    if news.many:
        return {"kind": "many"}
    keys: dict[str, JSON] = {kind.value: news.keys(kind) for kind in ChangeKind}
    return {"kind": "rows", **keys}
