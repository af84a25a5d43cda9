"""What is parsed, Django's own checks have nothing against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps.registry import Apps
from django.core.checks import Error
from django.db import models
from django.db.migrations.state import AppConfigStub
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lowcode_async.definitions.field_types import FIELD_METADATA, FieldType
from lowcode_async.definitions.kinds import Kind
from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.definitions.values import arguments
from lowcode_async.errors import DefinitionInvalid
from tests.unit.definitions.parsing import parse

PILLOW_MISSING = "fields.E210"


def _built(field: FieldDefinition) -> models.Field[Any, Any]:
    given = arguments(field)
    if "to" in field.options:
        to = field.options["to"]
        given["to"] = to if to == "self" else f"dynamic.{to}"
        if "related_name" in field.options:
            given["related_name"] = field.options["related_name"]
    if "on_delete" in field.options:
        given["on_delete"] = getattr(models, field.options["on_delete"])
    built: models.Field[Any, Any] = getattr(models, field.type)(**given)
    return built


def _errors(definitions: list[ModelDefinition]) -> list[Any]:
    """Return what Django's checks say about these models together."""
    apps = Apps([AppConfigStub("dynamic")])
    meta = {"app_label": "dynamic", "apps": apps}
    classes = [
        type(
            each.name,
            (models.Model,),
            {
                **{field.name: _built(field) for field in each.fields},
                "__module__": __name__,
                "Meta": type("Meta", (), meta),
            },
        )
        for each in definitions
    ]
    return [
        message
        for each in classes
        for message in each.check()  # type: ignore[attr-defined]
        if isinstance(message, Error) and message.id != PILLOW_MISSING
    ]


TRUTHS = st.booleans()
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "max_length": st.integers(min_value=1, max_value=40),
    "max_digits": st.integers(min_value=1, max_value=65),
    "decimal_places": st.integers(min_value=0, max_value=30),
    "to": st.sampled_from(["self", "Product", "Order"]),
    "related_name": st.sampled_from(["items", "name", "order_set", "+", "author_id"]),
    "upload_to": st.sampled_from(["", "a/%Y"]),
    "path": st.sampled_from(["", "a"]),
    "match": st.just(r".*\.pdf"),
    "verbose_name": st.text("abc", max_size=3),
    "help_text": st.text("abc", max_size=3),
    "db_comment": st.text("abc", max_size=3),
}


def _constants(kind: FieldType) -> st.SearchStrategy[Any]:
    if kind.constant is None:
        return st.none()
    plain = {
        Kind.BOOLEAN: st.booleans(),
        Kind.INTEGER: st.integers(min_value=0, max_value=9),
        Kind.NUMBER: st.integers(min_value=0, max_value=9),
        Kind.STRING: st.sampled_from(["", "a", "abc"]),
        Kind.ARRAY: st.just([1]),
        Kind.OBJECT: st.just({"a": 1}),
    }
    return st.one_of(
        st.just(kind.constant.example),
        *(st.just(each) for each in kind.generators),
        *(plain[each] for each in kind.constant.kinds),
    )


@st.composite
def fields(draw: st.DrawFn, names: list[str], types: list[str]) -> dict[str, Any]:
    """Return a field as a client may send it, more often right than wrong."""
    kind = FIELD_METADATA[draw(st.sampled_from(types))]
    strategies = {
        option.name: VALUES.get(
            option.name, st.sampled_from(option.allowed) if option.allowed else TRUTHS
        )
        for option in kind.options
    }
    if "default" in strategies:
        strategies["default"] = _constants(kind)
    if "choices" in strategies:
        strategies["choices"] = st.lists(
            st.tuples(_constants(kind), st.text("abc", max_size=3)).map(list), max_size=3
        )
    required = {each.name for each in kind.options if each.required}
    chosen = draw(st.lists(st.sampled_from(sorted(strategies)), max_size=4, unique=True).map(set))
    data = {name: draw(strategies[name]) for name in sorted(required | chosen)}
    return {"name": draw(st.sampled_from(names)), "type": kind.name, **data}


def _parsed_in_turn(*posted: tuple[str, list[dict[str, Any]]]) -> Iterator[ModelDefinition]:
    """Yield the models as they stand after posting one after the other, refused ones left out."""
    standing = {"Product": parse({"model_name": "Product", "fields": []})}
    for name, given_fields in posted:
        kept: list[dict[str, Any]] = []
        for each in given_fields:
            data = {"model_name": name, "fields": [*kept, each]}
            try:
                standing[name] = parse(data, *standing.values())
            except DefinitionInvalid:
                continue
            kept.append(each)
    yield from standing.values()


COLUMNS = [name for name, kind in FIELD_METADATA.items() if not kind.relation]
RELATIONS = [name for name, kind in FIELD_METADATA.items() if kind.relation]
CLASHING = [
    *("product", "order", "product_set", "order_set", "author", "author_id", "Author"),
    *("items", "name", "id", "ID", "get_name_display", "get_next_by_name", "order_product"),
    *("a", "b", "c"),
]
SLOW_IS_FINE = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@SLOW_IS_FINE
@given(st.lists(fields(["a", "b", "c", "d"], COLUMNS), min_size=1, max_size=4))
def test_accepted_columns_pass_djangos_checks(given_fields: list[dict[str, Any]]) -> None:
    assert _errors(list(_parsed_in_turn(("Thing", given_fields)))) == []


@SLOW_IS_FINE
@given(st.data())
def test_accepted_relations_pass_djangos_checks(data: st.DataObject) -> None:
    types = [*RELATIONS * 4, "CharField", "DateField", "IntegerField"]
    some = st.lists(fields(CLASHING, types), max_size=5)
    names = st.sampled_from(["Product", "Order", "Order_product", "Save"])
    posted = data.draw(st.lists(st.tuples(names, some), max_size=4))
    assert _errors(list(_parsed_in_turn(*posted))) == []
