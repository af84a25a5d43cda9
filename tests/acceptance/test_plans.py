"""Plans from outside: what is told is what happens, and nothing happens that was not told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.site import Mode, Site

PLAN = "/lowcode/api/plan/"
START = "/lowcode/api/upgrade-model/"
AGE = {"name": "age", "type": "CharField", "max_length": 20}
NUMBER = {"name": "age", "type": "IntegerField", "null": True}


@pytest.mark.parametrize("site", [("sqlite", Mode.EMBEDDED)], indirect=True)
def test_a_change_is_planned_agreed_to_and_carried_out(site: Site) -> None:
    body: dict[str, Any] = {"model_name": "Guest", "fields": [NUMBER], "force": True}
    first = site.post("Guest", [AGE], base_version=0)
    assert site.wait_for_end(first)["status"] == "success"
    site.query("INSERT INTO dynamic_guest (age) VALUES (%s), (%s)", "42", "many")

    with site.client() as client:
        told = client.post(PLAN, json=body).json()
        assert site.query("SELECT age FROM dynamic_guest") == [("42",), ("many",)]
        assert [each["count"] for each in told["findings"]] == [1]
        assert told["estimate"]["seconds"] > 0

        site.query("INSERT INTO dynamic_guest (age) VALUES (%s)", "few")
        refused = client.post(START, json={**body, "plan_id": told["plan_id"]})
        assert refused.status_code == 409
        new = refused.json()["plan"]
        assert [each["count"] for each in new["findings"]] == [2]

        answer = client.post(START, json={**body, "plan_id": new["plan_id"]})
        assert answer.status_code == 202
        late = client.post(START, json={**body, "base_version": 7})
        assert late.status_code == 409

    assert site.wait_for_end(answer.json()["task_id"])["status"] == "success"
    assert site.query("SELECT age FROM dynamic_guest") == [(42,), (None,), (None,)]
    assert site.columns("dynamic_guest") == ["id", "age"]
