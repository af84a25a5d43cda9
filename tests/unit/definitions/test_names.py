"""The lists of names against what Django really has."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import models

from lowcode_async.definitions.names import MODEL_ATTRIBUTES, TABLE_PREFIX, derived_names
from lowcode_async.planning.state import APP_LABEL


class _Plain(models.Model):
    day = models.DateField()
    moment = models.DateTimeField()
    maybe = models.DateField(null=True)
    kind = models.CharField(max_length=1, choices=[("a", "A")])
    plain = models.TextField()

    class Meta:
        app_label = "names"
        apps = Apps()


def _public(names: list[str]) -> set[str]:
    return {each for each in names if not each.startswith("_")}


def test_every_attribute_of_a_model_is_refused() -> None:
    class Bare(models.Model):
        class Meta:
            app_label = "names"
            apps = Apps()

    assert _public(dir(Bare)) | _public(dir(type(Bare))) - {"id"} <= MODEL_ATTRIBUTES | {"id"}


def test_derived_names_are_those_that_django_adds() -> None:
    fields = {each.name: each for each in _Plain._meta.get_fields()}
    added = _public(dir(_Plain)) - set(fields) - MODEL_ATTRIBUTES
    told = {
        name
        for each in fields.values()
        for name in derived_names(
            each.name,
            type(each).__name__,
            choices=bool(getattr(each, "choices", None)),
            null=bool(each.null),
        )
    }
    assert told == added


def test_table_prefix_is_that_of_the_live_models() -> None:
    assert f"{APP_LABEL}_" == TABLE_PREFIX
