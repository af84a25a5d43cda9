"""Rows as they change, told to whoever may see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from django.contrib.auth.models import User
from django.db import transaction
from django.test import override_settings

from lowcode_async.runtime.generation import get_model
from lowcode_async.websocket import row_bell
from lowcode_async.websocket.memory import InMemoryChannelLayer
from lowcode_async.websocket.news import MOST_ROWS
from tests.databases import Database
from tests.integration.runtime.dynamic import definition, publish, text
from tests.integration.websocket.conftest import FailingLayer, Socket, header, token_of

Connect = Callable[..., Awaitable[Socket]]

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

TASK = definition(
    "Task",
    name=text(),
    project={"type": "IntegerField"},
    is_deleted={"type": "BooleanField", "default": False},
)


@pytest.fixture(autouse=True)
def models(database: Database) -> int:
    return publish(definition("Product", name=text()), TASK)


def rows(model: str, *created: int, changed: Any = (), deleted: Any = ()) -> dict[str, Any]:
    return {
        "model": model,
        "kind": "rows",
        "created": list(created),
        "changed": list(changed),
        "deleted": list(deleted),
    }


async def changed(change: Callable[[], Any]) -> Any:
    """Change rows in a thread, as a request would."""
    return await sync_to_async(change)()


def create(model: str, **values: Any) -> Any:
    found: Any = get_model(model)
    return found.objects.create(**values)


async def test_committed_changes_are_told_together(connect: Connect, models: int) -> None:
    socket = await connect("/ws/lowcode/data/Product/")
    assert await socket.event() == {"kind": "subscribed", "model": "Product", "generation": models}

    def change() -> tuple[int, int]:
        with transaction.atomic():
            kept, gone = create("Product", name="a"), create("Product", name="b")
            keys = (kept.pk, gone.pk)
            kept.save()
            gone.delete()
            create("Task", project=1)
        return keys

    kept, gone = await changed(change)
    assert await socket.event() == rows("Product", kept, deleted=[gone])
    await changed(lambda: get_model("Product").objects.update(name="c"))  # type: ignore[attr-defined]
    assert await socket.event() == {"model": "Product", "kind": "many"}

    def create_many() -> None:
        with transaction.atomic():
            for number in range(MOST_ROWS + 1):
                create("Product", name=str(number))

    await changed(create_many)
    while (event := await socket.event())["kind"] == "rows":
        assert len(event["created"]) <= MOST_ROWS
    assert event["kind"] == "many"
    await socket.close()


async def test_rows_of_other_projects_are_nobodys_business(connect: Connect) -> None:
    first = await connect("/ws/lowcode/data/Task/?project=1")
    second = await connect("/ws/lowcode/data/Task/", header("X-Project", "2"))
    for socket in (first, second):
        assert (await socket.event())["kind"] == "subscribed"
    row = await changed(lambda: create("Task", project=1))
    other = await changed(lambda: create("Task", project=2))
    assert await first.event() == rows("Task", row.pk)
    assert await second.event() == rows("Task", other.pk)
    row.is_deleted = True
    await changed(row.save)
    assert await first.event() == rows("Task", deleted=[row.pk])
    assert await second.receive_nothing()
    for socket in (first, second):
        await socket.close()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("Nothing/", 4404),
        ("product/", 4404),
        ("Task/", 4400),
        ("Task/?project=x", 4400),
        ("Task/?project=1&project=", 4400),
    ],
)
@only_sqlite
async def test_who_asks_for_nothing_that_there_is_is_told(
    connect: Connect, path: str, code: int
) -> None:
    socket = await connect(f"/ws/lowcode/data/{path}")
    assert await socket.close_code() == code


@only_sqlite
async def test_only_who_may_read_rows_is_told_of_them(
    routes: URLRouter, staff: tuple[bytes, bytes]
) -> None:
    user = await sync_to_async(User.objects.create_user)("user")
    plain = await sync_to_async(token_of)(user)
    path = "/ws/lowcode/data/Product/"

    async def opened(*headers: tuple[bytes, bytes]) -> Socket:
        return await Socket(routes, path, headers=list(headers)).opened()

    assert await (await opened()).close_code() == 4401
    assert await (await opened(plain)).close_code() == 4403
    anybody = ("rest_framework.permissions.IsAuthenticated",)
    with override_settings(LOWCODE_DATA_PERMISSION_CLASSES=anybody):
        assert await (await opened()).close_code() == 4401
        for who in (plain, staff):
            socket = await opened(who)
            assert (await socket.event())["kind"] == "subscribed"
            await socket.close()


@override_settings(LOWCODE_EVENTS_POLL=0.05)
async def test_new_structure_is_told_and_whether_it_is_of_this_model(
    connect: Connect, models: int
) -> None:
    socket = await connect("/ws/lowcode/data/Product/")
    confined = await connect("/ws/lowcode/data/Task/?project=1")
    for each in (socket, confined):
        await each.event()
    told = {"kind": "generation", "model": "Product"}
    number = await changed(lambda: publish(definition("Other", name=text())))
    assert await socket.event() == {**told, "generation": number, "changed": False}
    await changed(lambda: publish(definition("Product", name=text(), note=text())))
    assert await socket.event() == {**told, "generation": number + 1, "changed": True}
    # Who has asked without a project would be told of all of them.
    values = {"name": text(), "project": {"type": "IntegerField", "default": 1}}
    await changed(lambda: publish(definition("Product", **values)))
    assert await socket.close_code() == 4400
    await confined.close()


@only_sqlite
async def test_lost_message_is_noticed_by_the_next(
    connect: Connect, layer: InMemoryChannelLayer
) -> None:
    socket = await connect("/ws/lowcode/data/Product/")
    await socket.event()

    async def send(number: int, *keys: int) -> None:
        models = {"Other": {"rows": [[key, None, "created"] for key in keys], "many": False}}
        message = {"type": row_bell.MESSAGE, "from": "a", "number": number, "models": models}
        await layer.group_send(row_bell.GROUP, message)

    await send(7, 1)
    await send(8, 2)
    await send(8, 2)
    assert await socket.receive_nothing()
    await send(10, 4)
    assert await socket.event() == {"model": "Product", "kind": "many"}
    await socket.close()


@only_sqlite
@override_settings(LOWCODE_EVENTS_POLL=0.2)
async def test_socket_that_has_heard_nothing_for_a_while_is_told_to_look(
    connect: Connect, failing_layer: FailingLayer
) -> None:
    socket = await connect("/ws/lowcode/data/Product/")
    assert await socket.event() == {"model": "Product", "kind": "subscribed", "generation": 1}
    assert (await socket.event())["kind"] == "many"
    await socket.close()


@only_sqlite
@pytest.mark.usefixtures("redis_layer")
async def test_rows_are_told_through_redis(connect: Connect) -> None:
    socket = await connect("/ws/lowcode/data/Product/")
    assert (await socket.event())["kind"] == "subscribed"
    row = await changed(lambda: create("Product", name="a"))
    assert await socket.event() == rows("Product", row.pk)
    await socket.close()
