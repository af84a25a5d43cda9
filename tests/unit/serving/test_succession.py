"""What a process leaves to the one it becomes, and how a worker takes the signals to its group."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from lowcode_async.serving.succession import Inheritance, inherit


def test_first_process_inherits_nothing() -> None:
    assert inherit({"PATH": "/bin"}) is None


def test_inheritance_is_taken_out_of_the_environment() -> None:
    environ = {"LOWCODE_LISTEN_FD": "7", "LOWCODE_CONNECTION_FDS": "8 9", "PATH": "/bin"}
    assert inherit(environ) == Inheritance(listening=7, connections=(8, 9))
    assert environ == {"PATH": "/bin"}


def test_inheritance_may_hold_no_connections() -> None:
    environ = {"LOWCODE_LISTEN_FD": "7", "LOWCODE_CONNECTION_FDS": ""}
    assert inherit(environ) == Inheritance(listening=7, connections=())


SUCCESSOR = """
import os, signal, socket, sys
from lowcode_async.serving import sockets, succession
inheritance = succession.inherit()
if inheritance is None:
    listening = sockets.open_socket("127.0.0.1", 0)
    client = socket.create_connection(listening.getsockname())
    connection, _ = listening.accept()
    os.set_inheritable(connection.fileno(), True)
    os.environ["CLIENT"] = str(os.dup(client.fileno()))
    os.set_inheritable(int(os.environ["CLIENT"]), True)
    print(os.getpid(), listening.getsockname())
    succession.become_successor(listening, [connection.fileno()])
listening = sockets.adopt(inheritance.listening)
os.kill(os.getpid(), signal.SIGHUP)
os.kill(os.getpid(), signal.SIGUSR2)
socket.socket(fileno=inheritance.connections[0]).sendall(b"hello")
assert socket.socket(fileno=int(os.environ["CLIENT"])).recv(5) == b"hello"
print(os.getpid(), listening.getsockname(), sys.argv[1:])
"""


def test_successor_has_the_pid_the_socket_the_connections_and_the_arguments() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SUCCESSOR, "--port", "0"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    first, second = done.stdout.splitlines()
    assert second == f"{first} ['--port', '0']"


WORKER = """
import os, signal, time
from lowcode_async.serving.signals import take_echoes_for_one
count = 0
def end(number, frame):
    global count
    count += 1
signal.signal(signal.SIGTERM, end)
take_echoes_for_one()
os.kill(os.getpid(), signal.SIGTERM)
os.kill(os.getpid(), signal.SIGTERM)
assert count == 1, count
time.sleep(2.1)
os.kill(os.getpid(), signal.SIGTERM)
assert count == 2, count
"""


def test_echo_of_a_signal_is_no_second_signal() -> None:
    subprocess.run([sys.executable, "-c", WORKER], check=True, timeout=60, env=dict(os.environ))


def test_default_of_a_signal_is_left_alone() -> None:
    source = (
        "import signal; from lowcode_async.serving.signals import take_echoes_for_one;"
        "take_echoes_for_one(); assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL"
    )
    subprocess.run([sys.executable, "-c", source], check=True, timeout=60)
    assert signal.getsignal(signal.SIGTERM) != signal.SIG_IGN
