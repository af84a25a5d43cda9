"""Constraints on values that get another form are asked of the values as they would be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as field_of
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection

from lowcode_async.definitions.declared import ConstraintDefinition, ConstraintKind
from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.definitions.policies import OnInvalid
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.plan import Plan
from tests.databases import Database
from tests.integration.planning.tables import Tables, field

K = FindingKind
NAME = field("name", "CharField", max_length=20)
TEXT = field("low", "CharField", max_length=20, null=True)
NUMBER = field("low", "IntegerField", null=True)
PAIR = ConstraintDefinition(name="pair", type=ConstraintKind.UNIQUE, fields=("name", "low"))


def check(**condition: Any) -> ConstraintDefinition:
    return ConstraintDefinition(name="fits", type=ConstraintKind.CHECK, condition=condition)


POSITIVE = check(field="low", lookup="gt", value=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A change of ``name`` and ``low``, and what is broken by it."""

    rows: tuple[tuple[str, Any], ...]
    broken: tuple[tuple[FindingKind, str, int], ...] = ()
    old: tuple[FieldDefinition, ...] = (NAME, TEXT)
    new: tuple[FieldDefinition, ...] = (NAME, NUMBER)
    before: Mapping[str, Any] = field_of(default_factory=dict)
    after: Mapping[str, Any] = field_of(default_factory=dict)
    besides: str = ""
    """The database that has no such constraint."""


