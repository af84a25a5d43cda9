"""The thread that was at work last is the next to work."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import CancelledError
from threading import Barrier, Event, Thread

import pytest

from lowcode_async.serving.threads import RequestThreads

PATIENCE = 60


def test_after_a_crowd_one_thread_does_what_comes_one_by_one() -> None:
    threads = RequestThreads(4)
    together = Barrier(4, timeout=PATIENCE)
    crowd = [threads.submit(together.wait) for _ in range(4)]
    assert sorted(each.result(PATIENCE) for each in crowd) == [0, 1, 2, 3]
    names = {threads.submit(_name).result(PATIENCE) for _ in range(20)}
    assert len(names) == 1


def test_work_beyond_the_last_thread_waits_for_its_turn() -> None:
    threads = RequestThreads(1)
    go = Event()
    first = threads.submit(go.wait, PATIENCE)
    others = [threads.submit(lambda number=number: (number, _name())) for number in range(3)]
    assert not any(each.done() for each in others)
    go.set()
    assert first.result(PATIENCE)
    assert [each.result(PATIENCE) for each in others] == [(n, "request_0") for n in range(3)]


def test_error_is_told_and_the_thread_goes_on() -> None:
    threads = RequestThreads(1)
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 / 0).result(PATIENCE)
    assert threads.submit(_name).result(PATIENCE) == "request_0"


def test_what_is_given_up_before_its_turn_is_not_done() -> None:
    threads = RequestThreads(1)
    go, done = Event(), Event()
    first = threads.submit(go.wait, PATIENCE)
    given_up = threads.submit(done.set)
    assert given_up.cancel()
    go.set()
    first.result(PATIENCE)
    assert threads.submit(_name).result(PATIENCE) == "request_0"
    assert not done.is_set()
    with pytest.raises(CancelledError):
        given_up.result(PATIENCE)


def test_threads_end_with_their_executor() -> None:
    threads = RequestThreads(2)
    thread: Thread = threads.submit(threading.current_thread).result(PATIENCE)
    assert thread.is_alive()
    del threads
    gc.collect()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def _name() -> str:
    return threading.current_thread().name
