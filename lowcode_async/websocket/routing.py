"""Paths of the sockets."""

from __future__ import annotations

from channels.routing import URLRouter
from django.urls import URLPattern, URLResolver, path, re_path

from lowcode_async.websocket.auth import Scope
from lowcode_async.websocket.consumers import AllProgress, UpgradeProgress
from lowcode_async.websocket.row_sockets import RowNews
from lowcode_async.websocket.sockets import Receive, Send

websocket_urlpatterns: list[URLPattern | URLResolver] = [
    path("ws/lowcode/upgrades/", AllProgress()),  # type: ignore[arg-type]
    path("ws/lowcode/upgrades/<str:task_id>/", UpgradeProgress()),  # type: ignore[arg-type]
    path("ws/lowcode/data/<str:name>/", RowNews()),  # type: ignore[arg-type]
]
"""For a site with sockets of its own: ``URLRouter([*websocket_urlpatterns, …])``.

They need no middleware around them: each checks the Origin and the credentials by itself.
"""


def application_routes() -> URLRouter:
    """Return the ASGI application for ``websocket`` of a site that has no sockets of its own."""
    return URLRouter([*websocket_urlpatterns, re_path("", refuse)])  # type: ignore[arg-type]


async def refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Answer the handshake of an unknown path with 403."""
    await receive()
    await send({"type": "websocket.close"})
