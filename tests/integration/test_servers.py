"""The throw-away servers: nothing of them may outlive the tests."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from tests.servers.base import ServiceMissing, find_program, wait_for
from tests.servers.redis import Redis

ROOT = Path(__file__).resolve().parents[2]
ABANDON = """
import os, signal
from tests.servers.redis import Redis
server = Redis()
server.start()
print(server.port, server.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def _assert_closed(port: int) -> None:
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_server_ends_when_the_tests_are_killed(redis_server: Redis) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ABANDON], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    port, folder = done.stdout.split()

    def look() -> None:
        assert not Path(folder).exists()

    wait_for(look, seconds=60)
    _assert_closed(int(port))


def test_a_frozen_server_does_not_answer(redis_server: Redis) -> None:
    client = redis.Redis.from_url(redis_server.url(), socket_timeout=0.2, retry=None)
    with contextlib.closing(client):
        with redis_server.frozen(), pytest.raises(redis.exceptions.TimeoutError):
            client.ping()
        assert client.ping()


def test_a_missing_program_is_named_with_its_cure() -> None:
    with pytest.raises(ServiceMissing, match=r"no-such-server not found; .*make services"):
        find_program("Some server", "no-such-server")
