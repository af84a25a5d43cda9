"""A shop of live models, and clients of the API over their rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from lowcode_async.rest.tokens import token_of
from tests.databases import Database
from tests.integration.api.conftest import with_token
from tests.integration.runtime.dynamic import definition, publish, text

DATA = "/lowcode/api/data"


def number(**options: Any) -> dict[str, Any]:
    """Return an IntegerField."""
    return {"type": "IntegerField", **options}


def moment() -> dict[str, Any]:
    """Return a DateTimeField that need not be set."""
    return {"type": "DateTimeField", "null": True}


def to(model: str, **options: Any) -> dict[str, Any]:
    """Return a ForeignKey that need not be set."""
    return {"type": "ForeignKey", "to": model, "on_delete": "CASCADE", "null": True, **options}


AUTHOR = definition("Author", name=text(unique=True), born={"type": "DateField", "null": True})
BOOK = definition(
    "Book",
    title={"type": "CharField", "max_length": 50},
    pages=number(default=0),
    price={"type": "DecimalField", "max_digits": 8, "decimal_places": 2, "null": True},
    weight={"type": "FloatField", "null": True},
    printed={"type": "BooleanField", "default": False},
    published={"type": "DateTimeField", "null": True},
    length={"type": "DurationField", "null": True},
    isbn={"type": "UUIDField", "null": True},
    notes={"type": "JSONField", "null": True},
    cover={"type": "BinaryField", "null": True},
    opens={"type": "TimeField", "null": True},
    author=to("Author"),
    editor=to("auth.User"),
    tags={"type": "ManyToManyField", "to": "Tag", "blank": True},
    readers={"type": "ManyToManyField", "to": "auth.User", "blank": True},
)
TAG = definition("Tag", name=text())
TASK = definition(
    "Task",
    name=text(unique=True),
    parent=to("self"),
    create_time=moment(),
    update_time=moment(),
    create_user=to("auth.User"),
    update_user=to("auth.User"),
    project=number(),
    is_deleted={"type": "BooleanField", "default": False},
)


@pytest.fixture(autouse=True)
def host() -> Iterator[None]:
    """Let the site be called as Django's test client calls it."""
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        yield


@pytest.fixture
def shop(database: Database) -> None:
    """Authors, books, tags, and tasks of projects; no rows."""
    publish(AUTHOR)
    publish(TAG)
    publish(BOOK)
    publish(TASK)


@pytest.fixture
def staff(staff_user: User) -> APIClient:
    """A staff user's client, whose token has been seen before, as in all requests but the first."""
    client = with_token(staff_user)
    for _ in range(2):
        assert token_of(Token.objects.get(user=staff_user).key) is not None
    return client


def codes(response: Any) -> list[tuple[str, str]]:
    """Return code and pointer of each problem in an answer."""
    return sorted((each["code"], each["pointer"]) for each in response.json()["errors"])
