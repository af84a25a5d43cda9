"""Lost values by REST: found, taken along, put back where nobody has been since."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import AsyncClient, override_settings
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from lowcode_async import get_model
from lowcode_async.clock import database_now
from lowcode_async.models import LostValue, Process, Upgrade
from lowcode_async.upgrades import lost
from lowcode_async.upgrades.recovery import Recovery
from tests.databases import Database
from tests.integration.api.conftest import problems
from tests.integration.migrating.changes import field, live, upgrade
from tests.integration.runtime.dynamic import eventually

LOST = "/lowcode/api/lost-values/"
AGE = field("age", "CharField", max_length=20, null=True)
NUMBER = field("age", "IntegerField", null=True)
NOTE = field("note", "TextField", null=True)


def newest() -> Upgrade:
    return Upgrade.objects.order_by("-created_at")[0]


def restore(staff: APIClient, **body: Any) -> Any:
    return staff.post(f"{LOST}restore/", body, "json").json()


def reasons(answer: Any) -> dict[str, int]:
    return {each["code"]: each["count"] for each in answer["reasons"]}


def ages(name: str = "age") -> list[Any]:
    return list(live("Item").order_by("pk").values_list(name, flat=True))


@pytest.fixture
def lossy(database: Database) -> Upgrade:
    """An upgrade of ``Item`` that has changed three ages, cleared two of them, and removed a note."""
    upgrade("Item", AGE, NOTE)
    model: Any = get_model("Item")
    for age, note in (("1", None), (" 007", None), ("many", "x"), ("2,5", None)):
        model.objects.create(age=age, note=note)
    upgrade("Item", NUMBER)
    return newest()


def test_what_an_upgrade_has_changed_is_listed_the_newest_first(
    staff: APIClient, lossy: Upgrade
) -> None:
    answer = staff.get(LOST, {"upgrade": str(lossy.pk)}).json()
    told = [
        (each["field"], each["key"], each["value"], each["became"], each["finding"])
        for each in answer["lost_values"]
    ]
    assert told == [
        ("note", 3, "x", None, "removed"),
        ("age", 4, "2,5", None, "cleared"),
        ("age", 3, "many", None, "cleared"),
        ("age", 2, " 007", 7, "reformatted"),
    ]
    assert (answer["total"], answer["next_before"]) == (4, None)
    page = staff.get(LOST, {"model": "item", "limit": 3, "restored": "false"}).json()
    rest = staff.get(LOST, {"limit": 3, "before": page["next_before"]}).json()
    assert [len(each["lost_values"]) for each in (page, rest)] == [3, 1]
    assert staff.get(LOST, {"field": "note"}).json()["total"] == 1
    assert staff.get(LOST, {"restored": "true"}).json()["total"] == 0
    status = staff.get(f"/lowcode/api/upgrade-status/{lossy.pk}/").json()
    assert status["lost_values"] == 4
    assert staff.get(status["lost_values_url"]).json()["total"] == 4
    for query, code in (
        ({"upgrade": "x"}, "parameter_not_uuid"),
        ({"restored": "maybe"}, "parameter_not_one_of"),
        ({"filed": "age"}, "parameter_unknown"),
        ({"limit": "501"}, "parameter_not_a_number"),
        ({"model": "\0"}, "parameter_refused"),
    ):
        assert [each for each, _ in problems(staff.get(LOST, query))] == [code]


def test_values_of_an_upgrade_that_has_not_come_to_count_are_shown_to_nobody(
    staff: APIClient, lossy: Upgrade
) -> None:
    Upgrade.objects.filter(pk=lossy.pk).update(state="running", stage="migrate")
    assert staff.get(LOST).json()["total"] == 0
    Upgrade.objects.filter(pk=lossy.pk).update(stage="restart")
    assert staff.get(LOST).json()["total"] == 4


def test_how_many_there_are_is_not_counted_again_for_whoever_asks(
    staff: APIClient, lossy: Upgrade
) -> None:
    def told() -> tuple[set[int], int]:
        """Return the number as it stands in each answer, and how many queries were about values."""
        with CaptureQueriesContext(connection) as queries:
            answers = [
                staff.get(f"/lowcode/api/upgrade-status/{lossy.pk}/").json(),
                staff.get(f"/lowcode/api/upgrades/{lossy.pk}/").json(),
                staff.get("/lowcode/api/upgrades/", {"limit": "1"}).json()["upgrades"][0],
            ]
        asked = [each for each in queries if LostValue._meta.db_table in (each["sql"] or "")]
        return {each["lost_values"] for each in answers}, len(asked)

    # As a former release has left it.
    assert told() == ({4}, 3)
    lost.count_uncounted()
    assert told() == ({4}, 0)
    a_month_ago = database_now() - timedelta(days=31)
    LostValue.objects.filter(field="note").update(created_at=a_month_ago)
    assert lost.purge() == 1
    assert told() == ({3}, 3)
    lost.count_uncounted()
    assert told() == ({3}, 0)
    Upgrade.objects.filter(pk=lossy.pk).update(state="running", stage="migrate")
    assert told() == ({0}, 0)


def test_a_worker_counts_what_nobody_has(lossy: Upgrade) -> None:
    recovery = Recovery(lambda *_: None)
    recovery.start()
    try:
        assert eventually(lambda: Upgrade.objects.get(pk=lossy.pk).lost_count == 4)
    finally:
        recovery.stop()


def test_nothing_is_counted_that_a_purge_is_deleting(lossy: Upgrade) -> None:
    counted = Event()

    def notice(execute: Any, sql: str, *rest: Any) -> Any:
        if "COUNT(" in sql:
            counted.set()
        return execute(sql, *rest)

    def count() -> None:
        with connection.execute_wrapper(notice):
            lost.count_uncounted()
        connections.close_all()

    counting = Thread(target=count)
    LostValue.objects.filter(field="note").update(created_at=database_now() - timedelta(days=31))
    with transaction.atomic():
        assert lost.purge() == 1
        counting.start()
        assert not counted.wait(0.3)
    counting.join(60)
    assert counted.is_set()
    assert Upgrade.objects.get(pk=lossy.pk).lost_count == 3


def test_values_that_do_not_count_yet_are_not_purged(lossy: Upgrade) -> None:
    LostValue.objects.update(created_at=database_now() - timedelta(days=31))
    Upgrade.objects.filter(pk=lossy.pk).update(state="running", active_model="item")
    assert lost.purge() == 0
    Upgrade.objects.filter(pk=lossy.pk).update(state="succeeded", active_model=None)
    assert lost.purge() == 4


def test_all_of_them_are_a_file(staff: APIClient, lossy: Upgrade) -> None:
    answer = staff.get(f"{LOST}export/", {"model": "Item"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode()
    table = list(csv.DictReader(text.splitlines()))
    assert [each["value"] for each in table] == ['"x"', '"2,5"', '"many"', '" 007"']
    assert [each["became"] for each in table] == ["null", "null", "null", "7"]
    lines = staff.get(f"{LOST}export/", {"format": "jsonl", "field": "age"})
    found = [json.loads(each) for each in b"".join(lines.streaming_content).splitlines()]
    listed = staff.get(LOST, {"field": "age"}).json()["lost_values"]
    assert found == listed


async def test_a_file_is_sent_while_it_is_read(lossy: Upgrade, staff_user: Any) -> None:
    token, _ = await Token.objects.aget_or_create(user=staff_user)
    client = AsyncClient()
    headers = {"Authorization": f"Token {token.key}"}
    answer = await client.get(f"{LOST}export/?format=jsonl", headers=headers)
    assert answer.is_async
    text = b"".join([part async for part in answer])
    assert len(text.splitlines()) == 4


def test_values_come_back_where_nobody_has_been_since(staff: APIClient, lossy: Upgrade) -> None:
    now = restore(staff, upgrade=str(lossy.pk))
    assert now["restored"] == 0
    assert reasons(now) == {"lost_does_not_fit": 3, "lost_field_gone": 1}
    title = field("years", "CharField", max_length=20, null=True, renamed_from="age")
    upgrade("Item", title, NOTE)
    live("Item").filter(pk=4).update(years="edited")
    chosen = staff.get(LOST, {"upgrade": str(lossy.pk)}).json()["lost_values"]
    ids = [each["id"] for each in chosen]
    then = restore(staff, ids=ids)
    assert then["restored"] == 3
    assert reasons(then) == {"lost_row_edited": 1}
    assert [each["id"] for each in then["refusals"]] == [ids[1]]
    assert ages("years") == ["1", " 007", "many", "edited"]
    assert ages("note") == [None, None, "x", None]
    again = restore(staff, ids=ids, overwrite=True)
    assert (again["restored"], reasons(again)) == (1, {"lost_restored_already": 3})
    assert ages("years") == ["1", " 007", "many", "2,5"]
    live("Item").filter(pk__gt=0).delete()
    LostValue.objects.update(restored_at=None)
    assert reasons(restore(staff, model="Item")) == {"lost_row_gone": 4}


def test_what_the_database_refuses_is_told_and_the_others_come_back(
    staff: APIClient, lossy: Upgrade
) -> None:
    unique = field("age", "CharField", max_length=20, null=True, unique=True)
    upgrade("Item", unique)
    live("Item").create(age="many")
    answer = restore(staff, model="Item", field="age")
    assert reasons(answer) == {"lost_refused": 1}
    assert answer["restored"] == 2
    assert ages() == ["1", " 007", None, "2,5", "many"]


def test_a_restore_says_what_it_is_about(staff: APIClient, lossy: Upgrade) -> None:
    def refused(body: Any) -> list[tuple[str, str]]:
        return problems(staff.post(f"{LOST}restore/", body, "json"))

    assert refused({"overwrite": True}) == [("restore_of_nothing", "")]
    assert refused({"ids": [0], "model": "", "upgrade": 3, "idz": []}) == [
        ("key_unknown", "/idz"),
        ("ids_expected", "/ids"),
        ("text_expected", "/model"),
        ("upgrade_not_uuid", "/upgrade"),
    ]
    assert restore(staff, ids=[10**15]) == {
        "restored": 0,
        "refused": 0,
        "reasons": [],
        "refusals": [],
    }


def test_a_model_that_is_being_upgraded_is_left_alone(
    staff: APIClient, lossy: Upgrade, server: Process
) -> None:
    body = {"model_name": "Item", "fields": [AGE.to_json()]}
    assert staff.post("/lowcode/api/upgrade-model/", body, "json").status_code == 202
    answer = staff.post(f"{LOST}restore/", {"model": "Item"}, "json")
    assert (answer.status_code, answer.json()["code"]) == (409, "upgrade_running")


def test_what_is_past_its_time_or_was_put_back_is_purged(
    lossy: Upgrade, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = LostValue.objects.order_by("pk")
    first, second = rows[0].pk, rows[1].pk
    now = database_now()
    rows.filter(pk=first).update(restored_at=now - timedelta(days=2))
    rows.filter(pk=second).update(created_at=now - timedelta(days=31))
    with override_settings(LOWCODE_LOST_VALUES_DAYS=0):
        assert lost.purge() == 1
    call_command("lowcode_purge")
    assert capsys.readouterr().out == "已清除 1 个过期的保留值\n"
    assert rows.count() == 2
