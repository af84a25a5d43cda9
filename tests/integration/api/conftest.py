"""Clients of the API, and a server that takes upgrades without doing them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from lowcode_async.clock import database_now
from lowcode_async.models import Process
from tests.databases import Database
from tests.openapi import CheckedClient

START = "/lowcode/api/upgrade-model/"
NAME = {"name": "name", "type": "CharField", "max_length": 100}
PRODUCT: dict[str, Any] = {"model_name": "Product", "fields": [NAME]}


def with_token(user: User) -> APIClient:
    """Return a client that brings a user's token; errors in views reach the test."""
    token, _ = Token.objects.get_or_create(user=user)
    client = CheckedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    return client


def problems(response: Any) -> list[tuple[str, str]]:
    """Return code and pointer of each problem in an answer."""
    return [(each["code"], each["pointer"]) for each in response.json()["errors"]]


@pytest.fixture(autouse=True)
def host() -> Iterator[None]:
    """Let the site be called as Django's test client calls it."""
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        yield


@pytest.fixture
def staff(staff_user: User) -> APIClient:
    """A staff user's client."""
    return with_token(staff_user)


@pytest.fixture
def server(database: Database) -> Process:
    """A server that is alive, however long a test takes, but never gets round to an upgrade."""
    now = database_now()
    return Process.objects.create(
        kind=Process.Kind.EMBEDDED,
        host="here",
        pid=1,
        started_at=now,
        last_seen_at=now + timedelta(hours=1),
    )
