"""Models of the site's that are registered: under which names, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.test.utils import isolate_apps

import lowcode_async
from lowcode_async.runtime import published, registered
from lowcode_async.runtime.registered import Registered
from lowcode_async.runtime.serialization import method_to_dict


@pytest.fixture(autouse=True)
def nobody_else() -> Iterator[None]:
    """Leave what is registered as it was."""
    before = registered.registered()
    yield
    registered._registered.clear()
    registered._registered.update(before)


def known(model: type[models.Model], *related: str) -> published.Published:
    return published._of_the_site(Registered(name="Known", model=model, related=related))


def test_model_is_registered_under_its_own_name_or_another_and_stays_what_it_is() -> None:
    assert lowcode_async.register(Group) is Group
    assert lowcode_async.register(name="Right", related=["content_type"])(Permission) is Permission
    found = registered.registered()
    assert found["Group"] == Registered(name="Group", model=Group, related=())
    assert found["Right"] == Registered(name="Right", model=Permission, related=("content_type",))
    with pytest.raises(TypeError):
        found["Other"] = found["Group"]  # type: ignore[index]


def test_model_can_be_registered_again_and_taken_back() -> None:
    before = registered.registered()
    lowcode_async.register(Group)
    lowcode_async.register(Group)
    registered.unregister("Group")
    assert registered.registered() == before
    with pytest.raises(KeyError):
        registered.unregister("Group")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("group", "auth.Group is registered as Group"),
        ("Gr-oup", "must consist of English letters"),
        ("class", "keyword"),
        ("G" * 101, "too long"),
    ],
)
def test_name_that_is_taken_or_impossible_is_refused(name: str, told: str) -> None:
    lowcode_async.register(Group)
    with pytest.raises(ImproperlyConfigured, match=told):
        lowcode_async.register(Permission, name=name)


def test_abstract_model_is_refused() -> None:
    class Abstract(models.Model):
        class Meta:
            abstract = True
            app_label = "auth"

    with pytest.raises(ImproperlyConfigured, match="abstract"):
        lowcode_async.register(Abstract)


@isolate_apps("django.contrib.auth")
def test_reserved_fields_count_if_their_type_can_carry_the_behavior() -> None:
    class Task(models.Model):
        create_time = models.DateTimeField(auto_now_add=True)
        update_time = models.CharField(max_length=9)
        create_user = models.ForeignKey(User, models.CASCADE, related_name="+")
        update_user = models.ForeignKey(Group, models.CASCADE, related_name="+")
        project = models.OneToOneField(Group, models.CASCADE, related_name="+")
        is_deleted = models.BooleanField(default=False)

        class Meta:
            app_label = "auth"

    found = known(Task)
    assert list(found.reserved) == ["create_time", "create_user", "is_deleted"]
    assert (found.definition, found.to_dict, found.generation) == (None, None, 0)


@isolate_apps("django.contrib.auth")
def test_method_is_asked_with_its_relations_loaded() -> None:
    class Task(models.Model):
        owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
        groups = models.ManyToManyField(Group, related_name="+")

        class Meta:
            app_label = "auth"

        def to_dict(self) -> dict[str, Any]:
            return {"id": self.pk, "more": True}

    related = ["owner__groups", "groups__permissions", "owner"]
    asked = method_to_dict(Task, related)
    assert asked is not None
    assert asked.one == ("owner",)
    assert asked.many == ("groups", "owner__groups", "groups__permissions")
    loading = asked.loaded(Task._default_manager.all())
    assert loading.query.select_related == {"owner": {}}
    assert asked(Task(pk=7)) == {"id": 7, "more": True}
