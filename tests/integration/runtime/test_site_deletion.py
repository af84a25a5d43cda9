"""Rows of the site's own are deleted, and live rows point at them."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token, TokenProxy

from lowcode_async.runtime.generation import forget, get_model, refresh
from tests.databases import Database
from tests.integration.runtime.dynamic import definition, publish, text

pytestmark = pytest.mark.usefixtures("database")


def to_user(on_delete: str, to: str = "auth.User", **options: Any) -> dict[str, Any]:
    return {"type": "ForeignKey", "to": to, "on_delete": on_delete, **options}


@pytest.fixture
def users(database: Database) -> list[User]:
    return [User.objects.create_user(name) for name in ("ann", "bob", "cid")]


def names(rows: Any) -> list[str]:
    return sorted(each.name for each in rows)


def test_live_rows_follow_as_their_on_delete_says(users: list[User]) -> None:
    ann, bob, cid = users
    publish(definition("Shelf", name=text(), owner=to_user("CASCADE")))
    publish(
        definition("Book", name=text(), shelf=to_user("CASCADE", "Shelf")),
        definition("Nullable", name=text(), owner=to_user("CASCADE", null=True)),
        definition("Null", name=text(), owner=to_user("SET_NULL", null=True)),
        definition("Default", name=text(), owner=to_user("SET_DEFAULT", default=cid.pk)),
        definition("Own", name=text(), owner={**to_user("CASCADE"), "type": "OneToOneField"}),
        definition("Read", name=text(), readers={"type": "ManyToManyField", "to": "auth.User"}),
    )
    live: Any = refresh().models
    for user in (ann, bob):
        shelf = live["Shelf"].objects.create(name=user.username, owner=user)
        live["Book"].objects.create(name=user.username, shelf=shelf)
        for each in ("Nullable", "Null", "Default", "Own"):
            live[each].objects.create(name=user.username, owner=user)
        live["Read"].objects.create(name=user.username).readers.set([ann, bob])

    ann.delete()
    for name in ("Shelf", "Book", "Nullable", "Own"):
        assert names(live[name].objects.all()) == ["bob"], name
    assert live["Null"].objects.get(name="ann").owner is None
    assert live["Default"].objects.get(name="ann").owner == cid
    assert [list(each.readers.all()) for each in live["Read"].objects.all()] == [[bob], [bob]]

    User.objects.filter(username="bob").delete()
    assert [live[name].objects.count() for name in ("Shelf", "Book", "Null", "Read")] == [
        0,
        0,
        2,
        2,
    ]
    assert not live["Null"].objects.exclude(owner=None).exists()


def test_protected_row_stays_with_all_that_would_have_gone(users: list[User]) -> None:
    ann, bob, _ = users
    publish(
        definition("Note", name=text(), owner=to_user("CASCADE")),
        definition("Bill", name=text(), owner=to_user("PROTECT")),
    )
    live: Any = refresh().models
    for user in (ann, bob):
        live["Note"].objects.create(name=user.username, owner=user)
    bill = live["Bill"].objects.create(name="b", owner=bob)
    for delete in (bob.delete, User.objects.all().delete):
        with pytest.raises(ProtectedError) as caught:
            delete()
        assert caught.value.protected_objects == {bill}
        assert User.objects.count() == 3
        assert names(live["Note"].objects.all()) == ["ann", "bob"]
    with transaction.atomic():
        with pytest.raises(ProtectedError), transaction.atomic():
            bob.delete()
        ann.delete()
    assert names(live["Note"].objects.all()) == ["bob"]


def test_restricted_row_goes_only_if_what_restricts_it_goes_too(users: list[User]) -> None:
    ann, bob, _ = users
    publish(definition("Shelf", name=text(), owner=to_user("CASCADE")))
    publish(
        definition(
            "Book",
            name=text(),
            owner=to_user("RESTRICT"),
            shelf=to_user("CASCADE", "Shelf", null=True),
        )
    )
    live: Any = refresh().models
    loose = live["Book"].objects.create(name="loose", owner=ann)
    shelf = live["Shelf"].objects.create(name="s", owner=bob)
    live["Book"].objects.create(name="on", owner=bob, shelf=shelf)
    with pytest.raises(RestrictedError, match="of live models: Book") as caught:
        ann.delete()
    assert caught.value.restricted_objects == {loose}
    bob.delete()
    assert names(live["Book"].objects.all()) == ["loose"]
    assert not live["Shelf"].objects.exists()


def test_do_nothing_leaves_it_to_the_database(users: list[User]) -> None:
    publish(definition("Note", name=text(), owner=to_user("DO_NOTHING")))
    note: Any = get_model("Note")
    note.objects.create(name="n", owner=users[0])
    with pytest.raises(IntegrityError):
        users[0].delete()
    assert note.objects.get().owner == users[0]


def test_rows_that_go_along_with_others_or_by_a_proxy_are_met_too(users: list[User]) -> None:
    ann, bob, _ = users
    publish(definition("Device", name=text(), token=to_user("CASCADE", "authtoken.Token")))
    device: Any = refresh().get_model("Device")
    for user in (ann, bob):
        device.objects.create(name=user.username, token=Token.objects.create(user=user))
    ann.delete()
    assert names(device.objects.all()) == ["bob"]
    TokenProxy.objects.all().delete()
    assert not device.objects.exists()


def test_process_that_has_not_met_a_live_model_yet_deletes_users_rightly(
    users: list[User],
) -> None:
    publish(definition("Note", name=text(), owner=to_user("CASCADE")))
    note: Any = get_model("Note")
    note.objects.create(name="n", owner=users[0])
    forget()
    async_to_sync(users[0].adelete)()
    assert not note.objects.exists()


def test_newest_structure_counts_even_where_an_older_one_is_kept(users: list[User]) -> None:
    publish(definition("Note", name=text()))
    refresh()
    publish(definition("Memo", name=text(), owner=to_user("SET_NULL", null=True)))
    users[0].delete()
    memo: Any = get_model("Memo")
    memo.objects.create(name="m", owner=users[1])
    users[1].delete()
    assert memo.objects.get().owner is None


def test_other_models_of_the_site_are_deleted_as_quickly_as_ever(users: list[User]) -> None:
    refresh()
    listened = models.signals.pre_delete.has_listeners
    assert listened(User)
    assert not listened(Session)
    with CaptureQueriesContext(connection) as queries:
        users[0].delete()
    asked = [each for each in queries.captured_queries if "lowcode_async_counter" in each["sql"]]
    assert len(asked) == 1
