"""Rows of a live model on a second database, by the data API."""

from __future__ import annotations

import contextlib

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from rest_framework.test import APIClient

from lowcode_async import get_model
from lowcode_async.migrating import marks
from lowcode_async.models import Upgrade
from tests.integration.data_api.conftest import DATA
from tests.integration.migrating.changes import NAME, field, upgrade

ITEM = f"{DATA}/Item/"


@pytest.fixture
def items(archive: BaseDatabaseWrapper) -> None:
    """Two live models on the second database, of which one points at the other."""
    upgrade("Shelf", NAME)
    upgrade(
        "Item",
        NAME,
        field("shelf", "ForeignKey", to="Shelf", on_delete="CASCADE", null=True),
        field("boards", "ManyToManyField", to="Shelf", blank=True, related_name="boarded"),
    )


def test_rows_are_made_read_changed_and_deleted_there(items: None, staff: APIClient) -> None:
    shelf = staff.post(f"{DATA}/Shelf/", {"name": "top"}, "json").json()["id"]
    body = {"name": "a", "shelf": shelf, "boards": [shelf]}
    made = staff.post(ITEM, body, "json")
    assert made.status_code == 201, made.json()
    key = made.json()["id"]
    page = staff.get(ITEM, {"expand": "shelf,boards", "shelf__name": "top"}).json()
    (row,) = page["results"]
    assert (row["shelf"]["name"], row["boards"][0]["name"]) == ("top", "top")
    assert staff.patch(f"{ITEM}{key}/", {"name": "b"}, "json").json()["name"] == "b"
    many = staff.post(f"{ITEM}batch/", {"create": [{"name": "c"}, {"name": "d"}]}, "json")
    assert many.status_code == 200, many.json()
    with contextlib.closing(staff.get(f"{ITEM}export/", {"format": "csv"})) as export:
        assert len(b"".join(export.streaming_content).splitlines()) == 4
    assert get_model("Item").objects.using("archive").count() == 3
    assert staff.delete(f"{ITEM}{key}/").status_code == 204


@pytest.mark.parametrize("database", ["sqlite", "mysql"], indirect=True)
def test_nothing_is_written_between_the_change_and_its_record(
    items: None, staff: APIClient
) -> None:
    under_way = Upgrade.objects.create(
        model_name="Item", active_model="item", definition={}, database="archive"
    )
    with transaction.atomic(using="archive"):
        marks.make(connections["archive"], under_way.pk)
    answer = staff.post(ITEM, {"name": "a"}, "json")
    assert answer.status_code == 503
    assert staff.post(f"{DATA}/Shelf/", {"name": "top"}, "json").status_code == 201
    assert not get_model("Item").objects.exists()
    marks.drop(connections["archive"], under_way.pk)
    assert staff.post(ITEM, {"name": "a"}, "json").status_code == 201
