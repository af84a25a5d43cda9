"""What a socket carries: every line of the log once, in order, as soon as it is written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from asgiref.sync import sync_to_async
from django.db import close_old_connections, transaction
from django.test import override_settings

from lowcode_async.models import Upgrade
from lowcode_async.upgrades import bell, leases
from lowcode_async.upgrades.events import EventKind, group_of, tick_of
from lowcode_async.upgrades.ticks import Ticks
from lowcode_async.websocket import hub
from lowcode_async.websocket.memory import InMemoryChannelLayer
from tests.databases import Database
from tests.integration.websocket.conftest import (
    ALL,
    PATIENCE,
    FailingLayer,
    Socket,
    append,
    header,
    hub_at_rest,
    let_reads_end,
    record,
    upgrade_path,
)
from tests.servers.base import wait_for
from tests.servers.redis import Redis

Connect = Callable[..., Awaitable[Socket]]

QUICK = override_settings(LOWCODE_EVENTS_POLL=0.05)
NEVER = override_settings(LOWCODE_EVENTS_POLL=3600.0)
"""Only the bell brings news."""


async def test_what_was_recorded_is_replayed_and_what_comes_follows(
    upgrade: Upgrade, connect: Connect
) -> None:
    await record(upgrade, EventKind.QUEUED)
    await record(upgrade, EventKind.STAGE_STARTED)
    with NEVER:
        socket = await connect(upgrade_path(upgrade.pk))
        assert await socket.sequences(2) == [1, 2]
        await record(upgrade)
        assert await socket.sequences(1) == [3]
        assert await socket.receive_nothing()
        await socket.close()


async def test_a_frame_is_the_event_as_the_contract_has_it(
    upgrade: Upgrade, connect: Connect
) -> None:
    await record(upgrade, EventKind.STAGE_STARTED, rows=7)
    socket = await connect(upgrade_path(upgrade.pk))
    event = await socket.event()
    assert event.pop("at").endswith("Z")
    assert event == {
        "task_id": str(upgrade.pk),
        "sequence": 1,
        "position": 1,
        "kind": "stage.started",
        "stage": "validate",
        "payload": {"rows": 7},
    }
    await socket.close()


@pytest.mark.parametrize(("after", "expected"), [(0, [1, 2, 3, 4]), (2, [3, 4]), (3, [4])])
async def test_only_what_is_behind_after_comes(
    upgrade: Upgrade, connect: Connect, after: int, expected: list[int]
) -> None:
    for _ in range(3):
        await record(upgrade)
    socket = await connect(upgrade_path(upgrade.pk, f"?after={after}"))
    await record(upgrade)
    assert await socket.sequences(len(expected)) == expected
    assert await socket.receive_nothing()
    await socket.close()


async def test_other_upgrades_are_not_mixed_in(upgrade: Upgrade, connect: Connect) -> None:
    other = await Upgrade.objects.acreate(model_name="Other", definition={})
    socket = await connect(upgrade_path(upgrade.pk))
    await record(other)
    await record(upgrade)
    assert (await socket.event())["task_id"] == str(upgrade.pk)
    assert await socket.receive_nothing()
    await socket.close()


async def test_the_socket_of_all_upgrades_begins_now(upgrade: Upgrade, connect: Connect) -> None:
    other = await Upgrade.objects.acreate(model_name="Other", definition={})
    await record(upgrade)
    with NEVER:
        socket = await connect(ALL)
        # The socket is subscribed a moment after it was accepted.
        await until(lambda: bool(hub.of_running_loop()._subscriptions))
        await record(other)
        await record(upgrade)
        found = await socket.events(2)
    assert [(each["task_id"], each["position"]) for each in found] == [
        (str(other.pk), 2),
        (str(upgrade.pk), 3),
    ]
    await socket.close()


async def test_the_socket_of_all_upgrades_replays_behind_a_position(
    upgrade: Upgrade, connect: Connect
) -> None:
    for _ in range(3):
        await record(upgrade)
    socket = await connect(f"{ALL}?after=1")
    assert [each["position"] for each in await socket.events(2)] == [2, 3]
    await record(upgrade)
    assert (await socket.event())["position"] == 4
    await socket.close()


@pytest.mark.parametrize("kind", [EventKind.UPGRADE_SUCCEEDED, EventKind.UPGRADE_FAILED])
async def test_the_socket_closes_behind_the_last_event(
    upgrade: Upgrade, connect: Connect, kind: EventKind
) -> None:
    socket = await connect(upgrade_path(upgrade.pk))
    await record(upgrade)
    await record(upgrade, kind)
    assert await socket.sequences(2) == [1, 2]
    assert await socket.close_code() == 1000
    await socket.wait()


async def test_who_has_everything_of_an_ended_upgrade_is_told_so(
    upgrade: Upgrade, connect: Connect
) -> None:
    await record(upgrade)
    await record(upgrade, EventKind.UPGRADE_SUCCEEDED)
    await Upgrade.objects.filter(pk=upgrade.pk).aupdate(state=Upgrade.State.SUCCEEDED)
    late = await connect(upgrade_path(upgrade.pk, "?after=1"))
    assert await late.sequences(1) == [2]
    assert await late.close_code() == 1000
    later = await connect(upgrade_path(upgrade.pk, "?after=2"))
    assert await later.close_code() == 1000


async def test_the_socket_of_all_upgrades_stays_open_behind_a_last_event(
    upgrade: Upgrade, connect: Connect
) -> None:
    socket = await connect(f"{ALL}?after=0")
    await record(upgrade, EventKind.UPGRADE_SUCCEEDED)
    assert (await socket.event())["kind"] == "upgrade.succeeded"
    assert await socket.receive_nothing()
    await socket.close()


async def test_whenever_one_joins_nothing_is_missed_and_nothing_comes_twice(
    upgrade: Upgrade, connect: Connect
) -> None:
    count = 60

    async def write() -> None:
        for _ in range(count - 1):
            await record(upgrade)
        await record(upgrade, EventKind.UPGRADE_SUCCEEDED)

    async def join(after: int) -> None:
        socket = await connect(upgrade_path(upgrade.pk, f"?after={after}"))
        assert await socket.sequences(count - after) == list(range(after + 1, count + 1))
        assert await socket.close_code() == 1000

    async def reconnect() -> None:
        seen = []
        for taken in (7, 13, 25):
            socket = await connect(upgrade_path(upgrade.pk, f"?after={len(seen)}"))
            seen += await socket.sequences(taken)
            await socket.close()
        assert seen == list(range(1, 46))

    writing = asyncio.create_task(write())
    joins = []
    for after in range(0, 20, 2):
        joins.append(asyncio.create_task(join(after)))
        joins.append(asyncio.create_task(reconnect()))
        await asyncio.sleep(0.01)
    await asyncio.gather(writing, *joins)


async def test_a_long_log_is_replayed_whole(upgrade: Upgrade, connect: Connect) -> None:
    count = 1203
    await sync_to_async(_append_many)(upgrade, count)
    socket = await connect(upgrade_path(upgrade.pk))
    assert await socket.sequences(count) == list(range(1, count + 1))
    await socket.close()


async def test_an_event_comes_at_its_bell_not_at_the_next_look(
    upgrade: Upgrade, connect: Connect
) -> None:
    with NEVER:
        socket = await connect(upgrade_path(upgrade.pk))
        for number in range(1, 6):
            await record(upgrade)
            assert await socket.sequences(1) == [number]
        await socket.close()


async def test_a_bell_that_is_lost_delays_but_loses_nothing(
    upgrade: Upgrade, connect: Connect
) -> None:
    with QUICK:
        sockets = [await connect(upgrade_path(upgrade.pk)), await connect(f"{ALL}?after=0")]
        for _ in range(3):
            await sync_to_async(append)(upgrade)
        for socket in sockets:
            assert await socket.sequences(3) == [1, 2, 3]
            await socket.close()


async def test_a_socket_lives_without_the_channel_layer(
    upgrade: Upgrade, connect: Connect, failing_layer: FailingLayer
) -> None:
    with QUICK:
        socket = await connect(upgrade_path(upgrade.pk))
        await record(upgrade)
        assert await socket.sequences(1) == [1]
    with NEVER:
        failing_layer.back = True
        await record(upgrade)
        # Once the group is joined again, the log is looked into without a bell.
        assert await socket.sequences(1) == [2]
        await record(upgrade)
        assert await socket.sequences(1) == [3]
        await socket.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("redis_layer")
async def test_a_socket_outlives_redis(
    database: Database, upgrade: Upgrade, connect: Connect, redis_server: Redis
) -> None:
    with QUICK:
        socket = await connect(upgrade_path(upgrade.pk))
        await record(upgrade)
        assert await socket.sequences(1) == [1]
        # A probe of the layer is heard although the hub waits on it.
        assert await bell.reachable()
    with QUICK, redis_server.away(killed=True):
        await record(upgrade)
        assert await socket.sequences(1) == [2]
    with NEVER:
        await record(upgrade)
        assert await socket.sequences(1) == [3]
        await socket.close()


@pytest.fixture
def impatient(database: Database) -> Iterator[None]:
    """Soon give up a database that is away."""
    with database.impatient():
        yield


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("database", ["postgresql", "mysql"], indirect=True)
async def test_a_socket_outlives_the_database(
    database: Database, upgrade: Upgrade, connect: Connect
) -> None:
    assert database.server is not None
    with QUICK:
        sockets = [await connect(upgrade_path(upgrade.pk)), await connect(f"{ALL}?after=0")]
        await record(upgrade)
        for socket in sockets:
            assert await socket.sequences(1) == [1]
        with database.server.away(killed=True):
            for socket in sockets:
                assert await socket.receive_nothing(timeout=0.5)
            turned_away = await connect(upgrade_path(upgrade.pk))
            assert await turned_away.close_code() == 1013
        await sync_to_async(wait_for)(lambda: _append_anew(upgrade), seconds=60.0)
        for socket in sockets:
            assert await socket.sequences(1) == [2]
            await socket.close()
        await hub_at_rest()
        await asyncio.to_thread(let_reads_end)


async def test_ticks_pass_between_events_and_are_limited_in_rate(
    upgrade: Upgrade, connect: Connect
) -> None:
    with NEVER:
        socket = await connect(upgrade_path(upgrade.pk))
        await record(upgrade, EventKind.STAGE_STARTED)
        assert await socket.sequences(1) == [1]
        begin = time.monotonic()
        for percent in range(50):
            await bell.tick(tick_of(upgrade.pk, stage="validate", payload={"percent": percent}))
        await record(upgrade, EventKind.STAGE_SUCCEEDED)
        frames = [await socket.event()]
        while frames[-1]["kind"] != "stage.succeeded":
            frames.append(await socket.event())
        *ticks, last = frames
        assert 1 <= len(ticks) <= 2 + (time.monotonic() - begin) / 0.1
        assert {tuple(tick) for tick in ticks} == {("task_id", "kind", "stage", "at", "payload")}
        assert last["sequence"] == 2
        await socket.close()


async def test_the_newest_that_a_stage_tells_is_sent_in_the_end(
    upgrade: Upgrade, layer: InMemoryChannelLayer
) -> None:
    claim = await sync_to_async(leases.claim)(upgrade.pk, Upgrade.Stage.VALIDATE)
    assert claim is not None
    channel = await layer.new_channel()
    await layer.group_add(group_of(upgrade.pk), channel)
    ticks = Ticks(claim, asyncio.get_running_loop())
    told: list[int] = []

    async def heard(rows: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while rows not in told:
                told.append((await layer.receive(channel))["tick"]["payload"]["rows_done"])

    def tell(*each: int) -> None:
        for rows in each:
            ticks.tell({"rows_done": rows})

    for burst in ((1, 2, 3), (4, 5)):
        await asyncio.to_thread(tell, *burst)
        await heard(burst[-1])
    assert told == sorted(told)
    ticks.close()
    tell(6)
    await bell.tick(tick_of(upgrade.pk, stage="validate", payload={"rows_done": 7}))
    await heard(7)
    assert 6 not in told


async def test_a_tick_of_a_stage_that_is_over_is_dropped(
    upgrade: Upgrade, connect: Connect, layer: InMemoryChannelLayer
) -> None:
    with NEVER:
        socket = await connect(upgrade_path(upgrade.pk))
        await record(upgrade, EventKind.STAGE_STARTED)
        assert (await socket.event())["kind"] == "stage.started"
        channel = await layer.new_channel()
        await layer.group_add("lowcode.upgrades", channel)
        await bell.tick(tick_of(upgrade.pk, stage="validate", payload={"percent": 99}))
        belated = await layer.receive(channel)
        assert (await socket.event())["kind"] == "stage.tick"
        await record(upgrade, EventKind.STAGE_SUCCEEDED)
        assert (await socket.event())["kind"] == "stage.succeeded"
        await layer.group_send("lowcode.upgrades", belated)
        assert await socket.receive_nothing(timeout=0.3)
        await socket.close()


@pytest.mark.parametrize(("accepted", "word"), [("en", "Model"), ("zh-CN", "模型"), ("", "模型")])
async def test_events_are_told_in_the_readers_language(
    upgrade: Upgrade, connect: Connect, accepted: str, word: str
) -> None:
    told = {"code": "upgrade_succeeded", "params": {"model": "Product"}}
    await record(upgrade, EventKind.UPGRADE_SUCCEEDED, **told)
    socket = await connect(upgrade_path(upgrade.pk), header("Accept-Language", accepted))
    assert (await socket.event())["message"].startswith(word)


async def test_what_a_client_says_is_ignored(upgrade: Upgrade, connect: Connect) -> None:
    socket = await connect(upgrade_path(upgrade.pk))
    for said in ("hello", "{", '{"type": "upgrade.event"}', "x" * 4096):
        await socket.send_to(text_data=said)
    await socket.send_to(bytes_data=b"\xff\x00")
    await record(upgrade)
    assert await socket.sequences(1) == [1]
    await socket.close()


@pytest.mark.parametrize("said", [{"text_data": "x" * 4097}, {"bytes_data": b"x" * 5000}])
async def test_who_says_too_much_is_closed(
    upgrade: Upgrade, connect: Connect, said: dict[str, str]
) -> None:
    socket = await connect(upgrade_path(upgrade.pk))
    await socket.send_to(**said)
    assert await socket.close_code() == 1009


async def test_nothing_is_left_when_the_last_socket_has_gone(
    upgrade: Upgrade, connect: Connect, layer: InMemoryChannelLayer
) -> None:
    sockets = [await connect(upgrade_path(upgrade.pk)) for _ in range(3)]
    await record(upgrade)
    for socket in sockets:
        assert await socket.sequences(1) == [1]
        await socket.close()
    await hub_at_rest()
    assert layer._groups == {}


async def test_any_number_of_sockets_has_one_member_in_the_group(
    upgrade: Upgrade, connect: Connect, layer: InMemoryChannelLayer
) -> None:
    sockets = [await connect(upgrade_path(upgrade.pk)) for _ in range(20)]
    await record(upgrade)
    for socket in sockets:
        assert await socket.sequences(1) == [1]
    assert [len(members) for members in layer._groups.values()] == [1]
    for socket in sockets:
        await socket.close()


def _append_many(upgrade: Upgrade, count: int) -> None:
    with transaction.atomic():
        for _ in range(count):
            append(upgrade)


def _append_anew(upgrade: Upgrade) -> None:
    close_old_connections()
    append(upgrade)


async def test_a_slow_client_gets_everything_from_the_log(upgrade: Upgrade) -> None:
    count = 450
    with NEVER:
        async with hub.of_running_loop().subscribe(upgrade.pk) as subscription:
            lines = subscription.lines()
            await record(upgrade)
            assert (await anext(lines)).event.sequence == 1
            await sync_to_async(_append_many)(upgrade, count - 2)
            # More than waits in a queue, while nobody takes anything out.
            await record(upgrade)
            await until(lambda: subscription._behind)
            assert len(subscription._queue) < 200
            found = [(await anext(lines)).event.sequence for _ in range(count - 1)]
            assert found == list(range(2, count + 1))
            await lines.aclose()


async def until(holds: Callable[[], bool]) -> None:
    """Return when something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)
