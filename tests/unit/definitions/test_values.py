"""Constants and generators as Django's fields get them."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.db.migrations.writer import MigrationWriter
from django.test import override_settings
from django.utils import timezone

from lowcode_async.definitions import generators, values
from lowcode_async.definitions.constants import ConstantInvalid
from lowcode_async.definitions.model import FieldDefinition
from tests.unit.definitions.parsing import char, field, model


def _field(type_name: str, **options: Any) -> FieldDefinition:
    return FieldDefinition(name="a", type=type_name, options=options)


@pytest.mark.parametrize(
    ("type_name", "json", "python"),
    [
        ("CharField", "x", "x"),
        ("IntegerField", 5, 5),
        ("FloatField", 5, 5.0),
        ("BooleanField", False, False),
        ("DecimalField", "1.50", Decimal("1.50")),
        ("DecimalField", 1.1, Decimal("1.1")),
        ("DateField", "2024-01-05", dt.date(2024, 1, 5)),
        ("TimeField", "08:30", dt.time(8, 30)),
        ("DurationField", "P1DT2H", dt.timedelta(days=1, hours=2)),
        ("DurationField", "1 02:00:00", dt.timedelta(days=1, hours=2)),
        ("DurationField", "-P1D", dt.timedelta(days=-1)),
        ("BinaryField", "AAE=", b"\x00\x01"),
        ("JSONField", {"a": [None]}, {"a": [None]}),
        ("ForeignKey", 7, 7),
        ("GenericIPAddressField", "::ffff:10.0.0.1", "::ffff:10.0.0.1"),
        (
            "UUIDField",
            "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
            uuid.UUID("1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
        ),
        ("IntegerField", None, None),
    ],
)
def test_constant_becomes_a_python_value(type_name: str, json: Any, python: object) -> None:
    read = values.from_json(_field(type_name), json)
    assert read == python
    assert type(read) is type(python)


def test_unpacked_address_is_ipv4() -> None:
    packed = _field("GenericIPAddressField", unpack_ipv4=True)
    assert values.from_json(packed, "::ffff:10.0.0.1") == "10.0.0.1"


def test_decimal_has_the_places_of_its_field() -> None:
    read = values.from_json(_field("DecimalField", max_digits=6, decimal_places=3), "1.5")
    assert str(read) == "1.500"


def test_moment_is_aware_in_utc() -> None:
    read = values.from_json(_field("DateTimeField"), "2024-01-05T08:00:00+08:00")
    assert read == dt.datetime(2024, 1, 5, tzinfo=dt.UTC)
    assert isinstance(read, dt.datetime)
    assert read.tzinfo is dt.UTC


@override_settings(USE_TZ=False, TIME_ZONE="Asia/Shanghai")
def test_moment_is_naive_local_time_where_time_zones_are_off() -> None:
    read = values.from_json(_field("DateTimeField"), "2024-01-05T00:00:00Z")
    assert read == dt.datetime(2024, 1, 5, 8)  # noqa: DTZ001


def test_unreadable_constant_names_its_code() -> None:
    with pytest.raises(ConstantInvalid) as caught:
        values.from_json(_field("DateField"), "yesterday")
    assert caught.value.code == "value_unreadable"


@pytest.mark.parametrize("use_tz", [True, False])
@pytest.mark.parametrize(
    ("type_name", "name", "expected"),
    [
        ("UUIDField", "uuid4", uuid.UUID),
        ("DateTimeField", "now", dt.datetime),
        ("DateField", "today", dt.date),
        ("TimeField", "now", dt.time),
    ],
)
def test_generator_makes_a_value_that_its_field_stores(
    type_name: str, name: str, expected: type, use_tz: bool
) -> None:
    default = values.default_of(_field(type_name, default=name))
    assert callable(default)
    with override_settings(USE_TZ=use_tz):
        made = default()
        assert type(made) is expected
        assert getattr(models, type_name)().to_python(made) == made


def test_today_is_the_day_in_the_active_time_zone() -> None:
    with timezone.override(dt.timezone(dt.timedelta(hours=14))):
        east = generators.today()
    with timezone.override(dt.timezone(dt.timedelta(hours=-12))):
        west = generators.today()
    assert (east - west).days in (1, 2)


def test_every_generator_can_be_written_into_a_migration() -> None:
    for named in generators.GENERATORS.values():
        for each in named.values():
            assert f"generators.{each.__name__}" in MigrationWriter.serialize(each)[0]
    assert "JSONCopy([1])" in MigrationWriter.serialize(generators.JSONCopy([1]))[0]
    assert "MediaFolder('a')" in MigrationWriter.serialize(values.MediaFolder("a"))[0]


def test_default_list_is_not_shared_between_rows() -> None:
    default = values.default_of(_field("JSONField", default=[1]))
    assert callable(default)
    assert default() == [1]
    assert default() is not default()
    assert default == values.default_of(_field("JSONField", default=[1]))
    assert default != values.default_of(_field("JSONField", default=[2]))


def test_default_that_is_named_like_a_generator_of_another_type_is_a_constant() -> None:
    definition = model("Thing", char("a", default="uuid4")).fields[0]
    assert values.default_of(definition) == "uuid4"


def test_arguments_are_what_djangos_field_takes() -> None:
    parsed = model(
        "Thing",
        field("DateField", "day", choices=[["2024-01-05", "First"]], default="2024-01-05"),
    )
    arguments = values.arguments(parsed.fields[0])
    assert arguments == {
        "choices": [(dt.date(2024, 1, 5), "First")],
        "default": dt.date(2024, 1, 5),
    }
    assert models.DateField(**arguments).default == dt.date(2024, 1, 5)  # type: ignore[arg-type]


def test_server_file_is_looked_for_below_the_media_folder_only(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.pdf").touch()
    definition = model("Thing", field("FilePathField", "file", path="reports")).fields[0]
    built = models.FilePathField(**values.arguments(definition))  # type: ignore[arg-type]
    with override_settings(MEDIA_ROOT=tmp_path):
        choices = built.formfield().choices
    assert [label for value, label in choices if value] == ["a.pdf"]
