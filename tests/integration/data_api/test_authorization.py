"""Who may do what, for every endpoint and socket that there is: one without a line here fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from django.contrib.auth.models import User
from django.test import override_settings
from django.urls import URLPattern
from rest_framework.test import APIClient

from lowcode_async import get_model
from lowcode_async.api.urls import urlpatterns
from lowcode_async.websocket.routing import application_routes, websocket_urlpatterns
from tests.databases import Database
from tests.ids import UNKNOWN
from tests.integration.api.conftest import with_token
from tests.integration.data_api.conftest import DATA
from tests.integration.websocket.conftest import Socket, token_of

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class For(Enum):
    """Who may use something; the project holds for all of them."""

    EVERYBODY = "everybody"
    STAFF = "staff"
    SUPERUSER = "staff who may do everything"
    PROJECT = "staff, for the requested project only"


ENDPOINTS = {
    "upgrade-model/": (For.STAFF, "post"),
    "plan/": (For.STAFF, "post"),
    "upgrade-status/{task_id}/": (For.STAFF, "get"),
    "upgrades/": (For.STAFF, "get"),
    "upgrades/{task_id}/": (For.STAFF, "get"),
    "upgrades/{task_id}/events/": (For.STAFF, "get"),
    "upgrades/{task_id}/cancel/": (For.STAFF, "post"),
    "upgrades/{task_id}/retry/": (For.STAFF, "post"),
    "upgrades/{task_id}/revert/": (For.STAFF, "post"),
    "upgrades/{task_id}/revert/plan/": (For.STAFF, "post"),
    "models/": (For.STAFF, "get"),
    "models/{name}/": (For.STAFF, "get"),
    "models/{name}/versions/": (For.STAFF, "get"),
    "processes/": (For.STAFF, "get"),
    "backups/": (For.STAFF, "get"),
    "backups/{name}/download/": (For.SUPERUSER, "get"),
    "backups/{name}/restore/": (For.SUPERUSER, "post"),
    "backups/{name}/verify/": (For.STAFF, "post"),
    "restorations/{restoration_id}/": (For.STAFF, "get"),
    "lost-values/": (For.STAFF, "get"),
    "lost-values/export/": (For.STAFF, "get"),
    "lost-values/restore/": (For.STAFF, "post"),
    "operations/": (For.STAFF, "get"),
    "field-types/": (For.STAFF, "get"),
    "session/": (For.EVERYBODY, "get post delete"),
    "schema/": (For.STAFF, "get"),
    "schema/ui/": (For.STAFF, "get"),
    "data/{name}/": (For.PROJECT, "get post"),
    "data/{name}/batch/": (For.PROJECT, "post"),
    "data/{name}/export/": (For.PROJECT, "get"),
    "data/{name}/import/": (For.PROJECT, "post"),
    "data/{name}/{key}/": (For.PROJECT, "get put patch delete"),
    "data/{name}/{key}/restore/": (For.PROJECT, "post"),
}
SOCKETS = {
    "ws/lowcode/upgrades/": For.STAFF,
    "ws/lowcode/upgrades/{task_id}/": For.STAFF,
    "ws/lowcode/data/{name}/": For.PROJECT,
}
REFUSED = {"nobody": 401, "user": 403}
BODIES = {
    "data/{name}/batch/": {"delete": [1], "update": [{"id": 1, "name": "x"}]},
    "data/{name}/{key}/": {"name": "stolen"},
}


def spelled(pattern: Any) -> str:
    return re.sub(r"<str:(\w+)>", r"{\1}", str(pattern))


def served() -> Iterator[tuple[str, str]]:
    """Yield path and methods of every endpoint of the API."""
    for each in urlpatterns:
        assert isinstance(each, URLPattern)
        methods = [
            method
            for method in each.callback.view_class.http_method_names  # type: ignore[attr-defined]
            if hasattr(each.callback.view_class, method) and method not in ("head", "options")  # type: ignore[attr-defined]
        ]
        if str(each.pattern):
            yield spelled(each.pattern), " ".join(methods)


def requests() -> Iterator[tuple[str, str, For]]:
    for path, (who, methods) in ENDPOINTS.items():
        for method in methods.split():
            yield method, path, who


def call(client: APIClient, method: str, path: str, query: str = "") -> Any:
    filled = path.format(task_id=UNKNOWN, restoration_id=UNKNOWN, name="Task", key=1)
    if method == "get":
        return client.get(f"/lowcode/api/{filled}{query}")
    address = f"/lowcode/api/{filled}{query}"
    if path.endswith("/import/"):
        return client.post(address, b'{"name": "stolen"}', content_type="application/x-ndjson")
    return getattr(client, method)(address, BODIES.get(path, {}), "json")


def test_every_endpoint_and_socket_stands_here() -> None:
    assert dict(served()) == {path: methods for path, (_, methods) in ENDPOINTS.items()}
    assert {spelled(each.pattern) for each in websocket_urlpatterns} == {*SOCKETS}


@only_sqlite
def test_nobody_and_users_may_do_what_is_for_everybody(shop: None, database: Database) -> None:
    task = get_model("Task").objects.create(name="secret", project=1)
    clients = {"nobody": APIClient(), "user": with_token(User.objects.create_user("user"))}
    for who, client in clients.items():
        for method, path, whose in requests():
            status = call(client, method, path, "?project=1").status_code
            if whose is For.EVERYBODY:
                assert status != 404 and (method != "get" or status == 200), (who, path)
            else:
                assert status == REFUSED[who], (who, method, path)
    task.refresh_from_db()
    assert (task.name, task.is_deleted) == ("secret", False)


@only_sqlite
def test_superusers_may_do_what_other_staff_may_not(database: Database) -> None:
    client = with_token(User.objects.create_superuser("root"))
    for method, path, whose in requests():
        if whose is For.SUPERUSER:
            assert call(client, method, path).status_code == 404, (method, path)


@only_sqlite
def test_staff_may_do_everything_else_and_only_in_the_requested_project(
    shop: None, staff: APIClient
) -> None:
    task = get_model("Task").objects.create(pk=1, name="secret", project=1)
    for method, path, whose in requests():
        if path == "session/":
            continue
        answer = call(staff, method, path, "?project=2" if whose is For.PROJECT else "")
        refused = answer.status_code in (401, 403)
        assert refused == (whose is For.SUPERUSER), (method, path)
        content = answer.getvalue() if answer.streaming else answer.content
        if whose is For.PROJECT:
            assert b"secret" not in content, (method, path)
            unconfined = call(staff, method, path)
            assert unconfined.json()["errors"][0]["code"] == "project_missing", (method, path)
    task.refresh_from_db()
    assert (task.name, task.is_deleted, task.project) == ("secret", False, 1)


@only_sqlite
async def test_sockets_are_for_staff(shop: None, staff_user: User) -> None:
    user = await sync_to_async(User.objects.create_user)("user")
    headers = {
        4401: [],
        4403: [await sync_to_async(token_of)(user)],
        0: [await sync_to_async(token_of)(staff_user)],
    }
    routes: URLRouter = application_routes()
    for path in SOCKETS:
        filled = path.format(task_id=UNKNOWN, name="Task")
        for code, given in headers.items():
            own = [(b"host", b"testserver"), *given]
            socket = await Socket(routes, f"/{filled}?project=2", headers=own).opened()
            if code:
                assert await socket.close_code() == code, path
                await socket.wait()
            else:
                assert str(UNKNOWN) not in filled or await socket.close_code() == 4404
                await socket.close()


@only_sqlite
def test_a_site_says_itself_who_may_use_rows(shop: None, staff_user: User) -> None:
    client = with_token(User.objects.create_user("user"))
    signed_in = ("rest_framework.permissions.IsAuthenticated",)
    with override_settings(LOWCODE_DATA_PERMISSION_CLASSES=signed_in):
        assert client.get(f"{DATA}/Tag/").status_code == 200
        assert APIClient().get(f"{DATA}/Tag/").status_code == 401
    read_only = (f"{__name__}.ReadOnly",)
    with override_settings(LOWCODE_DATA_PERMISSION_CLASSES=read_only):
        assert client.get(f"{DATA}/Tag/").status_code == 200
        refused = client.post(f"{DATA}/Tag/", {"name": "a"}, "json")
        assert (refused.status_code, refused.json()["code"]) == (403, "access_refused")


class ReadOnly:
    """What a site may write: everybody who has signed in may read."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(request.user.is_authenticated) and request.method == "GET"
