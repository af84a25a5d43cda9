"""A cache that can be made to fail or to hang, as those do that stand on a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache


class FaultyCache(BaseCache):
    """One for all threads, in this process."""

    values: ClassVar[dict[str, Any]] = {}
    written: ClassVar[list[Any]] = []
    """All values that were ever set, in order."""
    broken: ClassVar[bool] = False
    passable: ClassVar[threading.Event] = threading.Event()

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    @classmethod
    def empty(cls) -> None:
        """Forget all, and be well."""
        cls.values.clear()
        cls.written.clear()
        cls.broken = False
        cls.passable.set()

    @classmethod
    @contextmanager
    def hanging(cls) -> Iterator[None]:
        """Answer nothing before the end of the block."""
        cls.passable.clear()
        try:
            yield
        finally:
            cls.passable.set()

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return a value."""
        self._work()
        return self.values.get(key, default)

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Keep a value."""
        self._work()
        self.values[key] = value
        self.written.append(value)

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value."""
        self._work()
        return self.values.pop(key, None) is not None

    def _work(self) -> None:
        self.passable.wait()
        if self.broken:
            raise ConnectionError("nobody listens")


FAULTY = {"default": {"BACKEND": "tests.caches.FaultyCache"}}
