"""What a plan costs is asked of the server, on each database, and asking changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import override_settings

from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.clones import look_at
from lowcode_async.planning.costs import Estimate, costs_of, estimate_of
from lowcode_async.planning.leftovers import PREFIX
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.seen import UNKNOWN, Cost
from tests.databases import Database
from tests.integration.planning.tables import Tables, columns, field

NAME = field("name", "CharField", max_length=100)
AGE = field("age", "CharField", max_length=20)
OWNER = field("owner", "ForeignKey", to="auth.User", on_delete="CASCADE", null=True)

YES, NO = True, False
# (rewrites, scans, lock) of the operation of this name: sqlite, postgresql, mysql.
WRITERS, EVERYBODY, NOBODY = "writers", "everybody", "none"
ANSWERS: dict[str, tuple[list[FieldDefinition], str, dict[str, tuple[bool, bool, str]]]] = {
    "a nullable column is added": (
        [NAME, AGE, field("note", "TextField", null=True)],
        "Add field note",
        {
            "sqlite": (NO, NO, WRITERS),
            "postgresql": (NO, NO, EVERYBODY),
            "mysql": (NO, NO, NOBODY),
        },
    ),
    "a column with a default is added": (
        [NAME, AGE, field("stock", "IntegerField", default=7)],
        "Add field stock",
        {
            "sqlite": (YES, YES, WRITERS),
            "postgresql": (NO, NO, EVERYBODY),
            "mysql": (NO, NO, NOBODY),
        },
    ),
    "values are converted": (
        [NAME, field("age", "IntegerField")],
        "Convert values",
        {
            "sqlite": (YES, YES, WRITERS),
            "postgresql": (YES, YES, EVERYBODY),
            "mysql": (YES, YES, EVERYBODY),
        },
    ),
    "a converted column is closed": (
        [NAME, field("age", "IntegerField")],
        "Alter field age_v2",
        {
            "sqlite": (YES, YES, WRITERS),
            "postgresql": (NO, YES, EVERYBODY),
            "mysql": (YES, YES, EVERYBODY),
        },
    ),
    "a column is removed": (
        [NAME],
        "Remove field age",
        {
            "sqlite": (YES, YES, WRITERS),
            "postgresql": (NO, NO, EVERYBODY),
            "mysql": (NO, NO, NOBODY),
        },
    ),
    "an index is made": (
        [field("name", "CharField", max_length=100, unique=True), AGE],
        "Alter field name",
        {
            "sqlite": (YES, YES, WRITERS),
            "postgresql": (NO, YES, EVERYBODY),
            "mysql": (NO, YES, NOBODY),
        },
    ),
    "a length grows": (
        [field("name", "CharField", max_length=200), AGE],
        "Alter field name",
        {
            "sqlite": (YES, YES, WRITERS),
            "postgresql": (NO, NO, EVERYBODY),
            "mysql": (NO, NO, NOBODY),
        },
    ),
    "a field is renamed": (
        [field("title", "CharField", max_length=100, renamed_from="name"), AGE],
        "Rename field name",
        dict.fromkeys(("sqlite", "postgresql", "mysql"), (NO, NO, NOBODY)),
    ),
    "links are added": (
        [NAME, AGE, field("users", "ManyToManyField", to="auth.User")],
        "Add field users",
        dict.fromkeys(("sqlite", "postgresql", "mysql"), (NO, NO, NOBODY)),
    ),
}


IN_PLACE = {"a converted column is closed", "an index is made", "a length grows"}
"""What MySQL does in place, and does not say whether that copies the rows."""


def product(tables: Tables, *, rows: int = 0) -> None:
    tables.upgrade("Product", NAME, AGE)
    tables.insert(
        "Product", *({"name": f"n{number}", "age": str(number)} for number in range(rows))
    )


def costs(plan: Plan) -> dict[str, Cost]:
    """Return the costs by the words of their operations."""
    found = costs_of(plan, connection)
    words = [each.operation.describe() for each in plan.operations]
    return dict(zip(words, found, strict=True))


def estimate(plan: Plan) -> Estimate:
    return estimate_of(plan, connection, costs_of(plan, connection))


def tables_there() -> set[str]:
    return set(connection.introspection.table_names())


@pytest.mark.parametrize("change", ANSWERS)
def test_the_server_says_what_an_operation_does_to_the_table(
    tables: Tables, database: Database, change: str
) -> None:
    fields, words, answers = ANSWERS[change]
    product(tables)
    [found] = [
        cost
        for operation, cost in costs(tables.plan("Product", *fields)).items()
        if operation.startswith(words)
    ]
    rewrites, scans, lock = answers[database.vendor]
    if database.vendor == "mysql" and not connection.mysql_is_mariadb and change in IN_PLACE:
        rewrites, scans = None, True
    assert (found.rewrites, found.scans, found.lock) == (rewrites, scans, lock)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_type_that_is_stored_as_the_same_bytes_is_not_rewritten(tables: Tables) -> None:
    product(tables)
    found = costs(tables.plan("Product", field("name", "TextField"), AGE))
    assert [each.rewrites for each in found.values()] == [False] * len(found)


def test_a_new_model_costs_nobody_anything(tables: Tables) -> None:
    plan = tables.plan("Product", NAME, AGE)
    assert costs_of(plan, connection) == [Cost()] * len(plan.operations)
    assert estimate(plan) == Estimate(code="estimate_nobody_waits", rows=0, seconds=0.0)


@pytest.mark.parametrize("change", ANSWERS)
def test_nothing_is_changed_and_nothing_is_left(tables: Tables, change: str) -> None:
    fields, _, _ = ANSWERS[change]
    product(tables, rows=3)
    there, look = tables_there(), look_at(connection, "dynamic_product")
    assert estimate(tables.plan("Product", *fields)).code != "estimate_impossible"
    assert tables_there() == there
    assert not any(each.startswith(PREFIX) for each in there)
    assert look_at(connection, "dynamic_product") == look
    assert tables.values("Product", "age") == ["0", "1", "2"]


def test_links_of_the_real_table_are_left_alone(tables: Tables) -> None:
    """Their tables may have names that no clone has."""
    users = field("users", "ManyToManyField", to="auth.User")
    people = field("people", "ManyToManyField", to="auth.User", renamed_from="users")
    tables.upgrade("Product", NAME, users)
    tables.upgrade("Product", NAME, people)
    [key] = tables.insert("Product", {"name": "tea"})
    user = User.objects.create_user("somebody")
    tables.model("Product")._base_manager.get(pk=key).people.add(user.pk)
    found = costs(tables.plan("Product", NAME))
    assert UNKNOWN not in found.values()
    row: Any = tables.model("Product")._base_manager.get(pk=key)
    assert list(row.people.values_list("pk", flat=True)) == [user.pk]


def test_a_relation_is_looked_up_in_clones_of_its_targets(
    tables: Tables, database: Database
) -> None:
    tables.upgrade("Maker", NAME)
    product(tables, rows=3)
    maker = field("maker", "ForeignKey", to="Maker", on_delete="CASCADE", null=True)
    parent = field("parent", "ForeignKey", to="self", on_delete="CASCADE", null=True)
    plan = tables.plan("Product", NAME, AGE, OWNER, maker, parent)
    found = costs_of(plan, connection)
    assert UNKNOWN not in found
    assert estimate_of(plan, connection, found).code == "estimate_without_keys"
    assert columns("dynamic_product") == ["age", "id", "name"]


def test_a_sample_with_values_that_have_no_form_is_measured_as_if_forced(tables: Tables) -> None:
    product(tables)
    tables.insert("Product", {"name": "a", "age": "abc"}, {"name": "b", "age": "7"})
    found = estimate(tables.plan("Product", NAME, field("age", "IntegerField", null=True)))
    assert (found.code, found.rows, found.sample) == ("estimate_measured", 2, 2)
    assert found.seconds is not None
    assert found.seconds > 0


def test_what_the_database_would_refuse_cannot_be_measured(tables: Tables) -> None:
    product(tables)
    tables.insert("Product", {"name": "a", "age": "1"}, {"name": "a", "age": "2"})
    plan = tables.plan("Product", NAME, field("age", "IntegerField", unique=True), OWNER)
    assert estimate(plan).seconds is not None
    tables.insert("Product", {"name": "b", "age": "2"})
    found = estimate(plan)
    assert (found.code, found.seconds, found.rows) == ("estimate_impossible", None, 3)


def test_the_sample_is_bounded_and_the_rows_are_all_of_them(tables: Tables) -> None:
    product(tables)
    rows = [{"name": "x", "age": str(number)} for number in range(2500)]
    model = tables.model("Product")
    model._base_manager.bulk_create([model(**each) for each in rows])
    found = estimate(tables.plan("Product", NAME, field("age", "IntegerField")))
    assert (found.rows, found.sample) == (2500, 2000)


def test_every_type_of_column_has_a_clone(tables: Tables) -> None:
    needed: dict[str, dict[str, Any]] = {
        "CharField": {"max_length": 10},
        "DecimalField": {"max_digits": 8, "decimal_places": 2},
        "FilePathField": {"path": "/srv"},
    }
    every = [
        field(f"field_{number}", name, null=True, **needed.get(name, {}))
        for number, (name, each) in enumerate(FIELD_METADATA.items())
        if not each.relation and "Auto" not in name
    ]
    tables.upgrade("Product", NAME, *every)
    tables.insert("Product", {"name": "a"})
    for plan in (tables.plan("Product", NAME), tables.plan("Other", *every)):
        assert UNKNOWN not in costs_of(plan, connection)
        assert estimate(plan).code != "estimate_impossible"
    tables.upgrade("Product", NAME)
    plan = tables.plan("Product", NAME, *every)
    assert UNKNOWN not in costs_of(plan, connection)
    assert estimate(plan).code != "estimate_impossible"


@pytest.mark.parametrize(
    ("database", "at_first"),
    [("postgresql", [EVERYBODY, EVERYBODY]), ("mysql", [NOBODY, EVERYBODY])],
    indirect=["database"],
)
def test_nobody_waits_for_what_is_done_beforehand(tables: Tables, at_first: list[str]) -> None:
    product(tables, rows=10)
    plan = tables.plan("Product", NAME, field("age", "IntegerField", null=True))
    with override_settings(LOWCODE_BACKFILL_ROWS=11):
        at_once, small = estimate(plan), costs(plan)
    with override_settings(LOWCODE_BACKFILL_ROWS=10):
        in_batches, large = estimate(plan), costs(plan)
    assert [each.lock for each in small.values()][:2] == at_first
    assert [each.lock for each in large.values()][:2] == [NOBODY, NOBODY]
    assert [*small.values()][2:] == [*large.values()][2:]
    for told, costing in ((at_once, small), (in_batches, large)):
        waited = [
            seconds
            for seconds, each in zip(told.operations, costing.values(), strict=True)
            if each.lock != NOBODY
        ]
        assert told.seconds == pytest.approx(sum(waited), abs=0.001)


@pytest.mark.parametrize("database", ["mysql"], indirect=True)
def test_a_column_that_is_required_is_not_written_anew_while_all_wait(tables: Tables) -> None:
    product(tables, rows=10)
    plan = tables.plan("Product", NAME, field("age", "IntegerField"))
    with override_settings(LOWCODE_BACKFILL_ROWS=11):
        assert costs(plan)["Alter field age_v2 on Product"].rewrites is not False
    with override_settings(LOWCODE_BACKFILL_ROWS=10):
        assert not any(each.rewrites for each in costs(plan).values() if each.lock != NOBODY)
