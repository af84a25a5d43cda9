"""The main job from outside: the contract's requests give the contract's answers, word for word."""

from __future__ import annotations

import re
from typing import Any

from tests.acceptance.site import Site

STAGES = ("validate", "backup", "migrate", "restart")
ALL_KINDS = [
    ("upgrade.queued", None),
    *((kind, stage) for stage in STAGES for kind in ("stage.started", "stage.succeeded")),
    ("upgrade.succeeded", None),
]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

NAME = {"name": "name", "type": "CharField", "max_length": 100}
DESCRIPTION = {"name": "description", "type": "TextField", "null": True}
PRICE = {"name": "price", "type": "FloatField"}


def test_a_model_is_created_while_everybody_watches(site: Site) -> None:
    body = {
        "model_name": "Product",
        "fields": [NAME, DESCRIPTION, PRICE],
        "no_backup": False,
        "no_restart": False,
        "force": False,
    }
    with site.watch() as everything, site.client() as client:
        answer = client.post("/lowcode/api/upgrade-model/", json=body)
        task_id = answer.json()["task_id"]
        with site.watch(task_id) as watch:
            watch.wait_for_end()
        everything.wait_until(
            lambda frame: (frame.event["task_id"], frame.kind) == (task_id, "upgrade.succeeded")
        )

    assert answer.status_code == 202
    assert UUID.fullmatch(task_id)
    expected = {
        "message": "升级任务已启动",
        "status_check_url": f"/lowcode/api/upgrade-status/{task_id}/",
    }
    assert_contains(answer.json(), expected)
    assert watch.kinds == ALL_KINDS
    assert [each["sequence"] for each in watch.recorded] == list(range(1, len(watch.recorded) + 1))
    assert [each for each in everything.recorded if each["task_id"] == task_id] == watch.recorded
    live = [each for each in everything.frames if each.event["task_id"] == task_id]
    print(f"slowest event: {max(each.seconds for each in live if each.sequence):.2f} s under way")
    assert_contains(site.status(task_id), {"status": "success", "message": "模型 Product 升级成功"})
    assert site.status(task_id, language="en")["message"] == "Model Product was upgraded"
    assert site.columns("dynamic_product") == ["id", "name", "description", "price"]
    assert len(list(site.backups.iterdir())) >= 1


def test_rows_stay_when_their_model_changes(site: Site) -> None:
    first = site.post("Book", [NAME, PRICE])
    assert site.wait_for_end(first)["status"] == "success"
    site.query("INSERT INTO dynamic_book (name, price) VALUES (%s, %s)", "墨水 🖋", 4.5)

    second = site.post(
        "Book",
        [
            NAME | {"name": "title", "renamed_from": "name", "max_length": 200},
            PRICE,
            {"name": "pages", "type": "IntegerField", "default": 7},
        ],
    )

    assert site.wait_for_end(second)["status"] == "success"
    assert site.query("SELECT name, price, pages FROM dynamic_book") == [("墨水 🖋", 4.5, 7)]


def test_an_upgrade_that_would_lose_values_is_refused_and_nothing_is_touched(site: Site) -> None:
    first = site.post("Person", [{"name": "age", "type": "CharField", "max_length": 10}])
    assert site.wait_for_end(first)["status"] == "success"
    site.query("INSERT INTO dynamic_person (age) VALUES (%s)", "abc")

    second = site.post("Person", [{"name": "age", "type": "IntegerField"}])

    assert_contains(
        site.wait_for_end(second),
        {
            "status": "failed",
            "error": "字段 'age' 类型从 CharField 改为 IntegerField 可能导致数据丢失",
        },
    )
    assert site.query("SELECT age FROM dynamic_person") == [("abc",)]


def test_every_process_serves_the_new_structure(site: Site) -> None:
    task_id = site.post("Pen", [NAME])
    assert site.wait_for_end(task_id)["status"] == "success"
    source = (
        "from lowcode_async import get_model; Pen = get_model('Pen'); Pen.objects.create(name='x');"
        "print([each.name for each in Pen._meta.get_fields()], Pen.objects.count())"
    )
    assert site.python(source).strip() == "['id', 'name'] 1"
    kinds = {"web", "worker"} if site.mode == "distributed" else {"embedded"}
    rows = site.query("SELECT kind, generation FROM lowcode_async_process")
    assert {kind for kind, _ in rows} == kinds
    assert len({generation for _, generation in rows}) == 1


def test_an_unknown_task_is_told_as_such(site: Site) -> None:
    with site.client() as client:
        for task_id in ("00000000-0000-0000-0000-000000000000", "no-uuid"):
            answer = client.get(f"/lowcode/api/upgrade-status/{task_id}/")
            assert answer.status_code == 404
            assert_contains(answer.json(), {"status": "not_found"})


def test_only_staff_may_upgrade(site: Site) -> None:
    token = site.make_user(f"guest-{site.engine}-{site.mode}", is_staff=False)
    path = "/lowcode/api/upgrade-model/"
    with site.client(token=token) as guest, site.client(token="wrong") as stranger:
        assert guest.post(path, json={}).status_code == 403
        assert stranger.post(path, json={}).status_code == 401


def assert_contains(answer: dict[str, Any], expected: dict[str, Any]) -> None:
    """Assert that these keys have these values, whatever stands beside them."""
    assert {key: answer.get(key) for key in expected} == expected
