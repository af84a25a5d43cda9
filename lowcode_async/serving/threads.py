"""Threads for requests, of which the one that was at work last is the next to work.

`ThreadPoolExecutor` gives work to the thread that has rested longest. Once a crowd has asked, each
request of a single client then meets another thread, whose memory has left the processor's cache:
that took a fifth of the time of a short request.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any, NamedTuple, ParamSpec, TypeAlias, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _Task(NamedTuple):
    """A call, and whom its result is for."""

    future: Future[Any]
    call: Callable[[], Any]

    def done(self) -> Callable[[], None]:
        """Make the call; return what tells how it ended."""
        if not self.future.set_running_or_notify_cancel():
            return lambda: None
        try:
            return partial(self.future.set_result, self.call())
        except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
            return partial(self.future.set_exception, error)


_Inbox: TypeAlias = "SimpleQueue[_Task | None]"
"""Where a thread waits for its next task; None ends it."""


class RequestThreads(Executor):
    """An executor of at most `most` threads, which are started when they are needed.

    They end with the executor; at the end of the process nobody waits for them.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._inboxes: list[_Inbox] = []
        self._resting: list[_Inbox] = []
        """The threads without work; the last one has rested least."""
        self._waiting: deque[_Task] = deque()
        weakref.finalize(self, _end, self._inboxes)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Let a thread call a function; if all are at work, the first that is done does it."""
        future: Future[T] = Future()
        task = _Task(future, partial(fn, *args, **kwargs))
        with self._lock:
            if self._resting:
                self._resting.pop().put(task)
            elif len(self._inboxes) < self._most:
                self._start(task)
            else:
                self._waiting.append(task)
        return future

    def _start(self, task: _Task) -> None:
        inbox: _Inbox = SimpleQueue()
        inbox.put(task)
        name = f"request_{len(self._inboxes)}"
        self._inboxes.append(inbox)
        work = partial(_work, inbox, weakref.ref(self))
        threading.Thread(target=work, name=name, daemon=True).start()

    def rest(self, inbox: _Inbox) -> None:
        """Give a thread that has done its task the next one, or let it rest."""
        with self._lock:
            if self._waiting:
                inbox.put(self._waiting.popleft())
            else:
                self._resting.append(inbox)


def _work(inbox: _Inbox, executor: weakref.ref[RequestThreads]) -> None:
    while (task := inbox.get()) is not None:
        tell = task.done()
        # Before it is told: who asks again at once gets the same thread.
        if (threads := executor()) is not None:
            threads.rest(inbox)
        tell()
        del task, tell, threads  # while it rests, a thread keeps nothing of a request


def _end(inboxes: list[_Inbox]) -> None:
    for inbox in inboxes:
        inbox.put(None)
