"""What is found before anything happens: exact counts, samples, and what force is good for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.findings import Finding, FindingKind
from lowcode_async.planning.planner import Phase
from lowcode_async.planning.probing import probe
from lowcode_async.sentences import sentence
from tests.databases import Database
from tests.integration.planning.tables import Tables, field

K = FindingKind
KEEP = field("keep", "IntegerField", null=True)


def found(
    tables: Tables, old: FieldDefinition, values: list[Any], new: FieldDefinition | None
) -> list[Finding]:
    """Return what a change of one field would do to rows with these values."""
    tables.upgrade("Product", KEEP, old)
    tables.insert("Product", *({old.name: value} for value in values))
    return tables.probe(tables.plan("Product", *((KEEP, new) if new else (KEEP,))))


def test_counts_are_exact_and_samples_show_before_and_after(tables: Tables) -> None:
    values = ["1", " 2 ", "x", "2.5", "99999999999", None, *(f"bad{n}" for n in range(7))]
    findings = found(
        tables,
        field("v", "CharField", max_length=20, null=True),
        values,
        field("v", "IntegerField", null=True),
    )
    assert [(each.kind, each.count, each.lossy) for each in findings] == [
        (K.CLEARED, 8, True),
        (K.OUT_OF_RANGE, 1, True),
        (K.ROUNDED, 1, True),
        (K.REFORMATTED, 1, False),
    ]
    assert [(each.before, each.after) for each in findings[0].samples] == [
        ("x", None),
        *((f"bad{n}", None) for n in range(4)),
    ]
    assert [(each.before, each.after) for each in findings[2].samples] == [("2.5", 3)]
    assert findings[0].sentences("zh") == (
        "字段 'v' 类型从 CharField 改为 IntegerField 可能导致数据丢失",
        "有 8 行的值无法转换",
    )
    assert findings[0].sentences("en")[0] == (
        "Changing field 'v' from CharField to IntegerField may lose data"
    )


def test_values_that_all_fit_are_no_finding(tables: Tables) -> None:
    old = field("v", "CharField", max_length=20)
    assert found(tables, old, ["1", "-2"], field("v", "IntegerField")) == []


def test_an_empty_table_is_never_a_finding(tables: Tables) -> None:
    assert found(tables, field("v", "TextField"), [], field("v", "IntegerField")) == []


def test_shortening_counts_characters(tables: Tables) -> None:
    [shortened] = found(
        tables,
        field("v", "CharField", max_length=20),
        ["长长长长长", "长长长长长长", "short", "too long"],
        field("v", "CharField", max_length=5),
    )
    assert (shortened.kind, shortened.code, shortened.count) == (K.TRUNCATED, "length_shortened", 2)
    assert [each.after for each in shortened.samples] == ["长长长长长", "too l"]


def test_digits_are_rounded_only_where_there_are_any(tables: Tables) -> None:
    [rounded] = found(
        tables,
        field("v", "DecimalField", max_digits=10, decimal_places=4),
        ["1.2300", "1.2345"],
        field("v", "DecimalField", max_digits=10, decimal_places=2),
    )
    assert (rounded.kind, rounded.code, rounded.count) == (K.ROUNDED, "digits_reduced", 1)
    assert (rounded.samples[0].before, rounded.samples[0].after) == ("1.2345", "1.23")


def test_a_removed_field_with_values_is_told(tables: Tables) -> None:
    [removed] = found(
        tables, field("v", "CharField", max_length=9, null=True), ["a", "", None, " "], None
    )
    assert (removed.kind, removed.count, removed.field) == (K.REMOVED, 2, "v")
    assert removed.stops(force=False)
    assert not removed.stops(force=True)


def test_a_removed_field_without_values_is_none(tables: Tables) -> None:
    assert found(tables, field("v", "DateField", null=True), [None, None], None) == []


def test_removed_links_are_told(tables: Tables) -> None:
    tables.upgrade("Product", KEEP, field("users", "ManyToManyField", to="auth.User"))
    [key] = tables.insert("Product", {})
    users = [User.objects.create(username=name) for name in "ab"]
    tables.model("Product").objects.get(pk=key).users.set(user.pk for user in users)
    [removed] = tables.probe(tables.plan("Product", KEEP))
    assert (removed.kind, removed.count) == (K.REMOVED, 2)
    assert {each.before for each in removed.samples} == {user.pk for user in users}


def test_nulls_where_values_are_needed_cannot_be_forced_without_a_default(tables: Tables) -> None:
    [null] = found(
        tables, field("v", "IntegerField", null=True), [1, None, None], field("v", "IntegerField")
    )
    assert (null.kind, null.count, null.code) == (K.NULL, 2, "null_in_required")
    error = null.error(force=True)
    assert error is not None
    assert error.code == "unforceable_null"
    assert "无法强制" in error.sentence("zh")


def test_nulls_where_values_are_needed_become_the_default_by_force(tables: Tables) -> None:
    [null] = found(
        tables,
        field("v", "IntegerField", null=True),
        [1, None],
        field("v", "IntegerField", default=4),
    )
    assert (null.kind, null.count) == (K.NULL, 1)
    assert [each.after for each in null.samples] == [4]
    assert null.error(force=True) is None


def test_a_new_required_field_without_default_is_told(tables: Tables) -> None:
    tables.upgrade("Product", KEEP)
    tables.insert("Product", {}, {})
    [null] = tables.probe(tables.plan("Product", KEEP, field("v", "IntegerField")))
    assert (null.kind, null.count, null.code) == (K.NULL, 2, "null_in_new_field")
    assert null.stops(force=True)


@pytest.mark.parametrize(
    "new",
    [
        field("v", "IntegerField", default=1),
        field("v", "IntegerField", null=True),
        field("v", "CharField", max_length=5, blank=True),
        field("v", "DateTimeField", auto_now_add=True),
        field("v", "UUIDField", default="uuid4", unique=True),
    ],
    ids=["default", "nullable", "blank", "auto_now_add", "generated"],
)
def test_a_new_field_with_something_to_fill_in_is_no_finding(
    tables: Tables, new: FieldDefinition
) -> None:
    tables.upgrade("Product", KEEP)
    tables.insert("Product", {}, {})
    assert tables.probe(tables.plan("Product", KEEP, new)) == []


def test_duplicates_are_counted_row_by_row(tables: Tables) -> None:
    [duplicate] = found(
        tables,
        field("v", "IntegerField", null=True),
        [1, 1, 1, 2, 3, 3, None, None],
        field("v", "IntegerField", null=True, unique=True),
    )
    assert (duplicate.kind, duplicate.count) == (K.DUPLICATE, 5)
    assert {each.before for each in duplicate.samples} == {1, 3}
    assert duplicate.stops(force=True)


def test_the_database_says_what_is_equal(tables: Tables, database: Database) -> None:
    findings = found(
        tables,
        field("v", "CharField", max_length=9),
        ["abc", "ABC"],
        field("v", "CharField", max_length=9, unique=True),
    )
    assert [each.count for each in findings] == ([2] if database.vendor == "mysql" else [])


def test_values_may_become_equal_by_the_conversion(tables: Tables) -> None:
    findings = found(
        tables,
        field("v", "CharField", max_length=9, unique=True),
        ["1", "01", " 1", "2"],
        field("v", "IntegerField", unique=True),
    )
    assert [(each.kind, each.count) for each in findings] == [(K.DUPLICATE, 3), (K.REFORMATTED, 2)]


def test_text_may_become_equal_by_shortening(tables: Tables) -> None:
    findings = found(
        tables,
        field("v", "CharField", max_length=9, unique=True),
        ["abcd", "abce", "x"],
        field("v", "CharField", max_length=3, unique=True),
    )
    assert [(each.kind, each.count) for each in findings] == [(K.TRUNCATED, 2), (K.DUPLICATE, 2)]


def test_keys_of_no_row_are_told(tables: Tables) -> None:
    tables.upgrade("Tag", KEEP)
    [tag] = tables.insert("Tag", {})
    [orphan] = found(
        tables,
        field("v", "IntegerField", null=True),
        [tag, tag + 1, None],
        field("v", "ForeignKey", to="Tag", on_delete="CASCADE", null=True),
    )
    assert (orphan.kind, orphan.count, orphan.code) == (K.ORPHAN, 1, "orphaned_keys")
    assert orphan.forceable


def test_keys_of_no_row_of_the_model_itself_are_told_by_its_name(tables: Tables) -> None:
    [orphan] = found(
        tables,
        field("v", "IntegerField", null=True),
        [77],
        field("v", "ForeignKey", to="self", on_delete="CASCADE", null=True),
    )
    assert "row of Product" in sentence(orphan.code, orphan.params, "en")
    new = field("w", "ForeignKey", to="self", on_delete="SET_DEFAULT", default=99)
    [missing] = tables.probe(
        tables.plan("Product", KEEP, field("v", "IntegerField", null=True), new)
    )
    assert "row of Product" in sentence(missing.code, missing.params, "en")


def test_keys_of_no_row_cannot_be_forced_into_a_required_relation(tables: Tables) -> None:
    [orphan] = found(
        tables,
        field("v", "IntegerField"),
        [12345],
        field("v", "ForeignKey", to="auth.User", on_delete="CASCADE"),
    )
    assert orphan.stops(force=True)


def test_a_relation_that_points_elsewhere_is_told(tables: Tables) -> None:
    tables.upgrade("Tag", KEEP)
    tables.upgrade("Label", KEEP)
    [tag] = tables.insert("Tag", {})
    tables.insert("Label", *[{"id": tag}])
    findings = found(
        tables,
        field("v", "ForeignKey", to="Tag", on_delete="CASCADE", null=True),
        [],
        field("v", "ForeignKey", to="Label", on_delete="CASCADE", null=True),
    )
    assert findings == []
    tables.insert("Product", {"v_id": tag}, {"v_id": None})
    new = field("v", "ForeignKey", to="Label", on_delete="CASCADE", null=True)
    [told] = tables.probe(tables.plan("Product", KEEP, new))
    assert (told.kind, told.count, told.forceable) == (K.RETARGETED, 1, True)


def test_the_default_of_a_new_relation_must_exist(tables: Tables) -> None:
    tables.upgrade("Product", KEEP)
    tables.insert("Product", {})
    new = field("v", "ForeignKey", to="auth.User", on_delete="SET_DEFAULT", default=99)
    [orphan] = tables.probe(tables.plan("Product", KEEP, new))
    assert (orphan.kind, orphan.count) == (K.ORPHAN, 1)


def test_progress_goes_to_the_end(tables: Tables) -> None:
    tables.upgrade("Product", KEEP, field("v", "CharField", max_length=9))
    model = tables.model("Product")
    model.objects.bulk_create([model(v=f"{n}.0") for n in range(4500)], batch_size=1000)
    plan = tables.plan("Product", KEEP, field("v", "IntegerField"))
    told: list[tuple[float, Any]] = []
    probe(plan, connection, progress=lambda percent, **rows: told.append((percent, rows)))
    assert told[-1] == (100, {})
    assert [rows for _, rows in told[:-1]] == [
        {"rows_done": done, "rows_total": 4500} for done in (2000, 4000, 4500)
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("old", "raw", "new"),
    [
        ("IntegerField", "abc", "BigIntegerField"),
        ("IntegerField", "abc", "CharField"),
        ("DateField", "no date", "DateTimeField"),
        ("DateTimeField", "2024-13-45", "DateField"),
        ("BooleanField", "true", "IntegerField"),
        ("UUIDField", "zzz", "CharField"),
        ("FloatField", "x", "IntegerField"),
        ("DurationField", "x", "CharField"),
        ("JSONField", "{", "TextField"),
        ("CharField", b"\xff", "IntegerField"),
    ],
)
def test_what_sqlite_should_never_have_let_in_is_a_finding(
    tables: Tables, old: str, raw: Any, new: str
) -> None:
    options = {"CharField": {"max_length": 50}}
    tables.upgrade("Product", KEEP, field("v", old, null=True, **options.get(old, {})))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute("INSERT INTO dynamic_product (v) VALUES (%s)", [raw])
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    plan = tables.plan("Product", KEEP, field("v", new, null=True, **options.get(new, {})))
    findings = tables.probe(plan)
    if all(each.phase is Phase.EXPAND for each in plan.operations):
        assert findings == []  # A plain AlterField, which leaves the value as it is.
        return
    assert [(each.kind, each.count) for each in findings] == [(K.CLEARED, 1)]
    tables.carry_out(plan, force=True)
    assert tables.values("Product", "v") == [None]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_decimals_of_more_digits_than_sqlite_keeps_are_told(tables: Tables) -> None:
    [rounded] = found(
        tables,
        field("v", "CharField", max_length=40),
        ["1234567890.1234567890", "1.5"],
        field("v", "DecimalField", max_digits=20, decimal_places=10),
    )[:1]
    assert (rounded.kind, rounded.count) == (K.ROUNDED, 1)


def test_moments_lose_their_time_only_if_they_have_one(tables: Tables) -> None:
    [cut] = found(
        tables,
        field("v", "DateTimeField"),
        [dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 1, 1, 5, tzinfo=dt.UTC)],
        field("v", "DateField"),
    )
    assert (cut.kind, cut.count) == (K.TRUNCATED, 1)
    assert (cut.samples[0].before, cut.samples[0].after) == ("2024-01-01T05:00:00Z", "2024-01-01")
