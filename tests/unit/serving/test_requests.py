"""A request is answered in one thread of a pool, whatever it is made of."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from lowcode_async.serving.requests import RequestHandler

PATIENCE = 30
seen: list[tuple[str, str]] = []


def note(what: str) -> None:
    seen.append((what, threading.current_thread().name))


def middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    def answer(request: HttpRequest) -> HttpResponseBase:
        note("middleware")
        return get_response(request)

    return answer


def plain(request: HttpRequest) -> HttpResponse:
    note("view")
    return HttpResponse(request.body)


async def awaited(request: HttpRequest) -> HttpResponse:
    note("view")
    await asyncio.sleep(0)
    await sync_to_async(note)("query")
    return HttpResponse(b"awaited")


async def parts() -> AsyncIterator[bytes]:
    try:
        yield b"one"
        yield b"two"
        while True:
            await asyncio.sleep(PATIENCE)
            yield b"."
    finally:
        note("end of parts")


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(parts())


def broken(request: HttpRequest) -> HttpResponse:
    raise LookupError


urlpatterns = [
    path("plain", plain),
    path("awaited", awaited),
    path("streamed", streamed),
    path("broken", broken),
]


@pytest.fixture
def handler() -> Iterator[RequestHandler]:
    seen.clear()

    def begun(**_: object) -> None:
        note("begun")

    def finished(**_: object) -> None:
        note("finished")

    request_started.connect(begun)
    request_finished.connect(finished)
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{__name__}.middleware"]):
        yield RequestHandler()
    request_started.disconnect(begun)
    request_finished.disconnect(finished)


def connection(handler: RequestHandler, address: str, **given: Any) -> ApplicationCommunicator:
    scope = {"type": "http", "method": "POST", "path": address, "query_string": b"", "headers": []}
    return ApplicationCommunicator(handler, {**scope, **given})


async def answer(handler: RequestHandler, address: str, body: bytes = b"") -> tuple[int, bytes]:
    client = connection(handler, address)
    await client.send_input({"type": "http.request", "body": body})
    start = await client.receive_output(PATIENCE)
    content = await client.receive_output(PATIENCE)
    await client.wait(PATIENCE)
    return start["status"], content["body"]


async def test_all_of_a_request_is_done_in_one_thread(handler: RequestHandler) -> None:
    assert await answer(handler, "/plain", b"body") == (200, b"body")
    assert [what for what, _ in seen] == ["begun", "middleware", "view", "finished"]
    assert len({thread for _, thread in seen}) == 1


async def test_next_request_takes_the_same_thread(handler: RequestHandler) -> None:
    for _ in range(3):
        await answer(handler, "/plain")
    assert len({thread for _, thread in seen}) == 1


async def test_async_view_is_awaited_in_the_event_loop(handler: RequestHandler) -> None:
    assert await answer(handler, "/awaited") == (200, b"awaited")
    threads = dict(seen)
    assert threads["view"] == threading.current_thread().name
    assert threads["query"] == threads["middleware"] == threads["finished"]


async def test_error_of_a_view_is_an_answer(handler: RequestHandler) -> None:
    status, _ = await answer(handler, "/broken")
    assert status == 500
    assert [what for what, _ in seen][-1] == "finished"


async def test_streamed_answer_ends_when_its_client_has_gone(handler: RequestHandler) -> None:
    client = connection(handler, "/streamed")
    await client.send_input({"type": "http.request", "body": b""})
    assert (await client.receive_output(PATIENCE))["status"] == 200
    assert (await client.receive_output(PATIENCE))["body"] == b"one"
    assert (await client.receive_output(PATIENCE))["body"] == b"two"
    await client.send_input({"type": "http.disconnect"})
    await client.wait(PATIENCE)
    assert [what for what, _ in seen][-2:] == ["end of parts", "finished"]


async def test_client_that_has_gone_before_the_end_of_its_body_gets_no_answer(
    handler: RequestHandler,
) -> None:
    client = connection(handler, "/plain")
    await client.send_input({"type": "http.request", "body": b"half", "more_body": True})
    await client.send_input({"type": "http.disconnect"})
    await client.wait(PATIENCE)
    assert seen == []


async def test_address_that_cannot_be_read_is_refused(handler: RequestHandler) -> None:
    client = connection(handler, "/plain", query_string=b"\xff")
    await client.send_input({"type": "http.request", "body": b""})
    assert (await client.receive_output(PATIENCE))["status"] == 400
    assert (await client.receive_output(PATIENCE))["body"] == b""
    await client.wait(PATIENCE)
    assert [what for what, _ in seen] == ["begun", "finished"]
