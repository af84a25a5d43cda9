"""Whatever becomes of the cache, nobody waits for it long, and it is said once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import BaseCache
from django.test import override_settings

from lowcode_async import caching
from lowcode_async.caching import CacheAway, Change, PatientCache
from tests.caches import FAULTY, FaultyCache
from tests.servers.base import wait_for


@pytest.fixture
def cache() -> Iterator[PatientCache]:
    FaultyCache.empty()
    with override_settings(CACHES=FAULTY):
        yield PatientCache()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "PATIENCE", 0.05)
    monkeypatch.setattr(caching, "REST", 0.05)


def get(cache: BaseCache) -> Any:
    return cache.get("key")


def put(value: int) -> Change:
    return lambda cache: cache.set("key", value)


def wait_until_kept(cache: PatientCache, value: int | None) -> None:
    def look() -> None:
        assert cache.ask(get) == value

    wait_for(look, seconds=60)


def wait_until_stuck(cache: PatientCache) -> None:
    def look() -> None:
        assert cache._is_stuck()

    wait_for(look, seconds=60)


def test_what_is_told_is_there_some_time(cache: PatientCache) -> None:
    cache.tell("key", put(1))
    wait_until_kept(cache, 1)
    cache.tell("key", lambda each: each.delete("key"))
    wait_until_kept(cache, None)


def test_a_cache_in_memory_is_asked_in_place() -> None:
    cache = PatientCache()
    cache.tell("key", put(7))
    assert cache.ask(get) == 7
    cache.tell("key", lambda each: each.delete("key"))
    assert cache.ask(get) is None
    assert cache._thread is None


def test_a_cache_that_fails_is_told_once_and_asked_again_later(
    cache: PatientCache, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "PATIENCE", 60.0)
    monkeypatch.setattr(caching, "REST", 0.05)
    caplog.set_level("INFO", "lowcode_async.caching")
    FaultyCache.broken = True
    for number in range(3):
        cache.tell("key", put(number))
        with pytest.raises(CacheAway):
            cache.ask(get)
    FaultyCache.broken = False
    wait_for(lambda: cache.ask(get), seconds=60)  # it is not asked before its rest is over
    cache.tell("key", put(9))
    wait_until_kept(cache, 9)
    said = [each.message for each in caplog.records]
    assert said[0].startswith("cache away, going on without it error=ConnectionError")
    assert said[1:] == ["cache there again"]


@pytest.mark.usefixtures("hurried")
def test_nobody_waits_for_a_cache_that_hangs_and_nothing_piles_up(cache: PatientCache) -> None:
    with FaultyCache.hanging():
        with pytest.raises(CacheAway):
            cache.ask(get)
        for number in range(1000):
            cache.tell("key", put(number))
        with pytest.raises(CacheAway):
            cache.ask(get)
        assert cache._tasks.qsize() <= 2
    wait_until_kept(cache, 999)
    assert FaultyCache.written == [999]


def test_who_asks_a_cache_that_has_hung_for_long_does_not_wait(
    cache: PatientCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "PATIENCE", 0.05)
    monkeypatch.setattr(caching, "REST", 0.0)
    with FaultyCache.hanging():
        with pytest.raises(CacheAway):
            cache.ask(get)
        wait_until_stuck(cache)
        with pytest.raises(CacheAway) as refused:
            cache.ask(get)
    assert refused.value.__cause__ is None  # nothing was waited for


def test_a_cache_that_there_is_not_fails_like_one_that_is_away() -> None:
    cache = PatientCache()
    with override_settings(CACHES={"default": {"BACKEND": "no.such.Cache"}}):
        cache.tell("key", put(1))
        with pytest.raises(CacheAway):
            cache.ask(get)
