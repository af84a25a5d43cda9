"""Rows that change tell so, after the commit and not before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction

import lowcode_async
from lowcode_async.runtime import registered
from lowcode_async.runtime.changes import RowChange
from lowcode_async.runtime.generation import refresh
from lowcode_async.runtime.signals import rows_changed
from tests.integration.runtime.dynamic import definition, publish, text

pytestmark = pytest.mark.usefixtures("database")

Told = list[tuple[str, str | None, Any, str | None]]
"""Model, kind, key and project."""


@pytest.fixture
def told() -> Iterator[Told]:
    """What is told while the test runs."""
    found: Told = []

    def hear(change: RowChange, **_: object) -> None:
        found.append((change.model, change.kind, change.key, change.project))

    rows_changed.connect(hear)
    yield found
    rows_changed.disconnect(hear)


def taken(told: Told) -> Told:
    """Return what was told since the last look."""
    found = told.copy()
    told.clear()
    return found


def test_rows_tell_once_what_became_of_them(told: Told) -> None:
    publish(
        definition("Shelf", name=text(), owner={"type": "ForeignKey", "to": "auth.User"}),
        definition("Book", name=text(), shelf={"type": "ForeignKey", "to": "Shelf"}),
    )
    live: Any = refresh().models
    user = User.objects.create_user("ann")
    shelf = live["Shelf"].objects.create(name="a", owner=user)
    assert taken(told) == [("Shelf", "created", shelf.pk, None)]
    shelf.save()
    assert taken(told) == [("Shelf", "changed", shelf.pk, None)]
    book = live["Book"].objects.create(name="b", shelf=shelf)
    key = book.pk
    book.delete()
    assert taken(told) == [("Book", "created", key, None), ("Book", "deleted", key, None)]
    live["Book"].objects.create(name="c", shelf=shelf)
    key = shelf.pk
    taken(told)
    shelf.delete()
    assert taken(told) == [("Shelf", "deleted", key, None), ("Book", None, None, None)]
    live["Shelf"].objects.create(name="d", owner=user)
    taken(told)
    user.delete()
    assert taken(told) == [("Shelf", None, None, None)]


def test_many_rows_at_once_are_told_as_many(told: Told) -> None:
    publish(definition("Book", name=text()))
    book: Any = refresh().get_model("Book")
    made = book.objects.bulk_create([book(name="a"), book(name="b")])
    known = [("Book", "created", row.pk, None) for row in made]
    assert taken(told) == (known if made[0].pk else [("Book", None, None, None)] * 2)
    many = [("Book", None, None, None)]
    assert book.objects.update(name="c") == 2
    assert taken(told) == many
    assert book.objects.filter(name="a").update(name="d") == 0
    book.objects.bulk_create([book(name="e")], ignore_conflicts=True)
    assert taken(told) == many
    assert book.objects.all().delete()[0] == 3
    assert taken(told) == many


def test_only_what_is_committed_is_told(told: Told) -> None:
    publish(definition("Book", name=text()))
    book: Any = refresh().get_model("Book")
    with transaction.atomic():
        kept = book.objects.create(name="kept")
        with transaction.atomic():
            book.objects.create(name="lost")
            transaction.set_rollback(True)
        assert taken(told) == []
    assert taken(told) == [("Book", "created", kept.pk, None)]


def test_project_and_mark_of_deletion_are_told(told: Told) -> None:
    publish(
        definition(
            "Task",
            name=text(),
            project={"type": "IntegerField"},
            is_deleted={"type": "BooleanField", "default": False},
        )
    )
    task: Any = refresh().get_model("Task")
    row = task.objects.create(project=7)
    row.is_deleted = True
    row.save(update_fields=["is_deleted"])
    assert taken(told) == [("Task", "created", row.pk, "7"), ("Task", "deleted", row.pk, "7")]
    # Whose it is cannot be told without asking: nobody is told which row it is.
    task.objects.only("name").get().save(update_fields=["name"])
    assert taken(told) == [("Task", None, None, None)]


def test_registered_models_tell_by_the_names_they_are_registered_under(told: Told) -> None:
    before = registered.registered()
    lowcode_async.register(Group, name="Team")
    try:
        team = Group.objects.create(name="a")
        key = team.pk
        team.delete()
    finally:
        registered._registered.clear()
        registered._registered.update(before)
    assert taken(told) == [("Team", "created", key, None), ("Team", "deleted", key, None)]
    Group.objects.create(name="b")
    assert taken(told) == []
