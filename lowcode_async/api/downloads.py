"""A file of the storage as a stream, whole or in part (RFC 9110, section 14)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from lowcode_async.backups.storage import Destination

if TYPE_CHECKING:
    from django.core.files import File

_CHUNK: Final = 1 << 18
"""Bytes that are read at once."""
_ONE_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part of a file."""

    start: int
    length: int


def download(
    request: HttpRequest, place: Destination, name: str, *, size: int, sha256: str | None
) -> HttpResponseBase:
    """Answer a file, or the part that ``Range`` names; what is no range of ours counts as none.

    Args:
        request: Django's own.
        place: where the file is.
        name: its name, which is known to be one of a backup.
        size: its length in bytes.
        sha256: its checksum, if that is known: its ``ETag``.
    """
    etag = f'"{sha256}"' if sha256 else None
    part = _wanted(request, size, etag)
    if part is not None and part.start >= size:
        return HttpResponse(
            status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            headers={"Content-Range": f"bytes */{size}"},
        )
    sent = part or _Part(start=0, length=size)
    response = StreamingHttpResponse(
        _chunks(request, place, name, sent),
        status=HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT,
        content_type="application/octet-stream",
        headers={
            "Content-Length": str(sent.length),
            "Content-Disposition": f'attachment; filename="{name}"',
            "Accept-Ranges": "bytes",
            "X-Content-Type-Options": "nosniff",
        },
    )
    if part is not None:
        last = part.start + part.length - 1
        response.headers["Content-Range"] = f"bytes {part.start}-{last}/{size}"
    if etag is not None:
        response.headers["ETag"] = etag
    return response


def _wanted(request: HttpRequest, size: int, etag: str | None) -> _Part | None:
    """Return the part that is asked for; None for the whole file."""
    found = _ONE_RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    condition = request.headers.get("If-Range")
    if found is None or (condition is not None and condition != etag):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size) if last else 0
        return _Part(start=size - length, length=length) if last else None
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    return _Part(start=start, length=max(0, end - start + 1))


def _chunks(
    request: HttpRequest, place: Destination, name: str, part: _Part
) -> AsyncIterator[bytes] | Iterator[bytes]:
    """Return the bytes in the way in which the server takes them."""
    if isinstance(request, ASGIRequest):
        return _read_async(place, name, part)
    return _read(place, name, part)


def _read(place: Destination, name: str, part: _Part) -> Iterator[bytes]:
    with place.open(name) as file:
        file.seek(part.start)
        left = part.length
        while left and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk


async def _read_async(place: Destination, name: str, part: _Part) -> AsyncIterator[bytes]:
    """Read in threads of their own: the request's own is not held up as long as the client takes."""
    file: File[Any] = await sync_to_async(place.open, thread_sensitive=False)(name)
    try:
        await sync_to_async(file.seek, thread_sensitive=False)(part.start)
        read = sync_to_async(file.read, thread_sensitive=False)
        left = part.length
        while left and (chunk := await read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
    finally:
        await sync_to_async(file.close, thread_sensitive=False)()
