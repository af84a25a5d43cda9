"""Whatever definitions follow each other: tables are as if built anew, and no value is lost."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings

from lowcode_async import get_model
from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.models import LostValue, SchemaVersion, Upgrade
from lowcode_async.planning.conversions import Converter, Kept
from lowcode_async.planning.drift import standing_differences
from lowcode_async.planning.lost_values import key_text, read, same
from lowcode_async.planning.shapes import shape_of
from lowcode_async.planning.state import build_field
from lowcode_async.upgrades.site import current_definitions
from tests.databases import Database
from tests.integration.migrating.changes import revert, upgrade
from tests.integration.upgrades.sequences import Step, steps

NAMES = (f"Item{number}" for number in count(1))

Rows = dict[int, dict[str, Any]]


class History:
    """One model, all of its upgrades, and its rows after each."""

    def __init__(self) -> None:
        self.name = next(NAMES)
        self.fields: list[FieldDefinition] = []
        self.past: list[tuple[Upgrade, Rows]] = []

    def go(self, step: Step) -> None:
        """Upgrade to the next definition, and look at everything."""
        fields = step.fields([each.name for each in self.fields])
        before = self.rows() if self.fields else {}
        made = upgrade(self.name, *fields)
        self.assert_built_rightly()
        if self.fields:
            self.assert_nothing_lost(made, before, fields)
            if SchemaVersion.objects.filter(upgrade=made).exists():
                self.past.append((made, before))
        self.fields = fields
        model: Any = get_model(self.name)
        for _ in range(2):
            model.objects.create(**step.row())

    def go_back(self) -> None:
        """Take the newest upgrade back: what was there before it is there again."""
        made, before = self.past.pop()
        revert(made)
        self.assert_built_rightly()
        now = self.rows()
        for key, row in before.items():
            assert now[key].keys() == row.keys()
            for name, value in row.items():
                assert same(now[key][name], value), (name, value, now[key][name])

    def rows(self) -> Rows:
        """Return all rows, by their keys."""
        model: Any = get_model(self.name)
        return {each.pop("id"): each for each in model.objects.values()}

    def assert_built_rightly(self) -> None:
        """Assert that the table is the one that its definition makes from nothing."""
        assert standing_differences(connection, current_definitions(), self.name) == []

    def assert_nothing_lost(
        self, made: Upgrade, before: Rows, fields: list[FieldDefinition]
    ) -> None:
        """Assert that each value is in its new form one that leads back, or is kept aside."""
        kept = {
            (each.field, each.removed, each.row_key): each
            for each in LostValue.objects.filter(upgrade=made)
        }
        now, renamed = self.rows(), {each.renamed_from or each.name: each for each in fields}
        moved = {each.renamed_from for each in fields} - {None}
        for old in self.fields:
            new = renamed.get(old.name)
            if new is not None and new.renamed_from is None and old.name in moved:
                new = None
            for key, row in before.items():
                name = new.name if new else old.name
                lost = kept.get((name, new is None, key_text(key)))
                value = row[old.name]
                if lost is not None:
                    assert same(read(lost.kind, lost.value), value), json.dumps(lost.value)
                    assert new is None or _stands(
                        read(lost.became_kind, lost.became), now[key][name]
                    )
                elif new is None:
                    assert value is None
                else:
                    assert _leads_back(now[key][name], value, new, old)


def _stands(became: Any, found: Any) -> bool:
    return bool(became == found)


def _leads_back(now: Any, before: Any, new: FieldDefinition, old: FieldDefinition) -> bool:
    if before is None or now is None:
        return before is now
    source, target = shape_of(build_field(new)), shape_of(build_field(old))
    assert source is not None
    assert target is not None
    if source.kind is target.kind and same(now, before):
        return True
    outcome = Converter(source=source, target=target, nullable=True)(now)
    return isinstance(outcome, Kept) and same(outcome.value, before)


@pytest.mark.timeout(300)
@settings(
    derandomize=True,
    max_examples=3,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(steps=steps(count=6))
def test_any_sequence_of_definitions_can_be_gone_and_gone_back(
    database: Database, steps: list[Step]
) -> None:
    history = History()
    for step in steps:
        history.go(step)
    while history.past:
        history.go_back()
