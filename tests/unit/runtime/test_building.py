"""Generations without a database: what they are made of, and what they leave alone."""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Mapping
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Model

from lowcode_async.data_api.shapes import shape_of
from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.errors import ModelNotFound
from lowcode_async.runtime import building
from lowcode_async.runtime.building import Generation
from lowcode_async.runtime.generation import blank_row
from lowcode_async.sentences import SENTENCES


def build(*definitions: ModelDefinition, number: int = 1) -> Generation:
    return building.build(number, {each.name: each for each in definitions}, blank_row=blank_row)


def definition(model: str, /, **fields: Mapping[str, Any]) -> ModelDefinition:
    return ModelDefinition(
        name=model,
        fields=tuple(
            FieldDefinition(
                name=name,
                type=options["type"],
                options={key: value for key, value in options.items() if key != "type"},
            )
            for name, options in fields.items()
        ),
    )


ARTICLE = definition(
    "Article",
    title={"type": "CharField", "max_length": 10},
    author={"type": "ForeignKey", "to": "auth.User"},
    readers={"type": "ManyToManyField", "to": "auth.User"},
    previous={"type": "ForeignKey", "to": "self", "null": True},
)
COMMENT = definition("Comment", article={"type": "ForeignKey", "to": "Article"})


def names(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.get_fields()]


def test_empty_generation_has_no_models() -> None:
    generation = build(number=0)
    assert dict(generation.models) == {}
    assert repr(generation) == "<Generation 0: 0 models>"


def test_generation_cannot_be_changed() -> None:
    generation = build(ARTICLE)
    with pytest.raises(AttributeError):
        generation.number = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        generation.models["Other"] = User  # type: ignore[index]


def test_relations_lead_to_classes_of_the_same_generation() -> None:
    first, second = build(COMMENT, ARTICLE), build(COMMENT, ARTICLE, number=2)
    for generation in (first, second):
        article = generation.get_model("Article")
        assert generation.get_model("Comment")._meta.get_field("article").related_model is article
        assert article._meta.get_field("previous").related_model is article
        assert "comment" in names(article)
        assert article._meta.get_field("author").related_model is User
    assert first.get_model("Article") is not second.get_model("Article")


def test_sites_registry_does_not_learn_of_live_models() -> None:
    models = list(apps.get_models(include_auto_created=True))
    attributes, fields = dir(User), User._meta.get_fields(include_hidden=True)
    generation = build(ARTICLE, COMMENT)
    assert list(apps.get_models(include_auto_created=True)) == models
    assert "dynamic" not in {label for label, found in apps.all_models.items() if found}
    with pytest.raises(LookupError):
        apps.get_model("dynamic", "Article")
    assert dir(User) == attributes
    assert User._meta.get_fields(include_hidden=True) == fields
    assert generation.get_model("Article")._meta.apps is generation.apps


def test_private_registry_finds_the_sites_models_but_lists_its_own() -> None:
    registry = build(ARTICLE).apps
    assert registry.get_model("auth.User") is User
    assert registry.get_model("auth", "user") is User
    assert [each.__name__ for each in registry.get_models()] == ["Article"]
    with_through = registry.get_models(include_auto_created=True)
    assert {each.__name__ for each in with_through} == {"Article", "Article_readers"}
    with pytest.raises(LookupError):
        registry.get_model("dynamic.Comment")


def test_private_registry_leaves_the_caches_of_the_site_alone() -> None:
    apps.get_models()
    apps.get_swappable_settings_name("auth.user")
    before = (
        type(apps).get_models.cache_info(),
        type(apps).get_swappable_settings_name.cache_info(),
    )
    build(ARTICLE, COMMENT).apps.clear_cache()
    after = (
        type(apps).get_models.cache_info(),
        type(apps).get_swappable_settings_name.cache_info(),
    )
    assert [each.currsize for each in after] == [each.currsize for each in before]


def test_definition_is_not_changed_by_building() -> None:
    before = ARTICLE.to_json()
    build(ARTICLE)
    assert ARTICLE.to_json() == before


def test_relation_to_a_model_the_site_has_dropped_is_told_and_harms_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lost = definition(
        "Lost",
        title={"type": "CharField", "max_length": 10},
        shop={"type": "ForeignKey", "to": "shop.Shop", "null": True},
        shops={"type": "ManyToManyField", "to": "shop.Shop"},
    )
    with caplog.at_level(logging.ERROR):
        generation = build(lost, ARTICLE)
    assert "shop.shop" in caplog.text
    assert "title" in names(generation.get_model("Article"))


def test_unknown_model_is_told_with_what_looks_like_it() -> None:
    generation = build(ARTICLE, COMMENT)
    with pytest.raises(ModelNotFound) as error:
        generation.get_model("article")
    assert error.value.near == ("Article",)
    with pytest.raises(LookupError):
        generation.get_model("Nothing")


@pytest.mark.parametrize("code", ["model_not_found", "model_not_found_near"])
def test_unknown_model_is_told_in_both_languages(code: str) -> None:
    params = {"model": "Articel", "near": ["Article", "Artifice"]}
    told = [getattr(SENTENCES[code], language) for language in ("zh", "en")]
    assert all("{model}" in sentence for sentence in told)
    error = ModelNotFound(name=params["model"], near=params["near"])  # type: ignore[arg-type]
    assert "Article、Artifice" in error.sentence("zh")
    assert "Article, Artifice" in error.sentence("en")


def test_former_generations_are_collected() -> None:
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    for number in range(100):
        generation = build(ARTICLE, COMMENT, number=number)
        alive.add(generation)
        for model in generation.apps.get_models(include_auto_created=True):
            alive.add(model)
            model._default_manager.all()
            shape_of(model)
    del generation, model
    gc.collect()
    assert len(alive) == 0


def test_a_relation_to_itself_is_as_symmetrical_as_it_is_defined() -> None:
    person = definition(
        "Person",
        friends={"type": "ManyToManyField", "to": "self"},
        teachers={
            "type": "ManyToManyField", "to": "self", "symmetrical": False, "related_name": "pupils",
        },
    )  # fmt: skip
    model = build(person).get_model("Person")
    assert model._meta.get_field("friends").remote_field.symmetrical
    assert not model._meta.get_field("teachers").remote_field.symmetrical
    assert hasattr(model, "pupils")
