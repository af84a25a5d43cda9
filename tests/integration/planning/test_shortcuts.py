"""What a database says of values by itself, beside what the function says: never anything else."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Case, When
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.conversions import Changed, Converter, Kept, Misfit
from lowcode_async.planning.converting import limited
from lowcode_async.planning.lost_values import same
from lowcode_async.planning.rows import Column
from lowcode_async.planning.shapes import shape_of
from lowcode_async.planning.shortcuts import Verdict, shortcut_of
from lowcode_async.planning.state import build_field
from lowcode_async.planning.writing import write_column
from tests.integration.planning.tables import Tables, field

UTC = dt.UTC
SHORTEST = 5
TARGETS = (
    field("v", "CharField", max_length=SHORTEST),
    field("v", "CharField", max_length=40),
    field("v", "TextField"),
    field("v", "SmallIntegerField"),
    field("v", "PositiveIntegerField"),
    field("v", "BigIntegerField"),
    field("v", "FloatField"),
    field("v", "DecimalField", max_digits=5, decimal_places=2),
    field("v", "DecimalField", max_digits=3, decimal_places=3),
    field("v", "DecimalField", max_digits=9, decimal_places=0),
    field("v", "DecimalField", max_digits=30, decimal_places=6),
    field("v", "BooleanField"),
    field("v", "DateField"),
    field("v", "DateTimeField"),
    field("v", "TimeField"),
    field("v", "UUIDField"),
    field("v", "DurationField"),
)

# -- values --------------------------------------------------------------------------------------

WORDS = (
    *("", " ", "0", "-0", "+0", "00", "0.0", "-0.0", "0.", ".5", "5.", "1", "01", "1.0", "1.50"),
    *("1.5", "-1.50", "-0.00", "+1", " 1", "1 ", "1\n", "\n1", "1\t", "\u00a01", "\u0661", "１"),
    *("1e3", "1E3", "1e+16", "1e-05", "0.0001", "0.00001", "0.00012", "123456789012345.0", "nan"),
    *("999999999999999.9", "0.1", "0.30000000000000004", "inf", "Infinity", "1_000", "1,000"),
    *("32767", "32768", "-32768", "-32769", "2147483647", "2147483648", "9223372036854775807"),
    *("9223372036854775808", "-9223372036854775808", "-9223372036854775809", "9" * 30, "9" * 300),
    *("999.99", "1000.00", "-999.99", "0.123", "1.123", "999999999", "1000000000", "x", "E", "e"),
    *("123456789.123456", "1234567890.123456", "123456789012345678.123456", "0.000000"),
    *("true", "True", "TRUE", "false", "true ", " true", "yes", "是", "真", "否", "trüe", "ｔrue"),
    *("2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "0000-01-01", "0001-01-01"),
    *("9999-12-31", "2024-04-31", "2024-13-01", "2024-1-1", "2024-02-29 ", "2024-02-29\n", "now"),
    *("2024-02-29T10:20:30Z", "2024-02-29T10:20:30.500000Z", "2024-02-29T10:20:30.000000Z"),
    *("2024-02-29T10:20:30.5Z", "2024-02-29 10:20:30Z", "2024-02-29T24:00:00Z", "12:60:00"),
    *(
        "2023-02-29T10:20:30Z",
        "2024-02-29T10:20:30+00:00",
        "2024-02-29T10:20:30",
        "0001-01-01T00:00:00Z",
    ),
    *("9999-12-31T23:59:59.999999Z", "2024-02-29T00:00:00Z", "10:20:30", "10:20:30.000001"),
    *("10:20", "24:00:00", "23:59:59.999999", "10:20:30.5", "23:59:60", "10:20:30\n", "T", "Z"),
    *("1b4e28ba-2fa1-11d2-883f-0016d3cca427", "1B4E28BA-2FA1-11D2-883F-0016D3CCA427"),
    *("1b4e28ba2fa111d2883f0016d3cca427", "1b4e28ba-2fa1-11d2-883f-0016d3cca427 ", "zzzz"),
    *(
        "长文本长文",
        "长文本长文本",
        "😀😀😀😀😀",
        "abcde",
        "abcde ",
        "abcdef",
        "é",
        "e\u0301",
        "ß",
        "K",
    ),
)
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70).map(str),
    st.integers(-40000, 40000).map(str),
    st.decimals(-(10**9), 10**9, places=2).map(str),
    st.decimals(-1000, 1000, places=3).map(str),
    st.floats().map(repr),
    st.from_regex(r"[+-]?[0-9]{0,6}\.?[0-9]{0,6}(?:[eE][+-]?[0-9]{1,2})?", fullmatch=True),
)
TIMES = st.one_of(
    st.dates().map(str),
    st.datetimes().map(lambda each: each.isoformat() + "Z"),
    st.times().map(str),
    st.from_regex(r"[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]", fullmatch=True),
    st.from_regex(r"[0-2][0-9]:[0-6][0-9]:[0-6][0-9](?:\.[0-9]{6})?", fullmatch=True),
)
ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
SLIPS = st.sampled_from(["%s", "%s", "%s", "%s", " %s", "%s ", "%s\n", "0%s", "-%s", "%s0", "%sx"])


def slipped(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return texts, some of them not quite as they should be."""
    return st.tuples(SLIPS, texts).map(lambda pair: pair[0].replace("%s", pair[1]))


