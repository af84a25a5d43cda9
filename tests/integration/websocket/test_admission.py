"""Who may open which socket, from where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import path

from lowcode_async.models import Upgrade
from lowcode_async.websocket.consumers import AllProgress, UpgradeProgress
from tests.databases import Database
from tests.ids import UNKNOWN
from tests.integration.websocket.conftest import (
    ALL,
    Socket,
    append,
    header,
    session_of,
    token_of,
    upgrade_path,
)

OURS = header("Origin", "http://testserver")
FOREIGN = header("Origin", "https://evil.example")
HOST = header("Host", "testserver")


@pytest.fixture(autouse=True)
def site() -> Any:
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        yield


@pytest.fixture
def credentials(database: Database, staff_user: User) -> Callable[[str], list[Any]]:
    """Headers of somebody."""
    user = User.objects.create_user("user", password="user-password")
    former = User.objects.create_user("former", password="x", is_staff=True)
    tokens = {"staff": token_of(staff_user), "user": token_of(user), "former": token_of(former)}
    sessions = {"staff": session_of(staff_user), "user": session_of(user)}
    sessions["former"] = session_of(former)
    User.objects.filter(pk=former.pk).update(is_active=False)
    return lambda who: {
        "nobody": [],
        "nobody, a page of ours": [OURS],
        "user, token": [tokens["user"]],
        "user, session": [sessions["user"], OURS],
        "inactive, token": [tokens["former"]],
        "inactive, session": [sessions["former"], OURS],
        "wrong token": [header("Authorization", "Token 0123456789")],
        "malformed token": [header("Authorization", "Token a b")],
        "null token": [header("Authorization", "Token a\0b")],
        "wrong token, staff session": [
            header("Authorization", "Token 0123456789"),
            sessions["staff"],
            OURS,
        ],
        "wrong session": [header("Cookie", "sessionid=0123456789abcdef"), OURS],
        "null session": [header("Cookie", "sessionid=01234\x0056789abcdef"), OURS],
        "staff, token": [tokens["staff"]],
        "staff, token, a page of ours": [tokens["staff"], OURS],
        "staff, session": [sessions["staff"], OURS],
        "staff, other scheme": [header("Authorization", "Bearer x"), sessions["staff"], OURS],
    }[who]


@pytest.mark.parametrize("place", ["one", "all"])
@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("nobody", 4401),
        ("nobody, a page of ours", 4401),
        ("wrong token", 4401),
        ("malformed token", 4401),
        ("null token", 4401),
        ("wrong token, staff session", 4401),
        ("wrong session", 4401),
        ("null session", 4401),
        ("inactive, token", 4401),
        ("inactive, session", 4401),
        ("user, token", 4403),
        ("user, session", 4403),
    ],
)
async def test_others_than_staff_are_told_why_they_may_not(
    routes: URLRouter,
    upgrade: Upgrade,
    credentials: Callable[[str], list[Any]],
    place: str,
    who: str,
    code: int,
) -> None:
    await sync_to_async(append)(upgrade)
    path = upgrade_path(upgrade.pk) if place == "one" else f"{ALL}?after=0"
    socket = await Socket(routes, path, headers=[HOST, *credentials(who)]).opened()
    assert await socket.close_code() == code
    await socket.wait()


@pytest.mark.parametrize("place", ["one", "all"])
@pytest.mark.parametrize(
    "who",
    ["staff, token", "staff, token, a page of ours", "staff, session", "staff, other scheme"],
)
async def test_staff_may(
    routes: URLRouter,
    upgrade: Upgrade,
    credentials: Callable[[str], list[Any]],
    place: str,
    who: str,
) -> None:
    await sync_to_async(append)(upgrade)
    path = upgrade_path(upgrade.pk) if place == "one" else f"{ALL}?after=0"
    socket = await Socket(routes, path, headers=[HOST, *credentials(who)]).opened()
    assert (await socket.event())["task_id"] == str(upgrade.pk)
    await socket.close()


@pytest.mark.parametrize("place", ["one", "all"])
@pytest.mark.parametrize("who", ["nobody", "user, session", "staff, session", "staff, token"])
async def test_pages_of_other_sites_do_not_get_a_socket_at_all(
    routes: URLRouter,
    upgrade: Upgrade,
    credentials: Callable[[str], list[Any]],
    place: str,
    who: str,
) -> None:
    headers = [each for each in credentials(who) if each != OURS]
    path = upgrade_path(upgrade.pk) if place == "one" else ALL
    accepted, _ = await Socket(routes, path, headers=[HOST, *headers, FOREIGN]).connect()
    assert not accepted


async def test_a_session_without_an_origin_does_not_get_a_socket(
    routes: URLRouter, credentials: Callable[[str], list[Any]]
) -> None:
    headers = [each for each in credentials("staff, session") if each != OURS]
    accepted, _ = await Socket(routes, ALL, headers=headers).connect()
    assert not accepted


@pytest.mark.parametrize("key", ["token", "Authorization", "authorization", "access_token"])
async def test_a_token_in_the_address_counts_nothing(
    routes: URLRouter, staff: tuple[bytes, bytes], key: str
) -> None:
    token = staff[1].decode().removeprefix("Token ")
    socket = await Socket(routes, f"{ALL}?{key}={token}").opened()
    assert await socket.close_code() == 4401


@pytest.mark.parametrize(
    "task_id", [UNKNOWN, "x", "0", "1" * 500, "%00", "{}", "../upgrades", "é", " "], ids=str
)
async def test_an_upgrade_that_is_not_there_is_told(
    routes: URLRouter, staff: tuple[bytes, bytes], task_id: object
) -> None:
    path = upgrade_path(str(task_id).replace("/", "%2"))
    socket = await Socket(routes, path, headers=[staff]).opened()
    assert await socket.close_code() == 4404


@pytest.mark.parametrize("after", ["", "x", "-1", "1.5", "١", "1e3", "9" * 19, "0x1", " 1", "null"])
async def test_an_after_that_is_no_number_is_told(
    routes: URLRouter, upgrade: Upgrade, staff: tuple[bytes, bytes], after: str
) -> None:
    for place in (upgrade_path(upgrade.pk), ALL):
        socket = Socket(routes, place, headers=[staff])
        socket.scope["query_string"] = f"after={after}".encode()
        assert await (await socket.opened()).close_code() == 4400


async def test_too_many_parameters_are_told(
    routes: URLRouter, upgrade: Upgrade, staff: tuple[bytes, bytes]
) -> None:
    for place in (upgrade_path(upgrade.pk), ALL):
        socket = Socket(routes, place, headers=[staff])
        socket.scope["query_string"] = b"after=1&" * 1001
        assert await (await socket.opened()).close_code() == 4400


async def test_an_after_beyond_all_numbers_is_no_error(
    routes: URLRouter, upgrade: Upgrade, staff: tuple[bytes, bytes]
) -> None:
    for place in (upgrade_path(upgrade.pk), ALL):
        socket = await Socket(routes, f"{place}?after={'9' * 18}", headers=[staff]).opened()
        assert await socket.receive_nothing()
        await socket.close()


@pytest.mark.parametrize("path", ["/", "/ws/", "/ws/lowcode/", "/ws/lowcode/upgrades/x/y/"])
async def test_other_paths_get_no_socket(routes: URLRouter, path: str) -> None:
    accepted, _ = await Socket(routes, path).connect()
    assert not accepted


@pytest.mark.parametrize("place", ["one", "all"])
async def test_who_is_staff_no_longer_loses_the_socket(
    upgrade: Upgrade, staff_user: User, staff: tuple[bytes, bytes], place: str
) -> None:
    routes = URLRouter([path("all", AllProgress(recheck=0.05))])  # type: ignore[arg-type]
    if place == "one":
        routes = URLRouter([path("<str:task_id>", UpgradeProgress(recheck=0.05))])  # type: ignore[arg-type]
    where = f"/{upgrade.pk}" if place == "one" else "/all"
    socket = await Socket(routes, where, headers=[staff]).opened()
    assert await socket.receive_nothing(timeout=0.3)
    await User.objects.filter(pk=staff_user.pk).aupdate(is_staff=False)
    assert await socket.close_code() == 4403


async def test_who_signs_out_loses_the_socket(database: Database, staff_user: User) -> None:
    client = Client()
    await sync_to_async(client.force_login)(staff_user)
    cookie = header("Cookie", f"sessionid={client.cookies['sessionid'].value}")
    routes = URLRouter([path("all", AllProgress(recheck=0.05))])  # type: ignore[arg-type]
    socket = await Socket(routes, "/all", headers=[HOST, OURS, cookie]).opened()
    assert await socket.receive_nothing(timeout=0.3)
    await sync_to_async(client.logout)()
    assert await socket.close_code() == 4401


async def test_a_handshake_leaves_the_session_as_it_is(
    routes: URLRouter, database: Database, staff_user: User
) -> None:
    client = Client()
    await sync_to_async(client.force_login)(staff_user)
    cookie = header("Cookie", f"sessionid={client.cookies['sessionid'].value}")
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=["insecure"]):
        socket = await Socket(routes, ALL, headers=[HOST, OURS, cookie]).opened()
        assert await socket.close_code() == 4401
    socket = await Socket(routes, ALL, headers=[HOST, OURS, cookie]).opened()
    assert await socket.receive_nothing(timeout=0.3)
    await socket.close()
