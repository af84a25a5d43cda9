"""Rows out to files, and in from them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient
from rest_framework.test import APIClient

from lowcode_async import get_model
from tests.integration.data_api.conftest import DATA, codes
from tests.integration.data_api.test_rows import BOOKS, WHOLE

pytestmark = pytest.mark.usefixtures("shop")

CSV, LINES = "text/csv", "application/x-ndjson"


def exported(client: APIClient, address: str) -> bytes:
    response = client.get(address)
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    assert response["Content-Length"] == str(len(content))
    return content


def imported(client: APIClient, address: str, content: bytes, kind: str) -> Any:
    return client.post(address, content, content_type=kind)


def test_what_is_exported_can_be_imported(staff: APIClient) -> None:
    tag = staff.post(f"{DATA}/Tag/", {"name": "=1+1"}, "json").json()["id"]
    for row in (WHOLE | {"tags": [tag]}, {"title": '逗号, "引号"\n', "notes": "1" * 140_000}):
        assert staff.post(BOOKS, row, "json").status_code == 201
    before = staff.get(BOOKS).json()["results"]
    for form, kind in (("csv", CSV), ("jsonl", LINES)):
        content = exported(staff, f"{BOOKS}export/?format={form}&ordering=id")
        assert content.count("地图集".encode()) == 1
        get_model("Book").objects.all().delete()
        refused = imported(staff, f"{BOOKS}import/", content, kind)
        assert {each for each, _ in codes(refused)} == {"field_read_only"}
        done = imported(staff, f"{BOOKS}import/?skip=id", content, kind)
        assert done.json() == {"dry_run": False, "rows": 2, "created": 2, "bad": 0, "errors": []}
        after = staff.get(BOOKS).json()["results"]
        assert [{**each, "id": 0} for each in after] == [{**each, "id": 0} for each in before]
    few = exported(staff, f"{BOOKS}export/?format=csv&fields=pages,title&pages__gt=1")
    assert few == "pages,title\r\n7,地图集\r\n".encode()
    assert codes(staff.get(f"{BOOKS}export/?format=xls")) == [("parameter_not_one_of", "")]
    assert codes(staff.get(f"{BOOKS}export/?page=2")) == [("field_unknown_similar", "")]


def test_every_bad_line_is_told_and_no_line_comes_in(staff: APIClient) -> None:
    staff.post(f"{DATA}/Author/", {"name": "taken"}, "json")
    lines = [
        {"name": "good"},
        {"name": "taken"},
        {"name": "good", "born": "yesterday"},
        {"nmae": "x"},
        [],
    ]
    content = "\n".join(map(json.dumps, lines)) + "\n{\n\n"
    address = f"{DATA}/Author/import/"
    expected = [
        ("body_not_an_object", "/5"),
        ("field_not_unique", "/2/name"),
        ("field_not_unique", "/3/name"),
        ("field_unknown_similar", "/4/nmae"),
        ("field_unreadable", "/3/born"),
        ("import_line_not_json", "/6"),
    ]
    refused = imported(staff, address, content.encode(), LINES)
    assert (refused.status_code, codes(refused)) == (400, expected)
    dry = imported(staff, f"{address}?dry_run=true", content.encode(), LINES)
    assert (dry.status_code, codes(dry)) == (200, expected)
    assert (dry.json()["rows"], dry.json()["bad"], dry.json()["created"]) == (6, 5, 0)
    table = b"name,born\na,2024-01-05\nb,\nc\nd,x\n"
    dry = imported(staff, f"{address}?dry_run=true", table, CSV)
    assert codes(dry) == [("field_unreadable", "/5/born"), ("import_cells", "/4")]
    assert codes(imported(staff, address, b"name\n\xff\n", CSV)) == [("body_not_utf8", "")]
    assert codes(imported(staff, address, b'name\n"a"b\n', CSV)) == [("import_line_not_csv", "/2")]
    assert imported(staff, address, b"", "application/json").status_code == 415
    assert get_model("Author").objects.count() == 1


def test_a_project_confines_files_too(staff: APIClient) -> None:
    task = get_model("Task")
    mine = task.objects.create(name="mine", project=1)
    theirs = task.objects.create(name="theirs", project=2)
    task.objects.create(name="gone", project=1, is_deleted=True)
    out = exported(staff, f"{DATA}/Task/export/?project=1&fields=name,project")
    assert out == b'{"name":"mine","project":1}\n'
    address = f"{DATA}/Task/import/?project=1"
    content = json.dumps({"name": "new", "parent": theirs.pk}).encode()
    assert codes(imported(staff, address, content, LINES)) == [("field_row_missing", "/1/parent")]
    content = json.dumps({"name": "new", "parent": mine.pk}).encode()
    assert imported(staff, address, content, LINES).status_code == 200
    assert task.objects.get(name="new").project == 1


async def test_an_asgi_server_streams_the_file(staff_user: User) -> None:
    client = AsyncClient()
    await client.aforce_login(staff_user)
    made = await asyncio.to_thread(get_model, "Tag")
    await made.objects.acreate(name="a")
    response = await client.get(f"{DATA}/Tag/export/?fields=name")
    assert b"".join([each async for each in response.streaming_content]) == b'{"name":"a"}\n'
