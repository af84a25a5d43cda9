"""Signing in and out, as a browser does it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import override_settings
from rest_framework.authtoken.models import Token

import lowcode_async
from tests.caches import FAULTY, FaultyCache
from tests.databases import Database
from tests.integration.api.conftest import problems
from tests.openapi import CheckedClient

PATH = "/lowcode/api/session/"
RIGHT = {"username": "staff", "password": "staff-password"}


class Browser(CheckedClient):
    """Keeps cookies, and sends the CSRF token it was given last."""

    def __init__(self, **meta: str) -> None:
        super().__init__(enforce_csrf_checks=True, **meta)
        self.state = self.get(PATH).json()

    def send(self, method: str, data: Any = None) -> Any:
        token = self.state["csrf_token"]
        response = getattr(self, method)(PATH, data, "json", HTTP_X_CSRFTOKEN=token)
        if response.status_code == 200:
            self.state = response.json()
        return response


@pytest.fixture(autouse=True)
def no_attempts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def browser(database: Database, staff_user: User) -> Browser:
    return Browser()


def test_staff_signs_in_works_and_signs_out(browser: Browser) -> None:
    assert browser.state["user"] is None
    assert browser.state["version"] == lowcode_async.__version__
    assert browser.state["mode"] == "embedded"
    assert browser.state["language"] == "zh-hans"
    assert browser.get("/lowcode/api/upgrades/").status_code == 401

    before = browser.state["csrf_token"]
    assert browser.send("post", RIGHT).status_code == 200
    assert browser.state["user"] == {"username": "staff", "name": "staff", "is_staff": True}
    assert browser.get("/lowcode/api/upgrades/").status_code == 200
    assert browser.get(PATH).json()["user"] == browser.state["user"]
    stale = browser.delete(PATH, HTTP_X_CSRFTOKEN=before)
    assert problems(stale) == [("csrf_refused", "")]

    assert browser.send("delete").status_code == 200
    assert browser.state["user"] is None
    assert browser.get("/lowcode/api/upgrades/").status_code == 401
    assert browser.send("delete").status_code == 200


def test_nobody_is_signed_in_by_another_site(browser: Browser) -> None:
    response = browser.post(PATH, RIGHT, "json")
    assert (response.status_code, problems(response)) == (403, [("csrf_refused", "")])
    assert "sessionid" not in browser.cookies


def test_who_is_refused_is_told_why_and_no_more(browser: Browser) -> None:
    User.objects.create_user("user", password="user-password", first_name="An")
    User.objects.create_user("gone", password="gone-password", is_staff=True, is_active=False)
    for name, password, status, code in (
        ("staff", "wrong", 401, "sign_in_refused"),
        ("nobody", "staff-password", 401, "sign_in_refused"),
        ("gone", "gone-password", 401, "sign_in_refused"),
        ("user", "user-password", 403, "not_staff"),
    ):
        response = browser.send("post", {"username": name, "password": password})
        assert (response.status_code, response.json()["code"]) == (status, code)
        assert browser.get(PATH).json()["user"] is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_problem_of_the_body_is_named(browser: Browser) -> None:
    response = browser.send("post", {"username": 5, "name": "staff"})
    assert response.status_code == 400
    assert problems(response) == [
        ("key_unknown", "/name"),
        ("text_expected", "/username"),
        ("text_expected", "/password"),
    ]
    assert problems(browser.send("post", [])) == [("body_not_an_object", "")]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_fails_too_often_has_to_wait(browser: Browser) -> None:
    wrong = {**RIGHT, "password": "wrong"}
    with override_settings(LOWCODE_SIGN_IN_RATE="3/hour", LOWCODE_SIGN_IN_RATE_OF_ADDRESS="5/hour"):
        assert [browser.send("post", wrong).status_code for _ in range(4)] == [401, 401, 401, 429]
        refused = browser.send("post", {**RIGHT, "username": "STAFF"})
        assert problems(refused) == [("too_many_attempts", "")]
        assert 3500 < int(refused["Retry-After"]) <= 3600
        spoofed = browser.post(
            PATH,
            RIGHT,
            "json",
            HTTP_X_CSRFTOKEN=browser.state["csrf_token"],
            HTTP_X_FORWARDED_FOR="1.2.3.4",
        )
        assert spoofed.status_code == 429
        elsewhere = Browser(REMOTE_ADDR="10.0.0.1")
        assert elsewhere.send("post", RIGHT).status_code == 200
        others = [
            browser.send("post", {"username": f"u{n}", "password": "x"}).status_code
            for n in range(3)
        ]
        assert others == [401, 401, 429]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_behind_a_proxy_the_address_that_it_tells_counts(browser: Browser) -> None:
    wrong = {**RIGHT, "password": "wrong"}
    with override_settings(REST_FRAMEWORK={"NUM_PROXIES": 1}, LOWCODE_SIGN_IN_RATE="1/hour"):
        one, same, other = (
            Browser(HTTP_X_FORWARDED_FOR=told)
            for told in ("10.0.0.1", "1.2.3.4, 10.0.0.1", "10.0.0.2")
        )
        assert one.send("post", wrong).status_code == 401
        assert same.send("post", RIGHT).status_code == 429
        assert other.send("post", RIGHT).status_code == 200


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_fails_too_often_has_to_wait_without_a_cache_too(browser: Browser) -> None:
    # What a process counts for itself outlives this test.
    wrong = {"username": secrets.token_hex(8), "password": "wrong"}
    FaultyCache.empty()
    with override_settings(CACHES=FAULTY, LOWCODE_SIGN_IN_RATE="2/hour"):
        FaultyCache.broken = True
        assert [browser.send("post", wrong).status_code for _ in range(3)] == [401, 401, 429]
        assert browser.send("post", RIGHT).status_code == 200


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_token_tells_who_it_is_and_a_wrong_one_is_refused(
    database: Database, staff_user: User
) -> None:
    token = Token.objects.create(user=staff_user)
    client = CheckedClient()
    for key, status in ((token.key, 200), ("0123", 401)):
        response = client.get(PATH, headers={"Authorization": f"Token {key}"})
        assert response.status_code == status
    assert problems(response) == [("credentials_refused", "")]
    english = client.get(PATH, headers={"Accept-Language": "en"}).json()
    assert english["language"] == "en"
