"""Static files by WhiteNoise, without a thread hop for the requests that ask for none."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

_BUILT: Final = re.compile(r"/lowcode_async/assets/[^/]+-[\w-]{8}\.\w+$")
"""Paths of what Vite has built."""


class SiteStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names after ``collectstatic``, plain ones before it, so that a fresh clone serves."""

    def stored_name(self, name: str) -> str:
        """Return the name under which the file `name` is served."""
        return super().stored_name(name) if self.hashed_files else name


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise's middleware for an async stack.

    The original knows sync requests only: Django would run everything behind it in a thread.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def add_files(self, root: str | os.PathLike[str], prefix: str | None = None) -> None:
        """Add the files of a folder, which need not exist: nothing has been collected then."""
        if Path(root).is_dir():
            super().add_files(root, prefix=prefix)

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Tell whether a file's name changes with its content, as those of the dashboard's parts do."""
        return super().immutable_file_test(path, url) or _BUILT.search(url) is not None

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Serve the file, or pass the request on."""
        if iscoroutinefunction(self.get_response):
            return self._serve(request)
        return super().__call__(request)  # type: ignore[no-any-return]

    async def _serve(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(self.static_prefix):
            response = await sync_to_async(self._read, thread_sensitive=False)(request)
            if response is not None:
                return response
        return await self.get_response(request)  # type: ignore[no-any-return]

    def _read(self, request: HttpRequest) -> HttpResponse | None:
        """Return the file whole: Django would not stream a plain file from an async stack either."""
        find = self.find_file if self.autorefresh else self.files.get
        static_file = find(request.path_info)
        if static_file is None:
            return None
        streamed: FileResponse = self.serve(static_file, request)
        content = b"".join(streamed)
        streamed.close()
        response = HttpResponse(content, status=streamed.status_code)
        response.headers = streamed.headers
        return response
