"""What becomes of single values, without a database."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowcode_async.planning.conversions import Changed, Converter, Kept, Misfit, Outcome, Unreadable
from lowcode_async.planning.conversions.texts import text_of
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.shapes import Kind, Shape

K = FindingKind
TEXT = Shape(kind=Kind.TEXT)
SHORT = Shape(kind=Kind.TEXT, max_length=3)
INTEGER = Shape(kind=Kind.INTEGER, low=-(2**31), high=2**31 - 1, widest=2**31 - 1)
POSITIVE = Shape(kind=Kind.INTEGER, low=0, high=2**31 - 1, widest=2**32 - 1)
MONEY = Shape(kind=Kind.DECIMAL, max_digits=5, decimal_places=2)
UTC = dt.UTC
ONE = uuid.UUID("1b4e28ba-2fa1-11d2-883f-0016d3cca427")
AMBIGUOUS = uuid.UUID("e30aaf8c-892f-9807-1257-ac719d84b53b")
TAKEN = Shape(kind=Kind.UUID, ambiguous=False)
NOON = dt.datetime(2024, 2, 29, 12, tzinfo=UTC)
MIDNIGHT = dt.datetime(2024, 2, 29, tzinfo=UTC)
DAY = dt.date(2024, 2, 29)


def shape(kind: Kind) -> Shape:
    limits = {Kind.INTEGER: INTEGER, Kind.DECIMAL: MONEY}
    return limits.get(kind, Shape(kind=kind))


def convert(source: Shape | Kind, target: Shape | Kind, value: Any) -> Outcome:
    old, new = (shape(each) if isinstance(each, Kind) else each for each in (source, target))
    return Converter(source=old, target=new, nullable=True)(value)


@pytest.mark.parametrize(
    ("source", "target", "value", "expected"),
    [
        # What plain Django does silently, from the table of facts.
        (TEXT, Shape(kind=Kind.TEXT, max_length=5), "abcdefg", Changed(K.TRUNCATED, "abcde")),
        (INTEGER, SHORT, 12345, Misfit(K.OUT_OF_RANGE)),
        (TEXT, INTEGER, "abc", Misfit(K.CLEARED)),
        (Kind.DECIMAL, MONEY, Decimal("1.2345"), Changed(K.ROUNDED, Decimal("1.23"))),
        (Kind.FLOAT, INTEGER, 2.5, Changed(K.ROUNDED, 3)),
        (TEXT, Kind.BOOLEAN, "true", Kept(True)),
        (Kind.DATETIME, Kind.DATE, MIDNIGHT, Kept(DAY)),
        (Kind.DATETIME, Kind.DATE, NOON, Changed(K.TRUNCATED, DAY)),
        (TEXT, Kind.UUID, "zzz", Misfit(K.CLEARED)),
        (Kind.UUID, Shape(kind=Kind.TEXT, max_length=36), ONE, Kept(str(ONE))),
        # What MariaDB's own type refuses.
        (TEXT, TAKEN, str(AMBIGUOUS), Misfit(K.OUT_OF_RANGE)),
        (TEXT, TAKEN, str(ONE), Kept(ONE)),
        (TEXT, Kind.UUID, str(AMBIGUOUS), Kept(AMBIGUOUS)),
        # PostgreSQL's decimals may be no number.
        (Kind.DECIMAL, INTEGER, Decimal("NaN"), Misfit(K.CLEARED)),
        (Kind.DECIMAL, MONEY, Decimal("NaN"), Misfit(K.CLEARED)),
        (Kind.DECIMAL, Kind.JSON, Decimal("NaN"), Misfit(K.CLEARED)),
        # Whole numbers.
        (TEXT, INTEGER, "12", Kept(12)),
        (TEXT, INTEGER, " +12 ", Changed(K.REFORMATTED, 12)),
        (TEXT, INTEGER, "12.0", Changed(K.REFORMATTED, 12)),
        (TEXT, INTEGER, "1e3", Changed(K.REFORMATTED, 1000)),
        (TEXT, INTEGER, "-2.5", Changed(K.ROUNDED, -3)),
        (TEXT, INTEGER, "", Misfit(K.CLEARED)),
        (TEXT, INTEGER, "1,000", Misfit(K.CLEARED)),
        (TEXT, INTEGER, "٣", Misfit(K.CLEARED)),
        (TEXT, INTEGER, "1_000", Misfit(K.CLEARED)),
        (TEXT, INTEGER, "9" * 2000, Misfit(K.CLEARED)),
        (TEXT, INTEGER, "2147483648", Misfit(K.OUT_OF_RANGE)),
        (INTEGER, POSITIVE, -1, Misfit(K.OUT_OF_RANGE)),
        (Kind.FLOAT, INTEGER, float("nan"), Misfit(K.CLEARED)),
        (Kind.BOOLEAN, INTEGER, True, Kept(1)),
        (Kind.DURATION, INTEGER, dt.timedelta(seconds=90), Kept(90)),
        (Kind.JSON, INTEGER, 7, Kept(7)),
        (Kind.JSON, INTEGER, "7", Kept(7)),
        (Kind.JSON, INTEGER, {"a": 1}, Misfit(K.CLEARED)),
        # Decimals and floats.
        (TEXT, MONEY, "999.995", Misfit(K.OUT_OF_RANGE)),
        (TEXT, MONEY, "-0.004", Changed(K.ROUNDED, Decimal("0.00"))),
        (Kind.FLOAT, MONEY, 0.1, Kept(Decimal("0.10"))),
        (INTEGER, MONEY, 1000, Misfit(K.OUT_OF_RANGE)),
        (TEXT, Kind.FLOAT, "0.1", Kept(0.1)),
        (TEXT, Kind.FLOAT, "0.12345678901234567890123", Changed(K.ROUNDED, 0.12345678901234568)),
        (TEXT, Kind.FLOAT, "1e999", Misfit(K.OUT_OF_RANGE)),
        (TEXT, Kind.FLOAT, "inf", Misfit(K.CLEARED)),
        (INTEGER, Kind.FLOAT, 2**53 + 1, Changed(K.ROUNDED, float(2**53))),
        # Truth values.
        (TEXT, Kind.BOOLEAN, " Yes ", Changed(K.REFORMATTED, True)),
        (TEXT, Kind.BOOLEAN, "否", Changed(K.REFORMATTED, False)),
        (TEXT, Kind.BOOLEAN, "maybe", Misfit(K.CLEARED)),
        (INTEGER, Kind.BOOLEAN, 2, Misfit(K.OUT_OF_RANGE)),
        (Kind.BOOLEAN, TEXT, False, Kept("false")),
        # Dates and times.
        (TEXT, Kind.DATE, "2024-02-29", Kept(DAY)),
        (TEXT, Kind.DATE, "2024-02-30", Misfit(K.CLEARED)),
        (TEXT, Kind.DATE, "2024/02/29", Misfit(K.CLEARED)),
        (TEXT, Kind.DATE, "2024-02-29T12:00:00Z", Changed(K.TRUNCATED, DAY)),
        (TEXT, Kind.DATETIME, "2024-02-29T20:00:00+08:00", Changed(K.REFORMATTED, NOON)),
        (TEXT, Kind.DATETIME, "2024-02-29T12:00:00Z", Kept(NOON)),
        (TEXT, Kind.DATETIME, "0001-01-01T00:00:00+08:00", Misfit(K.OUT_OF_RANGE)),
        (Kind.DATE, Kind.DATETIME, DAY, Kept(MIDNIGHT)),
        (Kind.DATETIME, Kind.TIME, NOON, Changed(K.TRUNCATED, dt.time(12))),
        (Kind.TIME, Kind.DATE, dt.time(12), Misfit(K.CLEARED)),
        (Kind.DATE, INTEGER, DAY, Misfit(K.CLEARED)),
        (Kind.DATETIME, TEXT, NOON, Kept("2024-02-29T12:00:00Z")),
        (TEXT, Kind.DURATION, "P1DT2H", Changed(K.REFORMATTED, dt.timedelta(days=1, hours=2))),
        (TEXT, Kind.DURATION, "soon", Misfit(K.CLEARED)),
        (TEXT, Kind.DURATION, "99999999999 00:00:00", Misfit(K.OUT_OF_RANGE)),
        (Kind.FLOAT, Kind.DURATION, 1.5, Kept(dt.timedelta(seconds=1, milliseconds=500))),
        # UUIDs, addresses, JSON, bytes.
        (TEXT, Kind.UUID, ONE.hex.upper(), Changed(K.REFORMATTED, ONE)),
        (TEXT, Kind.ADDRESS, "2001:DB8::1", Changed(K.REFORMATTED, "2001:db8::1")),
        (TEXT, Kind.ADDRESS, "1.2.3", Misfit(K.CLEARED)),
        (TEXT, Kind.JSON, '{"a": 1}', Kept({"a": 1})),
        (TEXT, Kind.JSON, "hello", Misfit(K.CLEARED)),
        (TEXT, Kind.JSON, "null", Misfit(K.CLEARED)),
        (TEXT, Kind.JSON, "NaN", Misfit(K.CLEARED)),
        (TEXT, Kind.JSON, '"\\u0000"', Misfit(K.CLEARED)),
        (TEXT, Kind.JSON, "0.12345678901234567890123", Changed(K.ROUNDED, 0.12345678901234568)),
        (Kind.JSON, TEXT, "text", Kept('"text"')),
        (Kind.DATE, Kind.JSON, DAY, Kept("2024-02-29")),
        (Kind.BINARY, TEXT, "长".encode(), Kept("长")),
        (Kind.BINARY, TEXT, b"\xff", Misfit(K.CLEARED)),
        (TEXT, Kind.BINARY, "长", Kept("长".encode())),
        # What SQLite let in.
        (INTEGER, TEXT, Unreadable("abc"), Misfit(K.CLEARED)),
    ],
)
def test_value_becomes(source: Any, target: Any, value: Any, expected: Outcome) -> None:
    outcome = convert(source, target, value)
    assert outcome == expected
    if not isinstance(expected, Misfit):
        assert not isinstance(outcome, Misfit)
        assert type(outcome.value) is type(expected.value)


@pytest.mark.parametrize("kind", Kind)
def test_null_stays_null_or_is_told(kind: Kind) -> None:
    for nullable, expected in ((True, Kept(None)), (False, Misfit(K.NULL))):
        converter = Converter(source=shape(kind), target=SHORT, nullable=nullable)
        assert converter(None) == expected


def test_a_shadow_on_sqlite_tells_of_the_digits_that_it_cannot_keep() -> None:
    wide = Shape(kind=Kind.DECIMAL, max_digits=20, decimal_places=10, exact_digits=15)
    assert convert(TEXT, wide, "1234567890.1234567890") == Changed(
        K.ROUNDED, Decimal("1234567890.1234600000")
    )


VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.INTEGER: st.integers(-(2**31), 2**31 - 1),
    Kind.FLOAT: st.floats(allow_nan=False, allow_infinity=False).map(lambda each: each + 0.0),
    Kind.DECIMAL: st.decimals(-999, 999, places=2).map(lambda each: each or abs(each)),
    Kind.BOOLEAN: st.booleans(),
    Kind.DATE: st.dates(),
    Kind.DATETIME: st.datetimes(timezones=st.just(UTC)),
    Kind.TIME: st.times(),
    Kind.DURATION: st.timedeltas(
        min_value=dt.timedelta(days=-9999), max_value=dt.timedelta(days=9999)
    ),
    Kind.UUID: st.uuids(),
    Kind.ADDRESS: st.ip_addresses().map(str),
    Kind.JSON: st.dictionaries(
        st.text("abc长"), st.one_of(st.integers(-9, 9), st.text("abc长"), st.booleans())
    ),
}


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_what_is_written_as_text_is_read_back(kind: Kind, data: st.DataObject) -> None:
    value = data.draw(VALUES[kind])
    written = convert(kind, TEXT, value)
    assert isinstance(written, Kept)
    assert convert(TEXT, kind, written.value) == Kept(value)


@given(
    text=st.text(max_size=40),
    kind=st.sampled_from([each for each in Kind if each is not Kind.TEXT]),
)
def test_no_text_is_changed_silently(text: str, kind: Kind) -> None:
    outcome = convert(TEXT, kind, text)
    if isinstance(outcome, Kept):
        assert text_of(kind, outcome.value) == text


@given(value=st.one_of(*VALUES.values(), st.text(max_size=20)), data=st.data())
def test_no_value_makes_a_conversion_fail(value: Any, data: st.DataObject) -> None:
    source = next(
        (kind for kind in (*VALUES, Kind.TEXT) if _is_of(kind, value)),
        Kind.TEXT,
    )
    target = data.draw(st.sampled_from(list(Kind)))
    assert isinstance(convert(source, target, value), Kept | Changed | Misfit)


def _is_of(kind: Kind, value: Any) -> bool:
    types: dict[Kind, type] = {
        Kind.INTEGER: int,
        Kind.FLOAT: float,
        Kind.DECIMAL: Decimal,
        Kind.BOOLEAN: bool,
        Kind.DATE: dt.date,
        Kind.DATETIME: dt.datetime,
        Kind.TIME: dt.time,
        Kind.DURATION: dt.timedelta,
        Kind.UUID: uuid.UUID,
        Kind.JSON: dict,
        Kind.TEXT: str,
    }
    return type(value) is types.get(kind)
