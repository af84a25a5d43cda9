"""Processes that serve live models, started by tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from lowcode_async.runtime.processes import own
from tests.databases import Database


class Follower:
    """A real process that serves live models."""

    def __init__(self, database: Database, kind: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.follower", kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "asgi_site.settings",
                "DEBUG": "1",
                "DATABASE_URL": database.url,
                **environment,
            },
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def hear(self, key: str) -> dict[str, Any]:
        """Return the next thing it says that has this key."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said: dict[str, Any] = json.loads(line)
            if key in said:
                return said
        raise AssertionError(f"the process ended without a word of {key}")

    def end(self) -> None:
        """Let it end by itself."""
        self.process.communicate(timeout=60)

    def kill(self) -> None:
        """Kill it, if it still lives."""
        self.process.kill()
        self.process.communicate(timeout=60)


@pytest.fixture(autouse=True)
def unregistered() -> Iterator[None]:
    """Leave no registration of this process behind, even where a test fails."""
    yield
    registration = own()
    if registration is not None:
        registration.stop()


@pytest.fixture
def follow(database: Database) -> Iterator[Callable[..., Follower]]:
    """Start processes that serve live models; they are killed in the end."""
    with ExitStack() as stack:

        def start(kind: str = "web", **environment: str) -> Follower:
            follower = Follower(database, kind, **environment)
            stack.callback(follower.kill)
            return follower

        yield start
