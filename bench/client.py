"""A client whose own time is next to nothing: libcurl, which also holds the watch.

Python's own clients take up to a millisecond for an answer, which would be taken for the server's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import pycurl

Request: TypeAlias = tuple[str, str, Any]
"""Method, path, and what becomes the body as JSON; None for none."""


class Client:
    """One connection to a server, which is kept."""

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        self._address = address
        self._headers = [f"{name}: {value}" for name, value in headers.items()]
        self._curl = pycurl.Curl()
        self._curl.setopt(pycurl.NOSIGNAL, 1)  # threads have no signals
        self._curl.setopt(pycurl.TIMEOUT, 60)

    def ask(self, request: Request) -> float:
        """Return the seconds until the whole answer is there, as libcurl has counted them."""
        method, path, body = request
        answer = bytearray()
        headers = [*self._headers, "Expect:"]  # else it would ask before it sends much
        self._curl.setopt(pycurl.URL, f"{self._address}{path}")
        self._curl.setopt(pycurl.CUSTOMREQUEST, method)
        self._curl.setopt(pycurl.WRITEFUNCTION, answer.extend)
        if body is None:
            self._curl.setopt(pycurl.HTTPGET, 1)
        else:
            headers.append("Content-Type: application/json")
            self._curl.setopt(pycurl.POSTFIELDS, json.dumps(body).encode())
        self._curl.setopt(pycurl.HTTPHEADER, headers)
        self._curl.perform()
        status = self._curl.getinfo(pycurl.RESPONSE_CODE)
        assert 200 <= status < 300, (status, bytes(answer[:500]))
        return self._curl.getinfo(pycurl.TOTAL_TIME)