FINITE = st.floats(-1e300, 1e300)
SHORT = st.decimals(-(10**7), 10**7, places=3)
EDGES = (0, 1, -1, 2, 999, 1000, 32767, 32768, -32768, -32769, 2**31 - 1, 2**31, 10**15, 2**53)
FRACTIONS = ("0.5", "2.5", "-2.5", "1.005", "999.994", "999.995", "999.999", "99999.5", "0.001")
ALL_EDGES = (*EDGES, 2**53 + 1, 2**63 - 1, -(2**63), 10**17)
MOMENTS = st.datetimes(timezones=st.just(UTC))


STRANGE = (
    *("abc", "12", "12.5", "12.50", "1e3", "12\0x", "2024-02-29", "2024-02-30", "2024-02-29 10:00"),
    *("2024-02-29 10:20:30", "2024-02-29T10:20:30", "2024-02-29 10:20:30.5", "10:20", "10:20:30\0"),
    *("1b4e28ba2fa111d2883f0016d3cca427", "1B4E28BA2FA111D2883F0016D3CCA427", "true", "now", ""),
    *(0, 1, 2, 12, -1, 2460000, 2**53 + 1, 2**63 - 1, -(2**63), 0.0, -0.0, 1.0, 0.1 + 0.2, 2.675),
    *(
        12.5,
        1e15,
        1e15 + 0.5,
        1e300,
        math.inf,
        -math.inf,
        1 / 3,
        123456789.123456,
        b"12",
        b"",
        b"\xff",
    ),
)
"""What SQLite lets into a column of any type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What stands in a column."""

    definition: FieldDefinition
    edges: tuple[Any, ...]
    others: st.SearchStrategy[Any]


def _decimal(digits: int, places: int) -> Given:
    limit = Decimal(10) ** min(digits - places, 14 - places) - Decimal(1).scaleb(-places)
    numbers = (Decimal(each) for each in (*EDGES, *FRACTIONS))
    fitting = (each.quantize(Decimal(1).scaleb(-places)) for each in numbers if abs(each) < limit)
    return Given(
        definition=field("v", "DecimalField", max_digits=digits, decimal_places=places),
        edges=tuple(fitting),
        others=st.decimals(-limit, limit, places=places),
    )


SOURCES = {
    "text": Given(
        definition=field("v", "TextField"),
        edges=WORDS,
        others=st.one_of(slipped(NUMBERS), slipped(TIMES), ANY_TEXT, slipped(st.uuids().map(str))),
    ),
    "varchar": Given(
        definition=field("v", "CharField", max_length=200),
        edges=tuple(each for each in WORDS if len(each) <= 200),
        others=st.one_of(slipped(NUMBERS), ANY_TEXT),
    ),
    "integer": Given(
        definition=field("v", "BigIntegerField"),
        edges=ALL_EDGES,
        others=st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-40000, 40000)),
    ),
    "float": Given(
        definition=field("v", "FloatField"),
        edges=(
            *map(float, ALL_EDGES),
            *map(float, FRACTIONS),
            *(0.1, 0.3, 0.1 + 0.2, 1e15, 1e16, 1e22, 1e-4, 1e-5, 1.5e-7, 1e300, -1e300, 5e-324),
            *(2.0**63, 2.0**63 - 1024, 123456.789, 99999.995, 1 / 3, -0.0, 1.1, 12345678.12345678),
        ),
        others=st.one_of(FINITE, st.floats(-1e6, 1e6), SHORT.map(float)),
    ),
    "decimal": _decimal(12, 4),
    "wide decimal": _decimal(30, 8),
    "whole decimal": _decimal(20, 0),
    "boolean": Given(
        definition=field("v", "BooleanField"), edges=(True, False), others=st.booleans()
    ),
    "date": Given(
        definition=field("v", "DateField"),
        edges=(dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2024, 2, 29)),
        others=st.dates(),
    ),
    "moment": Given(
        definition=field("v", "DateTimeField"),
        edges=(
            dt.datetime(2024, 2, 29, tzinfo=UTC),
            dt.datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
            dt.datetime(2024, 2, 29, 0, 0, 0, 1, tzinfo=UTC),
            dt.datetime(1, 1, 2, tzinfo=UTC),
        ),
        others=st.one_of(MOMENTS, MOMENTS.map(lambda each: each.replace(microsecond=0))),
    ),
    "time": Given(
        definition=field("v", "TimeField"),
        edges=(dt.time(0), dt.time(23, 59, 59, 999999), dt.time(10, 20, 30, 500000)),
        others=st.one_of(st.times(), st.times().map(lambda each: each.replace(microsecond=0))),
    ),
    "uuid": Given(
        definition=field("v", "UUIDField"),
        edges=(uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)),
        others=st.uuids(version=4),
    ),
}


