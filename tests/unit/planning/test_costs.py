"""Costs and losses as far as no database is needed: who waits how long, and what has grown."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.migrations import operations

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.planning import costs
from lowcode_async.planning.findings import Finding, FindingKind
from lowcode_async.planning.observers import Lock, _told, _Way
from lowcode_async.planning.plan import Phase, Plan, PlannedOperation
from lowcode_async.planning.planner import make_plan
from lowcode_async.planning.rehearsal import about_table, known
from lowcode_async.planning.seen import UNKNOWN, Cost
from lowcode_async.upgrades.plans import grown


def model(*fields: FieldDefinition) -> ModelDefinition:
    return ModelDefinition(name="Product", fields=fields)


def field(name: str, type_: str, **options: Any) -> FieldDefinition:
    return FieldDefinition(name=name, type=type_, options=options)


def plan(before: ModelDefinition, after: ModelDefinition) -> Plan:
    return make_plan({"Product": before}, after, version=1)


CONVERSION = plan(
    model(field("age", "CharField", max_length=20)), model(field("age", "IntegerField"))
)
"""Adds a column, fills it, closes it, swaps both and drops the old one."""


def finding(kind: FindingKind, count: int, name: str = "age") -> Finding:
    return Finding(kind=kind, field=name, count=count, code="null_in_required")


def test_what_a_transaction_has_locked_stays_locked() -> None:
    asked = [Lock.NONE, Lock.WRITERS, Lock.NONE, Lock.EVERYBODY, Lock.WRITERS]
    found = costs._held_together((), [Cost(lock=each) for each in asked])
    assert [each.lock for each in found] == ["none", "writers", "writers", "everybody", "everybody"]


def test_what_is_not_known_stays_unknown() -> None:
    found = costs._held_together((), [Cost(lock=Lock.WRITERS), UNKNOWN, Cost()])
    assert [each.lock for each in found] == [Lock.WRITERS, None, Lock.WRITERS]


def test_a_table_is_held_from_the_first_filling_to_the_record() -> None:
    found = costs._held_alone(CONVERSION.operations, [Cost() for _ in CONVERSION.operations])
    phases = [each.phase for each in CONVERSION.operations]
    assert phases[-1] is Phase.CONTRACT
    assert found[0].lock is Lock.NONE
    assert found[-1].lock is Lock.NONE
    assert {each.lock for each in found[1:-1]} == {Lock.EVERYBODY}


def test_every_operation_of_a_conversion_can_be_carried_out_on_a_clone() -> None:
    assert all(known(each) and about_table(each, b, a) for each, b, a in CONVERSION.steps())


def test_an_operation_that_may_touch_more_is_not_carried_out_on_a_clone() -> None:
    for operation in (
        operations.RunSQL("SELECT 1"),
        operations.RunPython(operations.RunPython.noop),
    ):
        assert not known(PlannedOperation(operation=operation, phase=Phase.EXPAND))


def test_operations_of_links_are_not_about_the_table() -> None:
    links = field("users", "ManyToManyField", to="auth.User")
    name = field("name", "CharField", max_length=10)
    for one in (plan(model(name), model(name, links)), plan(model(name, links), model(name))):
        told = [about_table(each, before, after) for each, before, after in one.steps()]
        assert told[-1] is False


@pytest.mark.parametrize(
    ("sql", "way", "expected"),
    [
        ("ALTER TABLE t ADD x int", _Way("INSTANT", None), ", ALGORITHM=INSTANT"),
        ("ALTER TABLE t ADD x int", _Way("COPY", "NONE"), ", ALGORITHM=COPY, LOCK=NONE"),
        ("CREATE INDEX i ON t (x)", _Way("NOCOPY", "NONE"), " ALGORITHM=NOCOPY LOCK=NONE"),
    ],
)
def test_a_way_is_demanded_in_the_grammar_of_the_statement(
    sql: str, way: _Way, expected: str
) -> None:
    assert _told(sql, way) == sql + expected


@pytest.mark.parametrize(
    ("agreed", "found", "fields"),
    [
        ([], [], []),
        ([(FindingKind.CLEARED, 2)], [(FindingKind.CLEARED, 2)], []),
        ([(FindingKind.CLEARED, 2)], [(FindingKind.CLEARED, 1)], []),
        ([(FindingKind.CLEARED, 2)], [(FindingKind.CLEARED, 3)], ["age"]),
        ([(FindingKind.CLEARED, 2)], [(FindingKind.TRUNCATED, 1)], ["age"]),
        ([(FindingKind.CLEARED, 2)], [], []),
        ([], [(FindingKind.REFORMATTED, 9)], []),
    ],
)
def test_a_loss_has_grown_if_it_is_of_another_kind_or_of_more_rows(
    agreed: list[tuple[FindingKind, int]], found: list[tuple[FindingKind, int]], fields: list[str]
) -> None:
    stored = [finding(*each).to_json() for each in agreed]
    assert grown(stored, [finding(*each) for each in found]) == fields


def test_a_loss_of_another_field_is_another_loss() -> None:
    stored = [finding(FindingKind.REMOVED, 5, "name").to_json()]
    assert grown(stored, [finding(FindingKind.REMOVED, 1, "price")]) == ["price"]
