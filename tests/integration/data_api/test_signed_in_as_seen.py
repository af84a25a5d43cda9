"""A list begins with what was seen of a token and its user, and nobody gets one who may not have it now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import InterfaceError, connection
from django.test import override_settings
from rest_framework.authtoken.models import Token
from rest_framework.permissions import BasePermission
from rest_framework.test import APIClient

from lowcode_async import get_model
from lowcode_async.rest import tokens
from tests.databases import Database
from tests.integration.api.conftest import with_token
from tests.integration.data_api.conftest import DATA
from tests.integration.runtime.dynamic import definition, publish, text

AUTHORS = f"{DATA}/Author/"
LISTS = [
    "",
    "?name=Ann",
    "?name__icontains=n&ordering=-name",
    "?search=a",
    "?cursor=",
    "?name=nobody",
    "?name=Ann&page=7",
    "?nonsense=1",
    "?page=0",
]
"""Rows of all kinds of statements, none, and errors."""


def _gone(user: User) -> None:
    Token.objects.filter(user=user).delete()


def _renewed(user: User) -> None:
    _gone(user)
    Token.objects.create(user=user)


def _inactive(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _no_staff(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=False)


def _deleted(user: User) -> None:
    User.objects.filter(pk=user.pk).delete()


ENDS: list[tuple[Callable[[User], None], int]] = [
    (_gone, 401),
    (_renewed, 401),
    (_inactive, 401),
    (_no_staff, 403),
    (_deleted, 401),
]


class Named(BasePermission):
    """Lets one user in, whatever the name is now."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(request.user.username == "staff")