CASES = {
    "values become the same": Case(
        rows=(("a", "1"), ("a", "01"), ("a", " 1 "), ("a", "2"), ("b", "1"), ("b", "one")),
        after={"constraints": (PAIR,)},
        broken=((K.DUPLICATE, "pair", 3),),
    ),
    "values stay different": Case(
        rows=(("a", "1"), ("a", "2"), ("b", "1"), ("c", None), ("c", None), ("c", "x")),
        after={"unique_together": (("name", "low"),), "constraints": (POSITIVE,)},
    ),
    "a set without a name": Case(
        rows=(("a", "1"), ("a", "1.0")),
        after={"unique_together": (("low", "name"),)},
        broken=((K.DUPLICATE, "low, name", 2),),
    ),
    "the set was there before": Case(
        rows=(("abcd", "1"), ("abce", "1"), ("abcf", "2")),
        before={"unique_together": (("name", "low"),)},
        new=(field("name", "CharField", max_length=3), TEXT),
        after={"unique_together": (("name", "low"),)},
        broken=((K.DUPLICATE, "name, low", 2),),
    ),
    "numbers do not meet a check": Case(
        rows=(("a", "1"), ("a", "-1"), ("b", " 0"), ("c", "x"), ("d", None), ("e", "1e2")),
        after={"constraints": (POSITIVE,)},
        broken=((K.CHECK, "fits", 2),),
    ),
    "a default stands for what has no form": Case(
        rows=(("a", "1"), ("a", "x"), ("b", "y")),
        new=(NAME, field("low", "IntegerField", default=-5)),
        after={"constraints": (POSITIVE,)},
        broken=((K.CHECK, "fits", 2),),
    ),
    "two fields are converted, and one is renamed": Case(
        rows=(("1", "3"), ("4", "03"), ("x", "5"), ("5", None)),
        old=(NAME, TEXT),
        new=(
            field("count", "IntegerField", null=True, renamed_from="name"),
            field("low", "FloatField", null=True),
        ),
        after={"constraints": (check(field="count", lookup="lte", other_field="low"),)},
        broken=((K.CHECK, "fits", 1),),
    ),
    "a new field takes the name of another": Case(
        rows=(("a", "1"), ("b", "2")),
        new=(
            field("low", "CharField", max_length=20, renamed_from="name"),
            field("name", "IntegerField", default=7),
        ),
        after={"unique_together": (("name",),)},
        broken=((K.DUPLICATE, "name", 2),),
    ),
    "for some rows only": Case(
        rows=(("a", "1"), ("a", "01"), ("b", "7"), ("b", "07")),
        after={
            "constraints": (
                ConstraintDefinition(
                    name="some",
                    type=ConstraintKind.UNIQUE,
                    fields=("name",),
                    condition={"field": "low", "lookup": "lt", "value": 5},
                ),
            )
        },
        broken=((K.DUPLICATE, "some", 2),),
        besides="mysql",
    ),
    "no value is a value": Case(
        rows=(("a", "x"), ("a", None), ("b", None), ("b", "1")),
        after={
            "constraints": (
                ConstraintDefinition(
                    name="alike",
                    type=ConstraintKind.UNIQUE,
                    fields=("name", "low"),
                    nulls_distinct=False,
                ),
            )
        },
        broken=((K.DUPLICATE, "alike", 2),),
        besides="sqlite mysql",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_what_the_database_would_refuse_is_counted_before(
    tables: Tables, database: Database, case: Case
) -> None:
    if database.vendor in case.besides:
        return
    tables.upgrade("Item", *case.old, **case.before)
    names = [each.name for each in case.old]
    tables.insert("Item", *(dict(zip(names, row, strict=True)) for row in case.rows))
    there = connection.introspection.table_names()
    plan = tables.plan("Item", *case.new, **case.after)
    assert broken(tables, plan) == list(case.broken)
    assert connection.introspection.table_names() == there
    if case.broken:
        with pytest.raises(IntegrityError):
            tables.carry_out(plan, force=True)
    else:
        tables.carry_out(plan, force=True)


def broken(tables: Tables, plan: Plan) -> list[tuple[FindingKind, str, int]]:
    """Return what no row may be, and would be."""
    found = tables.probe(plan)
    assert all(each.stops(force=True) for each in found if each.kind in (K.CHECK, K.DUPLICATE))
    return [
        (each.kind, each.field, each.count) for each in found if each.kind in (K.CHECK, K.DUPLICATE)
    ]


def test_samples_show_the_values_as_they_are_and_as_they_would_be(tables: Tables) -> None:
    tables.upgrade("Item", NAME, TEXT)
    rows = [{"name": "a", "low": "1"}, {"name": "a", "low": "01"}, {"name": "b", "low": "-3"}]
    keys = tables.insert("Item", *rows)
    new = field("title", "CharField", max_length=20, renamed_from="name")
    owner = field("owner", "ForeignKey", to="auth.User", on_delete="CASCADE", null=True)
    sets = (("title", "low", "extra"),)
    plan = tables.plan(
        "Item", new, NUMBER, owner, field("extra", "IntegerField", default=4),
        constraints=(POSITIVE,), unique_together=sets,
    )  # fmt: skip
    met, same = [each for each in tables.probe(plan) if each.kind is not K.REFORMATTED]
    assert [(each.key, each.before, each.after) for each in met.samples] == [(keys[2], "-3", -3)]
    assert [(each.key, each.before, each.after) for each in same.samples] == [
        (keys[0], ["a", "1", None], ["a", 1, 4]),
        (keys[1], ["a", "01", None], ["a", 1, 4]),
    ]


def test_keys_are_asked_as_keys(tables: Tables) -> None:
    tables.upgrade("Item", NAME, field("owner", "CharField", max_length=9))
    ann, bob = (User.objects.create(username=name).pk for name in ("ann", "bob"))
    tables.insert(
        "Item",
        {"name": "a", "owner": f"{ann}"},
        {"name": "a", "owner": f"0{ann}"},
        {"name": "b", "owner": f"{bob}"},
        {"name": "b", "owner": "999"},
    )
    new = field("owner", "ForeignKey", to="auth.User", on_delete="CASCADE", null=True)
    few = check(field="owner", lookup="in", value=[ann, 10**6])
    together = (("name", "owner"),)
    plan = tables.plan("Item", NAME, new, constraints=(few,), unique_together=together)
    assert broken(tables, plan) == [(K.CHECK, "fits", 1), (K.DUPLICATE, "name, owner", 2)]


def test_what_a_policy_puts_in_is_asked_too(tables: Tables) -> None:
    tables.upgrade("Item", NAME, TEXT)
    tables.insert("Item", {"name": "a", "low": "x"}, {"name": "b", "low": "5"})
    new = FieldDefinition(
        name="low", type="IntegerField", options={"default": 0}, on_invalid=OnInvalid.DEFAULT
    )
    plan = tables.plan("Item", NAME, new, constraints=(POSITIVE,))
    assert broken(tables, plan) == [(K.CHECK, "fits", 1)]


def test_many_rows_are_asked_at_once(tables: Tables) -> None:
    tables.upgrade("Item", NAME, TEXT)
    model = tables.model("Item")
    rows = [model(name=f"n{n}", low=str(n) if n % 3 else f"{n}.0") for n in range(1, 4501)]
    model.objects.bulk_create(rows, batch_size=1000)
    tables.insert("Item", {"name": "n3", "low": "3"})
    plan = tables.plan("Item", NAME, NUMBER, constraints=(PAIR, POSITIVE))
    assert broken(tables, plan) == [(K.DUPLICATE, "pair", 2)]
