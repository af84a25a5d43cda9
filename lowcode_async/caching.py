"""The site's default cache, which may be slow, full or away: nobody waits for it long.

What stands there is worth having and no more. Caches know no deadline that all of them keep, so a cache
that is not in this process's memory is asked in one thread of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import Final, TypeVar

from django.core.cache import DEFAULT_CACHE_ALIAS, BaseCache, InvalidCacheBackendError, caches
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache

log = logging.getLogger(__name__)

PATIENCE: Final = 1.0
"""Seconds that somebody waits for an answer."""
REST: Final = 2.0
"""Seconds for which nobody asks a cache that has not answered."""

T = TypeVar("T")
Change = Callable[[BaseCache], object]


class CacheAway(Exception):
    """The cache has not answered, or not in time."""


class PatientCache:
    """The default cache, asked in such a way that nobody comes to harm by it."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._changes: dict[str, Change] = {}
        self._lock = Lock()
        self._thread: Thread | None = None
        self._busy_since: float | None = None
        self._ask_again_at = 0.0
        self._is_away = False

    def ask(self, question: Callable[[BaseCache], T]) -> T:
        """Return what `question` does; it is called with the cache. Not for an event loop: this waits.

        Raises:
            CacheAway: it has failed, or took too long.
        """
        if (near := _in_memory()) is not None:
            return question(near)
        if self._is_resting() or self._is_stuck():
            raise CacheAway
        answer: Future[T] = Future()
        self._put(partial(_answer, question, answer))
        try:
            return answer.result(PATIENCE)
        except Exception as error:
            answer.cancel()
            self._missed(error)
            raise CacheAway from error

    def tell(self, key: str, change: Change) -> None:
        """Have `change` called with the cache as soon as that can be; nobody waits.

        One that comes for the same `key` meanwhile takes its place. One that fails is not repeated.
        """
        if (near := _in_memory()) is not None:
            change(near)
            return
        with self._lock:
            waits = key in self._changes
            self._changes[key] = change
        if not waits:
            self._put(partial(self._change, key))

    def _put(self, task: Callable[[], object]) -> None:
        self._tasks.put(task)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                # A daemon, since a cache that hangs must not keep the process from its end.
                self._thread = Thread(target=self._work, name="lowcode-cache", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            task = self._tasks.get()
            begun = self._busy_since = monotonic()
            try:
                task()
            except Exception as error:  # noqa: BLE001 - each cache has errors of its own
                self._missed(error)
            else:
                self._answered(monotonic() - begun)
            self._busy_since = None

    def _change(self, key: str) -> None:
        with self._lock:
            change = self._changes.pop(key)
        change(caches[DEFAULT_CACHE_ALIAS])

    def _is_resting(self) -> bool:
        return monotonic() < self._ask_again_at

    def _is_stuck(self) -> bool:
        since = self._busy_since
        return since is not None and monotonic() - since > PATIENCE

    def _missed(self, error: Exception) -> None:
        if not self._is_away:
            log.warning("cache away, going on without it error=%r", error)
        self._is_away = True
        self._ask_again_at = monotonic() + REST

    def _answered(self, seconds: float) -> None:
        if self._is_away and seconds <= PATIENCE:
            log.info("cache there again")
            self._is_away = False


def _in_memory() -> BaseCache | None:
    """Return the cache if it is nothing that one could have to wait for."""
    try:
        cache = caches[DEFAULT_CACHE_ALIAS]
    except InvalidCacheBackendError:
        return None  # it then fails like one that is away
    return cache if isinstance(cache, (LocMemCache, DummyCache)) else None


def _answer(question: Callable[[BaseCache], T], answer: Future[T]) -> None:
    if not answer.set_running_or_notify_cancel():
        raise TimeoutError  # whoever has asked has gone
    try:
        answer.set_result(question(caches[DEFAULT_CACHE_ALIAS]))
    except Exception as error:
        answer.set_exception(error)
        raise


_cache: Final = PatientCache()
ask: Final = _cache.ask
tell: Final = _cache.tell
