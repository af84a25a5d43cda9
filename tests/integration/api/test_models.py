"""Live models as the API tells them: rows, versions, and what differs between these."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from lowcode_async.models import DynamicModel, SchemaVersion, Upgrade
from lowcode_async.planning import row_counts
from tests.databases import Database
from tests.integration.api.conftest import NAME, PRODUCT, problems

LIST = "/lowcode/api/models/"
PRICE = {"name": "price", "type": "FloatField"}


def live(name: str, *versions: dict[str, Any], user: User | None = None) -> DynamicModel:
    """Write a model with these versions, and its empty table."""
    model = DynamicModel.objects.create(name=name, name_lower=name.lower(), version=len(versions))
    for number, version in enumerate(versions, start=1):
        definition = {"format": 1, "name": name, **version}
        upgrade = Upgrade.objects.create(
            model_name=name, definition=definition, requested_by=user, state="succeeded"
        )
        SchemaVersion.objects.create(
            model=model,
            number=number,
            definition=definition,
            operations=["Create model"],
            upgrade=upgrade,
        )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE dynamic_{name.lower()} (id integer)")
    return model


def insert(name: str, count: int) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO dynamic_{name.lower()} VALUES (%s)", [(each,) for each in range(count)]
        )


def test_live_models_are_listed_with_their_rows_and_what_happens_to_them(
    staff: APIClient, database: Database
) -> None:
    assert staff.get(LIST).json() == {"models": []}
    live("Product", {"fields": [NAME, PRICE]})
    live("Order", {"fields": [NAME]}, {"fields": [NAME], "deleted": True})
    live("Address", {"fields": [NAME]})
    insert("Product", 3)
    running = Upgrade.objects.create(
        model_name="Product", active_model="product", definition={"name": "Product", "fields": []}
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE dynamic_address")
    told = staff.get(LIST).json()["models"]
    assert [
        (each["name"], each["version"], each["fields"], each["rows"], each["running"])
        for each in told
    ] == [
        ("Address", 1, 1, None, None),
        ("Product", 1, 2, {"count": 3, "exact": True}, str(running.pk)),
    ]


def test_many_rows_are_told_as_the_server_believes(
    staff: APIClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_counts, "COUNTED", 10)
    live("Product", {"fields": [NAME]})
    insert("Product", 50)
    analyze = {"sqlite": "ANALYZE", "postgresql": "ANALYZE", "mysql": "ANALYZE TABLE"}
    with connection.cursor() as cursor:
        cursor.execute(f"{analyze[database.vendor]} dynamic_product")
    rows = staff.get(f"{LIST}Product/").json()["rows"]
    assert rows["exact"] == (database.vendor == "sqlite")
    assert 11 <= rows["count"] <= 100


def test_one_model_is_told_as_it_is_posted(staff: APIClient, database: Database) -> None:
    renamed = {**PRICE, "name": "cost", "column": "price"}
    beside = {
        "options": {"ordering": ["name"]},
        "indexes": [{"name": "by_name", "fields": ["name"]}],
        "to_dict": ["name"],
    }
    live("Product", {"fields": [NAME, renamed], **beside})
    told = staff.get(f"{LIST}Product/").json()
    assert told["definition"] == {
        **PRODUCT,
        "fields": [NAME, {**PRICE, "name": "cost"}],
        **beside,
    }
    assert told["table"] == "dynamic_product"
    for name in ("product", "Nothing"):
        response = staff.get(f"{LIST}{name}/")
        assert (response.status_code, problems(response)) == (404, [("model_not_found", "")])
        assert staff.get(f"{LIST}{name}/versions/").status_code == 404


def test_versions_are_told_with_what_differs(
    staff: APIClient, database: Database, staff_user: User
) -> None:
    wide = {**NAME, "max_length": 200}
    index = [{"name": "by_name", "fields": ["name"]}]
    live(
        "Product",
        {"fields": [NAME]},
        {"fields": [wide, PRICE]},
        {"fields": [wide, PRICE], "indexes": index},
        user=staff_user,
    )
    third, second, first = staff.get(f"{LIST}Product/versions/").json()["versions"]
    assert [each["number"] for each in (first, second, third)] == [1, 2, 3]
    assert [(each["kind"], each["field"]) for each in first["differences"]] == [("added", "name")]
    assert [(each["kind"], each["field"], each["keys"]) for each in second["differences"]] == [
        ("changed", "name", ["max_length"]),
        ("added", "price", []),
    ]
    assert (second["model_differences"], third["differences"]) == ([], [])
    assert third["model_differences"] == [{"key": "indexes", "before": None, "after": index}]
    assert second["definition"]["fields"] == [wide, PRICE]
    assert (second["requested_by"], second["operations"]) == ("staff", ["Create model"])
    upgrade = SchemaVersion.objects.get(number=2).upgrade
    assert second["upgrade"] == str(upgrade.pk if upgrade else None)
