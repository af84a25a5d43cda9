"""JSON of whatever stands in a row."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest

from lowcode_async.data_api.wire import to_json, to_text

KEY = uuid.UUID("1b4e28ba-2fa1-11d2-883f-0016d3cca427")
TYPED: dict[str, Any] = {
    "when": dt.datetime(2024, 1, 5, 8, 30, tzinfo=dt.UTC),
    "day": dt.date(2024, 1, 5),
    "took": dt.timedelta(days=1, microseconds=1),
    "price": Decimal("1.50"),
    "key": KEY,
    "cover": b"\xff",
    "weight": float("nan"),
    "printed": True,
    "tags": [1, None, "长"],
}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (10**22 + 1, b"10000000000000000000001"),
        (-(2**63) - 1, b"-9223372036854775809"),
        (10**400, b"1" + b"0" * 400),
        ("\ud800", b'"\\ud800"'),
        ({"\ud800": [2**64]}, b'{"\\ud800":[18446744073709551616]}'),
    ],
)
def test_what_orjson_refuses_is_written_exactly(value: Any, written: bytes) -> None:
    assert to_json(value) == written
    assert json.loads(written) == value


def test_a_float_that_postgresql_has_written_out_is_one_again() -> None:
    assert to_json([10**22, 10**23, 2**64]) == b"[1e+22,1e+23,18446744073709551616]"


def test_one_odd_value_changes_nothing_about_the_others() -> None:
    plain, odd = json.loads(to_json([TYPED])), json.loads(to_json([TYPED, 10**30 + 1]))
    assert odd == [*plain, 10**30 + 1]


def test_csv_has_numbers_of_any_length() -> None:
    assert to_text({"a": 10**30 + 1}) == '{"a":1000000000000000000000000000001}'
