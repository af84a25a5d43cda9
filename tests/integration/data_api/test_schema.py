"""The OpenAPI document follows the live models."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from lowcode_async.data_api.urls import urlpatterns
from tests.integration.data_api.conftest import BOOK, DATA, TASK, moment
from tests.integration.runtime.dynamic import definition, publish, text
from tests.openapi import check_document


def document(staff: APIClient) -> dict[str, Any]:
    made: dict[str, Any] = staff.get("/lowcode/api/schema/").json()
    return made


def test_rows_of_every_model_stand_in_it(shop: None, staff: APIClient) -> None:
    made = document(staff)
    check_document(made)
    paths = {
        path.removeprefix(f"{DATA}/Task"): {*its} - {"parameters"}
        for path, its in made["paths"].items()
        if path.startswith(f"{DATA}/Task/")
    }
    assert paths == {
        str(each.pattern).removeprefix("data/<str:name>").replace("<str:key>", "{key}"): {
            method
            for method in each.callback.view_class.http_method_names  # type: ignore[union-attr]
            if method != "head"
        }
        for each in urlpatterns
    }
    schemas = made["components"]["schemas"]
    assert {*schemas["BookRow"]["properties"]} == {"id", *(each.name for each in BOOK.fields)}
    assert {*schemas["TaskNew"]["properties"]} == {"name", "parent"}
    names = [told["name"] for told in made["paths"][f"{DATA}/Task/"]["get"]["parameters"]]
    assert {"project", "deleted", "name__icontains", "create_time__gte"} <= set(names)
    assert len(names) == len(set(names)) > len(TASK.fields)


def test_it_follows_a_change(shop: None, staff: APIClient) -> None:
    before = document(staff)
    assert document(staff) == before
    publish(definition("Tag", name=text(), seen=moment()))
    after = document(staff)
    assert "seen" not in before["components"]["schemas"]["TagRow"]["properties"]
    assert "seen" in after["components"]["schemas"]["TagRow"]["properties"]
