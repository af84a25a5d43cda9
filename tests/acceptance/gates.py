"""Requests that are under way for as long as a test wants."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.clients import TIMEOUT
from tests.acceptance.site import Site
from tests.servers.base import wait_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A path of the slow site that answers when it is opened."""

    site: Site
    name: str = "gate"

    def knock(self) -> http.client.HTTPConnection:
        """Send the request, and return its connection once the site is at work on it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=TIMEOUT)
        connection.request("GET", f"/gate/{self.name}/")
        wait_for(self._file("begun").read_text, seconds=TIMEOUT)
        return connection

    def open(self) -> None:
        """Let the site answer."""
        self._file("open").touch()

    def _file(self, suffix: str) -> Path:
        return self.site.folder / f"{self.name}.{suffix}"