class Thorough(BasePermission):
    """Looks the user up, who may be gone."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return User.objects.get(pk=request.user.pk).is_staff


class Careless(BasePermission):
    """Changes what the user has."""

    def has_permission(self, request: Any, view: Any) -> bool:
        request.user.first_name.append("changed")
        return bool(request.user.first_name == ["read", "changed"])


def _permission(kind: type[BasePermission]) -> Any:
    names = [f"{kind.__module__}.{kind.__qualname__}"]
    return override_settings(LOWCODE_DATA_PERMISSION_CLASSES=names)


@pytest.fixture
def author(shop: None) -> Any:
    """Ann."""
    return get_model("Author")._default_manager.create(name="Ann")


@contextmanager
def before_rows_are_read(*acts: Callable[[], Any]) -> Iterator[None]:
    """Do something in the moment before the rows are asked for, and something else if they are again."""
    left = list(acts)

    def act(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if left and "FROM" in sql and "dynamic_author" in sql:
            left.pop(0)()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(act):
        yield
    assert not left


@contextmanager
def _asked() -> Iterator[list[str]]:
    """Note the statements, each with its values."""
    asked: list[str] = []

    def note(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        asked.append(f"{sql} {params}")
        return execute(sql, params, *rest)

    with connection.execute_wrapper(note):
        yield asked


def _client(name: str) -> tuple[User, APIClient]:
    """Return a new user of the staff, whose token has been seen."""
    user = User.objects.create_user(name, is_staff=True)
    client = with_token(user)
    for _ in range(2):
        assert tokens.token_of(Token.objects.get(user=user).key) is not None
    return user, client


@pytest.mark.parametrize(("end", "status"), ENDS)
def test_who_may_not_any_more_is_refused_at_once(author: Any, end: Any, status: int) -> None:
    for number, query in enumerate(LISTS):
        user, client = _client(f"user{number}")
        assert client.get(f"{AUTHORS}{query}").status_code in {200, 400}
        end(user)
        for _ in range(2):
            assert client.get(f"{AUTHORS}{query}").status_code == status, query


@pytest.mark.parametrize(("end", "status"), ENDS)
def test_who_is_shut_out_while_the_request_runs_gets_nothing(
    author: Any, database: Database, end: Any, status: int
) -> None:
    for number, query in enumerate(["", "?name=nobody", "?cursor=", "?search=a"]):
        user, client = _client(f"user{number}")
        with before_rows_are_read(lambda user=user: end(user)):  # type: ignore[misc]
            answer = client.get(f"{AUTHORS}{query}")
        # Elsewhere the token was looked up when the request began, and was good then.
        assert answer.status_code == (status if database.vendor == "postgresql" else 200), query
        assert client.get(f"{AUTHORS}{query}").status_code == status, query


def test_who_may_by_now_is_let_in_at_once(staff: APIClient, staff_user: User, author: Any) -> None:
    for query in LISTS:
        good = staff.get(f"{AUTHORS}{query}").status_code
        for name in ("is_staff", "is_active"):
            for value, status in ((False, {401, 403}), (True, {good})):
                User.objects.filter(pk=staff_user.pk).update(**{name: value})
                assert staff.get(f"{AUTHORS}{query}").status_code in status, query


def test_permissions_of_the_site_see_the_user_as_it_is_now(
    staff: APIClient, staff_user: User, author: Any
) -> None:
    with _permission(Named):
        for name, status in (("staff", 200), ("other", 403), ("staff", 200)):
            User.objects.filter(pk=staff_user.pk).update(username=name)
            assert staff.get(AUTHORS).status_code == status


def test_who_is_no_user_any_more_is_told_so_whatever_permissions_of_the_site_run_into(
    author: Any,
) -> None:
    user, client = _client("user")
    with _permission(Thorough):
        assert client.get(AUTHORS).status_code == 200
        _deleted(user)
        assert client.get(AUTHORS).status_code == 401


def test_what_permissions_of_the_site_change_is_not_kept(
    author: Any, staff: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = User._meta.get_field("first_name")
    monkeypatch.setattr(name, "from_db_value", lambda *_: ["read"], raising=False)
    tokens._statement.cache_clear()
    try:
        with _permission(Careless):
            assert [staff.get(AUTHORS).status_code for _ in range(3)] == [200, 200, 200]
    finally:
        tokens._statement.cache_clear()


def test_what_was_confirmed_before_the_structure_moved_does_not_count(
    author: Any, database: Database
) -> None:
    user, client = _client("user")

    def end() -> None:
        type(author)._base_manager.all().delete()
        _gone(user)

    with before_rows_are_read(lambda: publish(definition("Other", name=text())), end):
        answer = client.get(AUTHORS)
    assert answer.status_code == (401 if database.vendor == "postgresql" else 200)


def test_a_database_that_goes_away_before_the_token_is_confirmed_is_told(
    staff: APIClient, author: Any
) -> None:
    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if "dynamic_author" not in sql:
            raise InterfaceError
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        answer = staff.get(f"{AUTHORS}?name=nobody")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")


def test_no_list_gives_the_database_what_it_knows_of_the_user(
    staff: APIClient, staff_user: User, author: Any
) -> None:
    with _asked() as asked:
        assert staff.get(AUTHORS).status_code == 200
    assert asked
    assert not any(staff_user.password in each for each in asked)


def test_a_list_takes_one_statement_where_the_token_has_been_seen(
    staff: APIClient, author: Any, database: Database
) -> None:
    for query in ("", "?name__icontains=a", "?search=a"):
        for _ in range(2):
            with _asked() as asked:
                assert len(staff.get(f"{AUTHORS}{query}").json()["results"]) == 1
            assert len(asked) == (1 if database.vendor == "postgresql" else 2)


def test_no_list_is_read_twice_where_the_user_changes_with_each_request(
    author: Any, database: Database
) -> None:
    user, client = _client("user")
    read: list[int] = []
    for number in range(4):
        User.objects.filter(pk=user.pk).update(last_name=str(number))
        with _asked() as asked:
            assert client.get(AUTHORS).status_code == 200
        read.append(sum("dynamic_author" in each for each in asked))
    assert read == [2 if database.vendor == "postgresql" else 1, 1, 1, 1]


def test_tokens_are_kept_for_lists_alone(staff: APIClient, staff_user: User, author: Any) -> None:
    """Whatever writes, and whatever reads one row, asks for the token first."""
    _no_staff(staff_user)
    calls = [
        lambda: staff.post(AUTHORS, {"name": "Ben"}, "json"),
        lambda: staff.post(f"{AUTHORS}batch/", {"create": [{"name": "Ben"}]}, "json"),
        lambda: staff.patch(f"{AUTHORS}{author.pk}/", {"name": "Ben"}, "json"),
        lambda: staff.delete(f"{AUTHORS}{author.pk}/"),
        lambda: staff.get(f"{AUTHORS}{author.pk}/"),
        lambda: staff.get(f"{AUTHORS}export/"),
    ]
    assert [call().status_code for call in calls] == [403] * len(calls)
    assert [each.name for each in type(author)._default_manager.all()] == ["Ann"]


def test_no_more_than_a_thousand_tokens_are_kept(
    staff: APIClient, author: Any, database: Database
) -> None:
    tokens._seen.clear()
    users = User.objects.bulk_create(User(username=f"u{n}", is_staff=True) for n in range(1001))
    made = Token.objects.bulk_create(Token(user=each, key=f"key{each.pk}") for each in users)
    for each in made:
        assert tokens.token_of(each.key) is not None
    assert len(tokens._seen) == (1 if database.vendor == "postgresql" else 0)
    assert with_token(users[0]).get(AUTHORS).status_code == 200


def test_what_was_read_for_who_was_shut_out_is_read_again(author: Any, database: Database) -> None:
    """Though the right was back before anybody asked for it."""
    user, client = _client("user")
    read = 0

    def shut_out(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal read
        if "dynamic_author" not in sql:
            return execute(sql, *rest)
        read += 1
        _no_staff(user)
        try:
            return execute(sql, *rest)
        finally:
            User.objects.filter(pk=user.pk).update(is_staff=True)

    with connection.execute_wrapper(shut_out):
        assert client.get(AUTHORS).status_code == 200
    assert read == (2 if database.vendor == "postgresql" else 1)
