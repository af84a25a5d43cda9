"""The listening socket, wherever it comes from."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from lowcode_async.serving import sockets


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with sockets.open_socket("127.0.0.1", 0) as opened:
        yield opened


def test_port_zero_takes_a_free_one(listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    with closing(socket.create_connection(("127.0.0.1", port))):
        assert sockets.url(listening) == f"http://127.0.0.1:{port}/"


def test_address_in_use_is_an_error(listening: socket.socket) -> None:
    with pytest.raises(OSError, match="in use"):
        sockets.open_socket("127.0.0.1", listening.getsockname()[1])


def test_port_can_be_taken_again_at_once() -> None:
    with sockets.open_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with closing(socket.create_connection(("127.0.0.1", port))) as client:
            first.accept()[0].close()
            assert client.recv(1) == b""
    sockets.open_socket("127.0.0.1", port).close()


def test_socket_of_another_program_is_adopted(listening: socket.socket) -> None:
    with sockets.adopt(os.dup(listening.fileno())) as adopted:
        assert adopted.getsockname() == listening.getsockname()


def test_descriptor_that_is_no_socket_is_refused() -> None:
    reading, writing = os.pipe()
    try:
        with pytest.raises(OSError):  # noqa: PT011 - its words are the system's
            sockets.adopt(reading)
    finally:
        os.close(reading)
        os.close(writing)


def test_everybody_is_told_a_local_address() -> None:
    with sockets.open_socket("0.0.0.0", 0) as opened:
        assert sockets.url(opened).startswith("http://127.0.0.1:")


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_ipv6_address_stands_in_brackets(host: str) -> None:
    try:
        opened = sockets.open_socket(host, 0)
    except OSError:
        pytest.skip("no IPv6 here")
    with opened:
        assert sockets.url(opened).startswith("http://[::1]:")


@pytest.mark.parametrize(
    ("environ", "fd"),
    [
        ({}, None),
        ({"LISTEN_FDS": "1", "LISTEN_PID": "ours"}, 3),
        ({"LISTEN_FDS": "2", "LISTEN_PID": "ours"}, 3),
        ({"LISTEN_FDS": "0", "LISTEN_PID": "ours"}, None),
        ({"LISTEN_FDS": "1", "LISTEN_PID": "1"}, None),
        ({"LISTEN_FDS": "1"}, None),
    ],
)
def test_sockets_of_systemd_are_taken_by_the_process_they_are_for(
    environ: dict[str, str], fd: int | None
) -> None:
    given = {name: value.replace("ours", str(os.getpid())) for name, value in environ.items()}
    assert sockets.systemd_fd(given) == fd


def test_first_environment_is_that_of_the_start() -> None:
    os.environ["SET_LATER"] = "1"
    try:
        first = sockets.first_environment()
    finally:
        del os.environ["SET_LATER"]
    assert first["PATH"]
    assert "SET_LATER" not in first
