"""The socket of rows: which of a model's were created, changed or deleted, as it happens."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from lowcode_async import conf
from lowcode_async.errors import ModelNotFound
from lowcode_async.runtime import Published, get_published
from lowcode_async.runtime.generation import current
from lowcode_async.websocket import auth, database, row_hub
from lowcode_async.websocket.auth import Scope, Standing
from lowcode_async.websocket.row_subscriptions import RowSubscription, is_confined
from lowcode_async.websocket.sockets import CloseCode, Closing, Receive, Send, Socket

PROJECT_HEADER: Final = "X-Project"


class RowNews(Socket):
    """Tells of rows of one model; of those of one project, where they belong to projects."""

    async def _serve(
        self, scope: Scope, request: HttpRequest, receive: Receive, send: Send
    ) -> None:
        subscription = await database.read(_asked, _name(scope), request)
        async with row_hub.of_running_loop().subscribe(subscription):
            await self._deliver(_forward(subscription, send), scope, request, receive)

    def _standing(self, scope: Scope, request: HttpRequest) -> Standing:
        """Return what the API over rows would let the socket's user do."""
        paths = conf.current().data_permission_classes
        return auth.standing_by(paths, request, name=_name(scope))


def _name(scope: Scope) -> str:
    name: str = scope["url_route"]["kwargs"]["name"]
    return name


def _asked(name: str, request: HttpRequest) -> RowSubscription:
    """Return what the handshake asks for; reads the database.

    Raises:
        Closing: there is no such model, or no project where there must be one.
    """
    try:
        published = get_published(name)
    except ModelNotFound as error:
        raise Closing(CloseCode.NOT_FOUND, "no such model") from error
    return RowSubscription(
        model=published.name,
        project=_project(published, request) if is_confined(published.model) else None,
        generation=published.generation or current().number,
        definition=published.definition,
    )


def _project(published: Published, request: HttpRequest) -> str:
    """Return the requested project as the bell spells it."""
    given = {request.GET.get("project"), request.headers.get(PROJECT_HEADER)} - {None}
    field: Any = published.model._meta.get_field("project")
    if len(given) == 1:
        try:
            return str(field.to_python(given.pop()))
        except ValidationError as error:
            raise Closing(CloseCode.BAD_REQUEST, "project") from error
    raise Closing(CloseCode.BAD_REQUEST, "project")


async def _forward(subscription: RowSubscription, send: Send) -> None:
    async with aclosing(subscription.frames()) as frames:
        async for frame in frames:
            text = json.dumps(frame, ensure_ascii=False)
            await send({"type": "websocket.send", "text": text})
