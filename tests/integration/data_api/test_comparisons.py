"""What rows are compared with, where Django by itself would compare with something else, or not at all."""

from __future__ import annotations

from django.test import override_settings
from rest_framework.test import APIClient

from lowcode_async import get_model
from tests.databases import Database
from tests.integration.data_api.conftest import DATA
from tests.integration.runtime.dynamic import definition, publish, text


def test_keys_that_are_text_are_compared_as_text(staff: APIClient, database: Database) -> None:
    country = {"to": "Country", "related_name": "+"}
    publish(definition("Country", code=text(primary_key=True)))
    publish(
        definition(
            "City",
            country={"type": "ForeignKey", "on_delete": "CASCADE", **country},
            near={"type": "ManyToManyField", "blank": True, **country},
        )
    )
    for code in ("fr", "de"):
        made = get_model("Country").objects.create(code=code)
        get_model("City").objects.create(country=made).near.set([made])
    for query in ("startswith=f", "icontains=R", "range=e,g", "iexact=FR", "gt=de"):
        for name in ("country", "country__code", "country_id", "near", "near__code"):
            rows = staff.get(f"{DATA}/City/?{name}__{query}&ordering=id").json()["results"]
            assert [each["country"] for each in rows] == ["fr"], (name, query)


def test_moments_are_found_on_a_site_without_time_zones(
    staff: APIClient, database: Database
) -> None:
    with override_settings(USE_TZ=False, TIME_ZONE="Asia/Shanghai"):
        publish(definition("Event", at={"type": "DateTimeField"}))
        get_model("Event").objects.create(at="2024-05-06T15:00:00")
        for _ in range(2):
            for query, count in (("at", 1), ("at__gt", 0), ("at__lte", 1), ("at__in", 1)):
                found = staff.get(f"{DATA}/Event/?{query}=2024-05-06T07:00:00Z").json()
                assert found["count"] == count