# -- what both say -------------------------------------------------------------------------------


class Pair:
    """One conversion, by the database and by the function, into columns beside each other."""

    def __init__(self, model: Any, number: int, target: FieldDefinition) -> None:
        self.model = model
        self.source = Column(model, "v", connection)
        self.by_database, self.by_function = f"d{number}", f"f{number}"
        before, after = shape_of(self.source.plain_field), shape_of(build_field(target))
        assert before is not None
        assert after is not None
        after = limited(after, connection)
        self.convert = Converter(source=before, target=after, nullable=True)
        self.back = Converter(source=after, target=before, nullable=True)
        self.shortcut = shortcut_of(
            before,
            after,
            name="v",
            field=model._meta.get_field(self.by_database),
            connection=connection,
        )

    def fill(self) -> None:
        """Let both fill their columns."""
        assert self.shortcut is not None
        kept = When(self.shortcut.kept, then=self.shortcut.expression)
        self.source.rows.order_by().update(**{self.by_database: Case(kept)})
        for page in self.source.pages():
            found = [(key, self.convert(value)) for key, value in page]
            given = [(key, each.value) for key, each in found if not isinstance(each, Misfit)]
            write_column(connection, self.model, self.by_function, given)

    def check(self) -> Iterator[Verdict]:
        """Compare; yield the verdicts."""
        assert self.shortcut is not None
        columns = (self.by_database, self.by_function)
        rows = self.source.rows.annotate(verdict=self.shortcut.verdict)
        values = {key: value for page in self.source.pages() for key, value in page}
        plain = _raw(self.model, columns)
        for key, verdict, one, other in rows.values_list("pk", "verdict", *columns):
            outcome = self.convert(values[key])
            told = (self.shortcut.part, values[key], outcome, one)
            yield Verdict(verdict)
            if verdict == Verdict.KEPT:
                assert isinstance(outcome, Kept), told
                assert (type(one), one) == (type(outcome.value), outcome.value), told
                assert one == other, told
                assert plain[key][0] == plain[key][1], told
                back = self.back(one)
                assert isinstance(back, Kept), told
                assert same(back.value, values[key]), told
            elif verdict not in (Verdict.UNSURE, Verdict.EMPTY):
                assert isinstance(outcome, Misfit | Changed), told
                assert outcome.kind.name == Verdict(verdict).name, told


def _raw(model: Any, columns: tuple[str, str]) -> dict[Any, tuple[Any, Any]]:
    """Return what the driver gives for two columns, with nothing of Django between."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {columns[0]}, {columns[1]} FROM {table}")
        return {key: (one, other) for key, one, other in cursor.fetchall()}


def _insert_raw(model: Any, values: tuple[Any, ...]) -> None:
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.executemany(f"INSERT INTO {table} (v) VALUES (%s)", [(each,) for each in values])


@pytest.mark.parametrize("source", SOURCES)
def test_a_database_is_sure_of_nothing_that_the_function_sees_otherwise(
    tables: Tables, source: str
) -> None:
    given_ = SOURCES[source]
    nullable = (
        FieldDefinition(name=name, type=each.type, options={**each.options, "null": True})
        for name, each in (
            ("v", given_.definition),
            *((f"{by}{n}", each) for n, each in enumerate(TARGETS) for by in "df"),
        )
    )
    tables.upgrade("Pair", *nullable)
    model = tables.model("Pair")
    pairs = [Pair(model, number, each) for number, each in enumerate(TARGETS)]
    pairs = [each for each in pairs if each.shortcut is not None]
    used: set[Pair] = set()

    @settings(
        max_examples=3,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(given_.others, min_size=120, max_size=160))
    def say_the_same(others: list[Any]) -> None:
        model._base_manager.all().delete()
        model._base_manager.bulk_create(model(v=each) for each in (*given_.edges, *others, None))
        if connection.vendor == "sqlite":
            _insert_raw(model, STRANGE)
        for pair in pairs:
            pair.fill()
            verdicts = list(pair.check())
            assert verdicts.count(Verdict.EMPTY) == 1
            used.update({pair} if Verdict.KEPT in verdicts else ())

    say_the_same()
    unused = [each.convert.target for each in pairs if each not in used]
    assert all(each.max_length == SHORTEST for each in unused), unused
