"""Where a socket's page may come from."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from lowcode_async.websocket.auth import origin_acceptable, request_of

COOKIE = (b"cookie", b"sessionid=abc")
TOKEN = (b"authorization", b"Token abc")


def acceptable(*headers: tuple[bytes, bytes], host: bytes = b"site.example:8000") -> bool:
    scope: dict[str, Any] = {
        "type": "websocket",
        "path": "/ws/lowcode/upgrades/",
        "query_string": b"after=1",
        "headers": [(b"host", host), *headers],
    }
    return origin_acceptable(request_of(scope))


@pytest.fixture(autouse=True)
def site() -> Any:
    with override_settings(
        ALLOWED_HOSTS=["site.example", ".wide.example", "127.0.0.1"],
        CSRF_TRUSTED_ORIGINS=["https://app.example", "https://*.trusted.example"],
        DEBUG=False,
    ):
        yield


@pytest.mark.parametrize(
    "origin",
    [
        "http://site.example:8000",
        "https://site.example",
        "HTTPS://SITE.EXAMPLE",
        "http://127.0.0.1:5173",
        "https://a.wide.example",
        "https://app.example",
        "https://app.example:443",
        "https://sub.trusted.example",
    ],
)
def test_pages_of_the_site_and_of_origins_it_trusts_may_open_sockets(origin: str) -> None:
    assert acceptable((b"origin", origin.encode()), COOKIE)
    assert acceptable((b"origin", origin.encode()), TOKEN)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://site.example.evil.example",
        "https://evilsite.example",
        "https://site.example@evil.example",
        "http://app.example",
        "https://app.example:8443",
        "null",
        "",
        "site.example",
        "file://site.example",
        "javascript://site.example",
        "http://site.example:port",
        "http://[",
        "http://site.example, http://evil.example",
        "*",
        "https://",
    ],
)
def test_other_pages_may_not_whatever_they_bring(origin: str) -> None:
    assert not acceptable((b"origin", origin.encode()), COOKIE)
    assert not acceptable((b"origin", origin.encode()), TOKEN)
    assert not acceptable((b"origin", origin.encode()))


def test_a_cookie_is_worth_nothing_without_an_origin() -> None:
    assert not acceptable(COOKIE)


def test_programs_send_no_origin() -> None:
    assert acceptable(TOKEN)
    assert acceptable()


def test_any_host_does_not_mean_any_origin() -> None:
    with override_settings(ALLOWED_HOSTS=["*"]):
        assert acceptable((b"origin", b"http://site.example:8000"), COOKIE)
        assert not acceptable((b"origin", b"http://evil.example"), COOKIE)


def test_a_host_that_is_not_the_sites_makes_no_origin_good() -> None:
    assert not acceptable((b"origin", b"http://evil.example"), COOKIE, host=b"evil.example")


def test_a_site_under_development_has_its_own_machine_for_a_host() -> None:
    with override_settings(ALLOWED_HOSTS=[], DEBUG=True):
        assert acceptable((b"origin", b"http://localhost:8000"), COOKIE, host=b"localhost:8000")
        assert not acceptable((b"origin", b"http://evil.example"), COOKIE, host=b"localhost:8000")


@pytest.mark.parametrize("query", [b"after=%ff", b"\xff\xfe", b"after=1&after=2", b""])
def test_any_query_is_read(query: bytes) -> None:
    scope = {"type": "websocket", "path": "/", "query_string": query, "headers": []}
    assert request_of(scope).GET is not None
