"""Rows over HTTP: made, read, changed, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from lowcode_async import get_model
from tests.integration.data_api.conftest import DATA, codes
from tests.integration.runtime.dynamic import definition, publish

pytestmark = pytest.mark.usefixtures("shop")

BOOKS = f"{DATA}/Book/"
WHOLE: dict[str, Any] = {
    "title": "地图集",
    "pages": 7,
    "price": "12.50",
    "weight": 0.5,
    "printed": True,
    "published": "2024-01-05T08:30:00Z",
    "length": "P1DT02H00M00S",
    "isbn": "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
    "notes": {"a": [1, None, "x"]},
    "cover": "aGVsbG8=",
    "opens": "08:30:00",
}


def test_a_row_is_what_was_sent_through_every_way(staff: APIClient, staff_user: User) -> None:
    author = staff.post(f"{DATA}/Author/", {"name": "Mercator"}, "json").json()
    assert author == {"id": author["id"], "name": "Mercator", "born": None}
    tags = [staff.post(f"{DATA}/Tag/", {"name": name}, "json").json()["id"] for name in "ab"]
    relations = {
        "author": author["id"],
        "editor": staff_user.pk,
        "tags": tags,
        "readers": [staff_user.pk],
    }
    made = staff.post(BOOKS, WHOLE | relations, "json")
    assert made.status_code == 201, made.content
    row = made.json()
    assert row == {"id": row["id"], **WHOLE, **relations}
    address = made["Location"]
    assert address == f"{BOOKS}{row['id']}/"

    read = staff.get(address)
    assert (read.json(), read["ETag"]) == (row, made["ETag"])
    assert staff.get(address, HTTP_IF_NONE_MATCH=read["ETag"]).status_code == 304

    changed = staff.patch(address, {"pages": 8, "tags": tags[:1]}, "json")
    assert changed.json() == row | {"pages": 8, "tags": tags[:1]}
    assert changed["ETag"] != read["ETag"]
    sent_back = staff.put(address, changed.json(), "json")
    assert (sent_back.status_code, sent_back.json()) == (200, changed.json())

    replaced = staff.put(address, {"title": "Atlas"}, "json").json()
    assert (replaced["title"], replaced["pages"], replaced["author"]) == ("Atlas", 0, None)
    assert (replaced["tags"], replaced["notes"]) == ([], None)

    assert staff.delete(address).status_code == 204
    assert staff.get(address).status_code == 404
    assert codes(staff.get(address)) == [("row_not_found", "")]


def test_all_that_is_wrong_with_a_row_is_told_at_once(staff: APIClient) -> None:
    body = {
        "title": "x" * 51,
        "pages": "7",
        "price": "123456789.123",
        "printed": None,
        "published": "yesterday",
        "author": 99,
        "tags": [98],
        "pagse": 1,
        "id": 5,
    }
    refused = staff.post(BOOKS, body, "json")
    assert refused.status_code == 400
    assert codes(refused) == [
        ("field_null", "/printed"),
        ("field_read_only", "/id"),
        ("field_row_missing", "/author"),
        ("field_row_missing", "/tags/0"),
        ("field_too_long", "/title"),
        ("field_too_many_digits", "/price"),
        ("field_unknown_similar", "/pagse"),
        ("field_unreadable", "/published"),
        ("field_wrong_type", "/pages"),
    ]
    assert codes(staff.post(BOOKS, {"pages": 1}, "json")) == [("field_missing", "/title")]
    assert codes(staff.post(BOOKS, [], "json")) == [("body_not_an_object", "")]
    assert codes(staff.post(BOOKS, {"title": ""}, "json")) == [("field_blank", "/title")]
    assert not get_model("Book").objects.exists()


def test_unique_values_are_checked_and_told(staff: APIClient) -> None:
    authors = f"{DATA}/Author/"
    assert staff.post(authors, {"name": "A"}, "json").status_code == 201
    assert codes(staff.post(authors, {"name": "A"}, "json")) == [("field_not_unique", "/name")]


def test_a_large_number_in_json_hides_no_row(staff: APIClient) -> None:
    # PostgreSQL gives it back as a whole number beyond 64 bits, with all its digits.
    made = staff.post(BOOKS, {"title": "one", "notes": {"a": 1e22}}, "json")
    assert made.status_code == 201, made.content
    assert staff.get(BOOKS).json()["results"][0]["notes"] == {"a": 1e22}
    assert '{""a"":1e+22}' in staff.get(f"{BOOKS}export/?format=csv").getvalue().decode()
    assert staff.patch(made["Location"], made.json(), "json").json() == made.json()


def test_a_decimal_keeps_its_digits_or_is_refused(staff: APIClient) -> None:
    amount = {"type": "DecimalField", "max_digits": 38, "decimal_places": 10}
    publish(definition("Ledger", amount=amount))
    ledger = f"{DATA}/Ledger/"
    rough, exact = "1234567890123450000000.0000000000", "1234567.1234567890"
    assert staff.post(ledger, {"amount": rough}, "json").json()["amount"] == rough
    answer = staff.post(ledger, {"amount": exact}, "json")
    batch = staff.post(f"{ledger}batch/", {"create": [{"amount": exact}]}, "json")
    if connection.vendor == "sqlite":
        assert codes(answer) == [("field_not_exact", "/amount")]
        assert codes(batch) == [("field_not_exact", "/create/0/amount")]
    else:
        assert answer.json()["amount"] == batch.json()["created"][0]["amount"] == exact


def test_a_lost_update_is_refused(staff: APIClient) -> None:
    made = staff.post(BOOKS, {"title": "one"}, "json")
    address, tag = made["Location"], made["ETag"]
    expanded = staff.get(f"{address}?expand=author&fields=title")["ETag"]
    assert expanded != tag
    first = staff.patch(address, {"title": "two"}, "json", HTTP_IF_MATCH=expanded)
    assert first.status_code == 200
    for method, body in (("patch", {"title": "three"}), ("put", {"title": "3"}), ("delete", None)):
        refused = getattr(staff, method)(address, body, "json", HTTP_IF_MATCH=tag)
        assert (refused.status_code, codes(refused)) == (412, [("row_changed", "")])
        assert refused["ETag"] == first["ETag"]
    assert staff.get(address).json()["title"] == "two"
    assert staff.delete(address, HTTP_IF_MATCH="*").status_code == 204


def test_a_row_without_a_file_looks_the_same_everywhere(staff: APIClient) -> None:
    publish(definition("Scan", file={"type": "FileField", "null": True}))
    made = staff.post(f"{DATA}/Scan/", {}, "json")
    assert made.status_code == 201
    assert staff.get(f"{DATA}/Scan/").json()["results"] == [made.json()]


def test_what_is_never_marked_cannot_be_restored(staff: APIClient) -> None:
    key = staff.post(f"{DATA}/Tag/", {"name": "kept"}, "json").json()["id"]
    refused = staff.post(f"{DATA}/Tag/{key}/restore/")
    assert (refused.status_code, codes(refused)) == (409, [("row_not_marked", "")])


def test_what_is_not_there_is_told(staff: APIClient) -> None:
    unknown = staff.get(f"{DATA}/Bok/")
    assert (unknown.status_code, codes(unknown)) == (404, [("model_not_found", "")])
    for key in ("x", "99999999999999999999", "%00"):
        assert codes(staff.get(f"{BOOKS}{key}/")) == [("row_not_found", "")]
