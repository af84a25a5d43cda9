"""Django's requests, each in one thread from its beginning to its end.

Django's own handler for ASGI is made for async views: of a site whose views and middleware are
sync, it sends each middleware to a thread twice, and the view, the signals and the end of the
request once each, and it starts a new thread for every request. Here a thread is taken from a pool,
once, and everything is done in it; async views and streamed answers work as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import IO, Any, TypeAlias

import django
from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import FileResponse, StreamingHttpResponse
from django.urls import set_script_prefix

from lowcode_async import conf
from lowcode_async.serving.threads import RequestThreads

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]


class RequestHandler(ASGIHandler):
    """Answers each HTTP request in one thread of a pool."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)  # not the one between, which would load async middleware
        self.load_middleware(is_async=False)
        threads: Any = RequestThreads(conf.current().request_threads)
        self._answered = sync_to_async(self._respond, thread_sensitive=False, executor=threads)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        response = await self._answered(scope, body)
        if response.streaming:
            await self._stream(response, receive, send)
        else:
            await self.send_response(response, send)

    def _respond(self, scope: Scope, body: IO[bytes]) -> Any:
        """Do all that is sync. What needs no thread to be sent is closed, and so is the database."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        response._handler_class = self.__class__  # noqa: SLF001 - who sends `request_finished`
        response._resource_closers.append(body.close)  # noqa: SLF001
        if response.streaming:
            close_old_connections()
        else:
            response.close()
        return response

    async def _stream(self, response: StreamingHttpResponse, receive: Receive, send: Send) -> None:
        """Send an answer bit by bit, until its end or until the client has gone."""
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        sending = asyncio.create_task(self.send_response(response, send))
        listening = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait((sending, listening), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for task in (sending, listening):
                task.cancel()
            await asyncio.gather(sending, listening, return_exceptions=True)
            await sync_to_async(response.close)()


def get_asgi_application() -> RequestHandler:
    """Return the ASGI application of Django's side, in place of Django's function of this name."""
    django.setup(set_prefix=False)
    return RequestHandler()
