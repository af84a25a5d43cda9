"""Whatever is sent gives a definition or problems, never an exception, and answers can carry them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lowcode_async.definitions import values
from lowcode_async.definitions.field_types import FIELD_METADATA
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import DefinitionInvalid
from tests.unit.definitions.parsing import char, field, link, model, parse, problems

PRODUCT = model("Product", char("name"), link("parent", "self", null=True))
TAG = model("Tag", link("product", "Product"), existing=(PRODUCT,))

TEXT = st.text(st.characters(codec=None), max_size=20) | st.sampled_from(
    [
        "",
        "a",
        "name",
        "Product",
        "self",
        "auth.User",
        "now",
        "uuid4",
        "2024-01-05",
        "\x00",
        "\ud800",
    ]
)
NUMBERS = (
    st.integers()
    | st.integers(min_value=-(10**400), max_value=10**400)
    | st.floats()
    | st.sampled_from([10**4000, -(2**63) - 1, 2**31, -0.0, 1e308, 0, 1, True])
)
STRANGE = st.sampled_from([(), b"x", {1, 2}, object, 1j, {1: 2}, {None: 3}, {(): ()}])
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT | STRANGE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
OPTIONS = sorted({each.name for kind in FIELD_METADATA.values() for each in kind.options})
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "b", "id", "A", "a_id", "name", "Name"]) | ANYTHING,
        "type": st.sampled_from([*FIELD_METADATA, "Charfield"]) | ANYTHING,
        "renamed_from": st.sampled_from(["name", "a", "x"]) | ANYTHING,
        **{
            name: ANYTHING | st.booleans() | st.integers(min_value=0, max_value=70)
            for name in OPTIONS
        },
    },
)
DEFINITIONS = st.fixed_dictionaries(
    {},
    optional={
        "model_name": st.sampled_from(["Product", "Thing", "product"]) | ANYTHING,
        "fields": st.lists(FIELDS | ANYTHING, max_size=5) | ANYTHING,
    },
)


def _read(data: Any) -> ModelDefinition | None:
    """Parse; prove that problems can be told and sent. None if there are some."""
    try:
        return parse(data, PRODUCT, TAG)
    except DefinitionInvalid as error:
        found = error.problems
    assert found
    for each in found:
        for text in (each.pointer, each.sentence("zh"), each.sentence("en")):
            text.encode()
        json.dumps(dict(each.params), ensure_ascii=False, allow_nan=False).encode()
    return None


def _use(parsed: ModelDefinition) -> None:
    """Prove that what was parsed is canonical, can be stored, and becomes Python values."""
    stored = json.dumps(parsed.to_json(), allow_nan=False, ensure_ascii=False).encode()
    assert ModelDefinition.from_json(json.loads(stored)) == parsed
    again = {"model_name": parsed.name, "fields": [each.to_json() for each in parsed.fields]}
    assert parse(again, PRODUCT, TAG) == parsed
    for each in parsed.fields:
        values.arguments(each)


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
def test_anything_at_all_is_answered(data: Any) -> None:
    _read(data)


@settings(max_examples=200, deadline=None)
@given(DEFINITIONS)
def test_anything_in_the_shape_of_a_definition_is_answered(data: Any) -> None:
    if (parsed := _read(data)) is not None:
        _use(parsed)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([kind for kind in FIELD_METADATA.values() if kind.constant]), st.data())
def test_any_default_and_choices_are_answered(kind: Any, data: st.DataObject) -> None:
    likely = {
        "default": ANYTHING,
        "choices": st.lists(st.tuples(ANYTHING, TEXT).map(list), max_size=3) | ANYTHING,
        "null": st.booleans(),
        "max_length": st.integers(min_value=1, max_value=30),
        "max_digits": st.integers(min_value=1, max_value=65),
        "decimal_places": st.integers(min_value=0, max_value=30),
    }
    names = {each.name for each in kind.options} & set(likely)
    required = {
        "to": st.just("Product"),
        "on_delete": st.just("CASCADE"),
        "max_length": likely["max_length"],
        "max_digits": likely["max_digits"],
        "decimal_places": likely["decimal_places"],
    }
    options = data.draw(
        st.fixed_dictionaries(
            {each.name: required[each.name] for each in kind.options if each.required},
            optional={name: likely[name] for name in names if not kind.option(name).required},
        )
    )
    parsed = _read({"model_name": "Thing", "fields": [field(kind.name, "a", **options)]})
    if parsed is not None:
        _use(parsed)


DIGITS = st.text("0123456789", min_size=1, max_size=9)
LIKELY_CONSTANTS = (
    st.dates().map(str)
    | st.times().map(str)
    | st.datetimes().map(lambda each: each.isoformat())
    | st.datetimes(timezones=st.timezones()).map(lambda each: each.isoformat()[:32])
    | st.timedeltas().map(str)
    | st.uuids().map(str)
    | st.ip_addresses().map(str)
    | st.decimals(allow_nan=False, allow_infinity=False).map(str)
    | st.floats(allow_nan=False)
    | st.integers()
    | st.binary().map(lambda each: each.hex())
    | st.builds("{}T{}".format, DIGITS, DIGITS)
    | st.from_regex(
        r"-?P(\d{1,12}D)?(T(\d{1,9}H)?(\d{1,9}M)?(\d{1,9}(\.\d{1,9})?S)?)?", fullmatch=True
    )
    | st.from_regex(r"[-+]?\d{1,5}(\.\d{0,9})?([eE][-+]?\d{1,3})?", fullmatch=True)
    | st.from_regex(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[-+]\d\d:?\d\d)?", fullmatch=True
    )
)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([each for each in FIELD_METADATA.values() if each.constant]), LIKELY_CONSTANTS
)
def test_canonical_constant_is_read_as_the_same_value(kind: Any, constant: Any) -> None:
    options = kind.completed({"max_digits": 40, "decimal_places": 12})
    try:
        canonical = kind.constant.canonical(constant, options)
    except ValueError:
        return
    assert kind.constant.canonical(canonical, options) == canonical
    assert kind.constant.read(canonical, options) == kind.constant.read(constant, options)
    assert type(kind.constant.canonical(canonical, options)) is type(canonical)


def test_time_grows_with_the_problems_and_not_with_their_square() -> None:
    def look(count: int) -> None:
        fields = [
            {"name": f"f_{number}_", "type": "CharField", f"maxlength{number}": 1, "null": 3}
            for number in range(count)
        ]
        found = problems({"model_name": "Thing", "fields": fields}, max_fields=10)
        assert len(found) == 1 + 4 * count

    assert cpu_seconds(partial(look, 4000)) < 9 * cpu_seconds(partial(look, 1000))


def test_time_grows_with_the_models_around_and_not_with_their_square() -> None:
    others = [model("Hub")]
    hub = others[0]
    for number in range(1000):
        name = f"Model{number}"
        others.append(model(name, link("hub", "Hub"), char("name"), existing=(hub,)))

    def look(count: int) -> None:
        parse({"model_name": "Hub", "fields": [char("name")]}, *others[:count])

    assert cpu_seconds(partial(look, 1000)) < 9 * cpu_seconds(partial(look, 250))


def cpu_seconds(work: Callable[[], None]) -> float:
    """Return how long the processor is at some work, at the best of some tries."""

    def once() -> float:
        begin = time.process_time()
        work()
        return time.process_time() - begin

    return min(once() for _ in range(3))
