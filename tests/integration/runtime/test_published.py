"""What the data API serves: live models of the generation, and those that the site has registered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured

import lowcode_async
from lowcode_async.errors import DefinitionInvalid, ModelNotFound
from lowcode_async.runtime import get_all_published, get_published, pinned, registered
from lowcode_async.runtime.generation import refresh
from lowcode_async.upgrades.asking import parse
from tests.integration.runtime.dynamic import definition, publish, text

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def group_is_registered() -> Iterator[None]:
    before = registered.registered()
    lowcode_async.register(Group, name="Team")
    yield
    registered._registered.clear()
    registered._registered.update(before)


def test_live_and_registered_models_are_found_by_their_names() -> None:
    number = publish(
        definition(
            "Task",
            name=text(),
            update_time={"type": "DateTimeField", "null": True},
            create_user={"type": "ForeignKey", "to": "auth.User", "null": True},
        )
    )
    live = get_published("Task")
    assert live.model is refresh().get_model("Task")
    assert list(live.reserved) == ["update_time", "create_user"]
    assert live.definition is not None
    assert (live.name, live.definition.name, live.generation) == ("Task", "Task", number)
    team = get_published("Team")
    assert (team.model, team.definition, team.to_dict, team.generation) == (Group, None, None, 0)
    names = [each.name for each in get_all_published()]
    assert names == sorted({"Task", *registered.registered()})
    for wanted, near in (("team", ("Team",)), ("Tasks", ("Task",)), ("Zzz", ())):
        with pytest.raises(ModelNotFound) as caught:
            get_published(wanted)
        assert caught.value.near[:1] == near


def test_published_model_is_of_the_generation_that_a_scope_keeps() -> None:
    first = publish(definition("Task", name=text()))
    with pinned():
        publish(definition("Task", name=text(), note=text()))
        assert get_published("Task").generation == first
    assert get_published("Task").generation == first + 1


def test_live_model_and_registered_model_cannot_have_one_name() -> None:
    with pytest.raises(DefinitionInvalid) as caught:
        parse({"model_name": "team", "fields": []})
    [problem] = caught.value.problems
    assert (problem.pointer, problem.code) == ("/model_name", "model_name_registered")
    assert problem.params["other"] == "auth.Group"
    publish(definition("Task", name=text()))
    refresh()
    with pytest.raises(ImproperlyConfigured, match="live model named task"):
        lowcode_async.register(User, name="task")
