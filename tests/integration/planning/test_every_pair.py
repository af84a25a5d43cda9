"""Each type to each other type, with values that fit, nearly fit and do not: no silent change."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.changes import Change
from lowcode_async.planning.conversions import Changed, Converter, Misfit
from lowcode_async.planning.drift import differences
from lowcode_async.planning.shapes import shape_of
from lowcode_async.planning.state import build_field
from tests.integration.planning.tables import Tables, field

UTC = dt.UTC
UUID = uuid.UUID("1b4e28ba-2fa1-11d2-883f-0016d3cca427")

SAMPLES: list[tuple[FieldDefinition, list[Any]]] = [
    (
        field("v", "CharField", max_length=100, null=True),
        [
            *("", "abc", " 12 ", "12", "-7.50", "1e3", "true", "否", "99999999999"),
            *("2024-02-29", "2024-02-29T10:20:30Z", "10:20:30", "1 02:00:00", "12.0"),
            *(str(UUID), UUID.hex, "192.0.2.1", "2001:DB8::1", '{"a": [1, 2.5]}', "长文本"),
        ],
    ),
    (field("v", "CharField", max_length=3, null=True), ["", "abc", "1"]),
    (field("v", "TextField", null=True), ["", "x" * 300, "5", '"quoted"']),
    (field("v", "SlugField", null=True), ["a-b", "12"]),
    (field("v", "SmallIntegerField", null=True), [-32768, 0, 1, 32767]),
    (field("v", "IntegerField", null=True), [-(2**31), 0, 1, 12345, 2**31 - 1]),
    (field("v", "BigIntegerField", null=True), [-(2**63), 0, 1, 2**53 + 1, 2**63 - 1]),
    (field("v", "PositiveIntegerField", null=True), [0, 1, 2**31 - 1]),
    (field("v", "FloatField", null=True), [0.0, 1.0, 2.5, -0.1, 1e20, 1e300, 0.1]),
    (
        field("v", "DecimalField", max_digits=10, decimal_places=4, null=True),
        [Decimal("0"), Decimal("1.2300"), Decimal("1.2345"), Decimal("999999.9999")],
    ),
    (field("v", "BooleanField", null=True), [True, False]),
    (field("v", "DateField", null=True), [dt.date(2024, 2, 29), dt.date(1970, 1, 1)]),
    (
        field("v", "DateTimeField", null=True),
        [
            dt.datetime(2024, 2, 29, tzinfo=UTC),
            dt.datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC),
        ],
    ),
    (field("v", "TimeField", null=True), [dt.time(0), dt.time(23, 59, 59, 5)]),
    (
        field("v", "DurationField", null=True),
        [dt.timedelta(0), dt.timedelta(days=1, seconds=2), dt.timedelta(microseconds=-1)],
    ),
    (field("v", "UUIDField", null=True), [UUID]),
    (
        field("v", "JSONField", null=True),
        [{"a": "长"}, [1, 2], "text", 5, 2.5, True, "2024-02-29"],
    ),
    (field("v", "BinaryField", null=True), [b"", b"abc", b"12", b"\xff\x00"]),
    (field("v", "GenericIPAddressField", null=True), ["192.0.2.1", "2001:db8::1"]),
    (field("v", "FileField", null=True), ["a/b.txt"]),
    (
        field("v", "DecimalField", max_digits=5, decimal_places=2, null=True),
        [Decimal("0"), Decimal("1.23"), Decimal("-999.99")],
    ),
]


def label(each: FieldDefinition) -> str:
    limits = (each.options.get(name) for name in ("max_length", "max_digits"))
    return "-".join([each.type, *(str(limit) for limit in limits if limit)])


VALUES = {label(each): (each, values) for each, values in SAMPLES}


def read_back(value: Any) -> Any:
    """Return a value as it compares: bytes as bytes, and PostgreSQL's large JSON numbers as floats."""
    if isinstance(value, memoryview):
        return bytes(value)
    return float(value) if type(value) is int and abs(value) > 2**64 else value


@pytest.mark.parametrize("source", VALUES)
def test_every_type_becomes_every_other_as_the_conversion_says(tables: Tables, source: str) -> None:
    old, values = VALUES[source]
    fields = {f"v{n}": replace(new, name=f"v{n}") for n, (new, _) in enumerate(VALUES.values())}
    tables.upgrade("Pair", *(replace(old, name=name) for name in fields))
    tables.insert("Pair", *(dict.fromkeys(fields, value) for value in (*values, None)))
    before = {name: list(map(read_back, tables.values("Pair", name))) for name in fields}

    plan = tables.plan("Pair", *fields.values())
    found = tables.probe(plan)
    tables.carry_out(plan, force=True)

    assert differences(connection, tables.plan("Pair", *fields.values())) == []
    for change in plan.changes:
        assert change.old is not None
        assert change.new is not None
        name = change.new.name
        after = list(map(read_back, tables.values("Pair", name)))
        told = sum(each.count for each in found if each.field == name)
        if change.change is not Change.CONVERSION:
            assert (after, told) == (before[name], 0), change
            continue
        old_shape, new_shape = shape_of(build_field(change.old)), shape_of(build_field(change.new))
        assert old_shape is not None
        assert new_shape is not None
        convert = Converter(source=old_shape, target=new_shape, nullable=True)
        outcomes = [convert(value) for value in before[name]]
        expected = [None if isinstance(each, Misfit) else each.value for each in outcomes]
        assert after == expected, change
        assert list(map(type, after)) == list(map(type, expected)), change
        assert told == sum(isinstance(each, Misfit | Changed) for each in outcomes), change
