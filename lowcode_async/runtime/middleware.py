"""A request keeps the generation it began with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from lowcode_async.runtime.generation import request_scope

_Response: TypeAlias = HttpResponseBase | Awaitable[HttpResponseBase]


class GenerationMiddleware:
    """Give each request the newest generation, and keep it until the response is made.

    The number is checked with the database when the request first uses a live model, and not again;
    a request that uses none pays nothing.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], _Response]) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> _Response:
        """Answer a request; what is awaitable if the next in line is."""
        if self._is_async:
            return self._answer(request)
        with request_scope():
            return self._get_response(request)

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        with request_scope():
            return await cast("Awaitable[HttpResponseBase]", self._get_response(request))
