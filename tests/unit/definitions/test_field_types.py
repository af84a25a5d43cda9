"""FIELD_METADATA against what Django really has."""

from __future__ import annotations

import inspect
import json

import pytest
from django.db import models

from lowcode_async.definitions.field_types import FIELD_METADATA, FieldType, OptionType
from lowcode_async.definitions.field_types.exclusions import EXCLUDED_TYPES, excluded
from lowcode_async.definitions.generators import GENERATORS
from lowcode_async.definitions.kinds import Kind

TYPES = pytest.mark.parametrize("kind", FIELD_METADATA.values(), ids=FIELD_METADATA)
MINIMAL = {
    "CharField": {"max_length": 10},
    "DecimalField": {"max_digits": 5, "decimal_places": 2},
    "FilePathField": {"path": "/nowhere"},
    "ForeignKey": {"to": "self", "on_delete": models.CASCADE},
    "OneToOneField": {"to": "self", "on_delete": models.CASCADE},
    "ManyToManyField": {"to": "self"},
    "AutoField": {"primary_key": True},
    "BigAutoField": {"primary_key": True},
    "SmallAutoField": {"primary_key": True},
}
FIELD_CLASSES = {
    name
    for name, value in vars(models).items()
    if isinstance(value, type) and issubclass(value, models.Field)
}


def _arguments(field_class: type) -> set[str]:
    """Return the arguments of a field class, those it hands on to its bases included."""
    names: set[str] = set()
    for each in field_class.__mro__:
        if "__init__" in vars(each) and each is not object:
            parameters = inspect.signature(each.__init__).parameters.values()
            names |= {
                one.name
                for one in parameters
                if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
            }
            if not any(one.kind is one.VAR_KEYWORD for one in parameters):
                break
    return names - {"self", "from_fields", "to_fields"}


def test_every_field_class_of_django_is_offered_or_excluded_with_a_reason() -> None:
    assert set(FIELD_METADATA) | (set(EXCLUDED_TYPES) & FIELD_CLASSES) == FIELD_CLASSES
    assert not set(FIELD_METADATA) & set(EXCLUDED_TYPES)


@TYPES
def test_every_argument_of_a_field_class_is_an_option_or_excluded(kind: FieldType) -> None:
    offered = {each.name for each in kind.options}
    arguments = _arguments(getattr(models, kind.name))
    assert arguments - offered - set(excluded(kind.name)) == set()
    assert offered - arguments == set()
    assert not offered & set(excluded(kind.name))


@TYPES
def test_defaults_of_options_are_those_of_django(kind: FieldType) -> None:
    built = getattr(models, kind.name)(**MINIMAL.get(kind.name, {}))
    for option in kind.options:
        if option.required or option.name in ("default", "related_name", "path", "verbose_name"):
            continue
        attribute = "_unique" if option.name == "unique" else option.name
        owner = built if hasattr(built, attribute) else built.remote_field
        assert getattr(owner, attribute) == option.default, option.name


@TYPES
def test_options_are_distinct_and_told_in_two_languages(kind: FieldType) -> None:
    names = [each.name for each in kind.options]
    assert len(names) == len(set(names))
    words = [kind.label, kind.help]
    words += [each.label for each in kind.options] + [each.help for each in kind.options]
    for zh, en in words:
        assert zh.strip() == zh != ""
        assert en.strip() == en != ""
        assert "{" not in zh + en


@TYPES
@pytest.mark.parametrize("language", ["zh", "en"])
def test_wire_form_is_json(kind: FieldType, language: str) -> None:
    data = kind.to_json(language)  # type: ignore[arg-type]
    assert json.loads(json.dumps(data)) == data
    assert [each["name"] for each in data["options"]] == [each.name for each in kind.options]
    assert data["label"] == getattr(kind.label, language)


@TYPES
def test_example_is_a_constant_in_canonical_form(kind: FieldType) -> None:
    if kind.constant is None:
        return
    options = kind.completed({"max_digits": 5, "decimal_places": 2})
    example = kind.constant.example
    canonical = kind.constant.canonical(example, options)
    assert kind.constant.canonical(canonical, options) == canonical


@TYPES
def test_option_default_takes_the_constants_of_the_type(kind: FieldType) -> None:
    default = kind.option("default")
    if kind.constant is None:
        assert default is None
    else:
        assert default is not None
        assert default.kinds == (*kind.constant.kinds, Kind.NULL)


def test_generators_are_those_that_exist() -> None:
    named = {each.name: set(each.generators) for each in FIELD_METADATA.values() if each.generators}
    assert named == {name: set(each) for name, each in GENERATORS.items()}


@TYPES
def test_generator_is_no_constant_of_its_type(kind: FieldType) -> None:
    for generator in kind.generators:
        assert kind.constant is not None
        with pytest.raises(ValueError, match="value_unreadable"):
            kind.constant.read(generator, {})


def test_limits_of_integers_are_those_of_django() -> None:
    from django.db.backends.base.operations import BaseDatabaseOperations

    for name, (low, high) in BaseDatabaseOperations.integer_field_ranges.items():
        kind = FIELD_METADATA[name]
        if not kind.automatic:
            assert kind.constant is not None
            assert (kind.constant.minimum, kind.constant.maximum) == (low, high)


def test_options_are_typed_values() -> None:
    option = FIELD_METADATA["CharField"].option("max_length")
    assert isinstance(option, OptionType)
    assert option.to_json("en") == {
        "name": "max_length",
        "label": "Maximum length",
        "help": "The most characters it may have; use a TextField for longer text",
        "types": ["integer"],
        "required": True,
        "default": None,
        "minimum": 1,
        "maximum": 16000,
    }
