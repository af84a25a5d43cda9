"""Paths of the slow site."""

import time
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt


async def quick(request: HttpRequest) -> HttpResponse:
    """Answer at once."""
    return HttpResponse("ok")


def slow(request: HttpRequest, milliseconds: int) -> HttpResponse:
    """Answer after a while, from a thread."""
    time.sleep(milliseconds / 1000)
    return HttpResponse("ok")


def gate(request: HttpRequest, name: str) -> HttpResponse:
    """Say by a file that the request has come, and answer once there is another file."""
    home = Path.home()
    (home / f"{name}.begun").touch()
    while not (home / f"{name}.open").exists():
        time.sleep(0.02)
    return HttpResponse("ok")


@csrf_exempt
async def echo(request: HttpRequest) -> HttpResponse:
    """Answer with the body that came."""
    return HttpResponse(request.body)


urlpatterns: list[URLPattern | URLResolver] = [
    path("quick/", quick),
    path("slow/<int:milliseconds>/", slow),
    path("gate/<slug:name>/", gate),
    path("echo/", echo),
    path("", include("asgi_site.urls")),
]
