"""Static files by WhiteNoise."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from django.http import FileResponse, HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_BUILT: Final = re.compile(r"/lowcode_async/assets/[^/]+-[\w-]{8}\.\w+$")
"""Paths of what Vite has built."""


class SiteStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names after ``collectstatic``, plain ones before it, so that a fresh clone serves."""

    def stored_name(self, name: str) -> str:
        """Return the name under which the file `name` is served."""
        return super().stored_name(name) if self.hashed_files else name


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise's middleware, with answers that need no thread to be sent."""

    def add_files(self, root: str | os.PathLike[str], prefix: str | None = None) -> None:
        """Add the files of a folder, which need not exist: nothing has been collected then."""
        if Path(root).is_dir():
            super().add_files(root, prefix=prefix)

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Tell whether a file's name changes with its content, as those of the dashboard's parts do."""
        return super().immutable_file_test(path, url) or _BUILT.search(url) is not None

    def serve(self, static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """Return the file whole: Django would not stream a plain file under ASGI either."""
        streamed: FileResponse = super().serve(static_file, request)
        content = b"".join(streamed)
        streamed.close()
        response = HttpResponse(content, status=streamed.status_code)
        response.headers = streamed.headers
        return response
