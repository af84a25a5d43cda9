"""The sockets of upgrades: what happens to them as it happens, for staff."""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language_from_request

from lowcode_async.errors import UpgradeNotFound
from lowcode_async.models import Upgrade
from lowcode_async.sentences import Language
from lowcode_async.upgrades import service
from lowcode_async.upgrades.leases import ACTIVE
from lowcode_async.websocket import database, hub
from lowcode_async.websocket.auth import Scope
from lowcode_async.websocket.sockets import CloseCode, Closing, Receive, Send, Socket
from lowcode_async.websocket.subscriptions import Subscription

_NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)


class Progress(Socket):
    """Carries events of upgrades; of which, is the subclasses' business."""

    async def _serve(
        self, scope: Scope, request: HttpRequest, receive: Receive, send: Send
    ) -> None:
        subscribing = await self._subscribe(scope, _after(request))
        language: Language = "en" if get_language_from_request(request).startswith("en") else "zh"
        async with subscribing as subscription:
            delivering = _forward(subscription, language, send)
            await self._deliver(delivering, scope, request, receive)

    async def _subscribe(
        self, scope: Scope, after: int | None
    ) -> AbstractAsyncContextManager[Subscription]:
        """Return the subscription that the socket's path and `after` ask for.

        Raises:
            Closing: there is nothing to subscribe to.
        """
        raise NotImplementedError


class UpgradeProgress(Progress):
    """Carries one upgrade, from ``?after=`` on or from its first event, until it has ended."""

    async def _subscribe(
        self, scope: Scope, after: int | None
    ) -> AbstractAsyncContextManager[Subscription]:
        upgrade = await database.read(_upgrade, scope["url_route"]["kwargs"]["task_id"])
        ended = upgrade.state not in ACTIVE
        if ended and after is not None and after >= upgrade.last_sequence:
            raise Closing(CloseCode.ENDED, "upgrade ended")
        return hub.of_running_loop().subscribe(upgrade.pk, after=after)


class AllProgress(Progress):
    """Carries all upgrades: behind the `position` in ``?after=``, or what comes from now on."""

    async def _subscribe(
        self, scope: Scope, after: int | None
    ) -> AbstractAsyncContextManager[Subscription]:
        return hub.of_running_loop().subscribe(after=after)


def _upgrade(task_id: UUID | str) -> Upgrade:
    try:
        return service.get_upgrade(task_id)
    except UpgradeNotFound as error:
        raise Closing(CloseCode.NOT_FOUND, "no such upgrade") from error


def _after(request: HttpRequest) -> int | None:
    given = request.GET.get("after")
    if given is None:
        return None
    if not _NUMBER.fullmatch(given):
        raise Closing(CloseCode.BAD_REQUEST, "after is no number")
    return int(given)


async def _forward(subscription: Subscription, language: Language, send: Send) -> None:
    async with aclosing(subscription.lines()) as lines:
        async for line in lines:
            await send({"type": "websocket.send", "text": line.text(language)})
            if subscription.task_id is not None and line.event.terminal:
                raise Closing(CloseCode.ENDED, "upgrade ended")
