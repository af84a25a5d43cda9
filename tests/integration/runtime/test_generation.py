"""Live models on real databases."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import weakref
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import SynchronousOnlyOperation
from django.db import connection, transaction
from django.db.models import F, Prefetch, ProtectedError
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext

from lowcode_async.errors import ModelNotFound
from lowcode_async.models import Counter
from lowcode_async.runtime import generation
from lowcode_async.runtime.building import Generation
from lowcode_async.runtime.generation import (
    aget_model,
    aget_models,
    apinned,
    current,
    get_model,
    get_models,
    pinned,
    refresh,
    request_scope,
)
from lowcode_async.runtime.middleware import GenerationMiddleware
from lowcode_async.runtime.signals import generation_swapped
from tests.integration.runtime.dynamic import definition, publish, record, text

PRODUCT = definition("Product", name=text())
PRICED = definition("Product", name=text(), price={"type": "FloatField", "null": True})

pytestmark = pytest.mark.usefixtures("database")
only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def field_names(model: Any) -> list[str]:
    return [field.name for field in model._meta.get_fields()]


def test_live_model_reads_and_writes_rows() -> None:
    publish(PRODUCT)
    product: Any = get_model("Product")
    row = product.objects.create(name="tea")
    assert product.objects.get(pk=row.pk).name == "tea"
    assert repr(row) == f"<Product: Product object ({row.pk})>"
    assert repr(product) == "<class 'dynamic.Product'>"


def test_change_makes_the_next_generation_and_leaves_the_former_as_it_was() -> None:
    number = publish(PRODUCT)
    former = refresh()
    assert publish(PRICED) == number + 1
    newer = refresh()
    assert (former.number, newer.number) == (number, number + 1)
    assert field_names(former.get_model("Product")) == ["id", "name"]
    assert field_names(newer.get_model("Product")) == ["id", "name", "price"]
    assert former.get_model("Product") is not newer.get_model("Product")
    assert refresh() is newer


def test_get_model_follows_the_database_without_being_told() -> None:
    publish(PRODUCT)
    assert field_names(get_model("Product")) == ["id", "name"]
    publish(PRICED)
    assert field_names(get_model("Product")) == ["id", "name", "price"]


def test_former_generation_still_reads_and_writes_after_a_column_was_added() -> None:
    publish(PRODUCT)
    former: Any = get_model("Product")
    publish(PRICED)
    former.objects.create(name="old writer")
    newer: Any = get_model("Product")
    assert newer.objects.get().price is None


def test_unknown_name_tells_which_names_look_like_it() -> None:
    publish(PRODUCT)
    with pytest.raises(ModelNotFound) as error:
        get_model("product")
    assert error.value.near == ("Product",)
    assert error.value.sentence("en").endswith("did you mean: Product?")
    with pytest.raises(ModelNotFound) as error:
        get_model("Produkt")
    assert error.value.near == ("Product",)
    with pytest.raises(ModelNotFound) as error:
        get_model("Xyz")
    assert error.value.near == ()
    assert error.value.sentence("zh") == "没有名为 Xyz 的模型"


def test_models_come_in_the_order_of_their_names_without_through_models() -> None:
    publish(definition("Tag", name=text()))
    publish(
        definition("Article", title=text(), tags={"type": "ManyToManyField", "to": "Tag"}),
    )
    assert [model.__name__ for model in get_models()] == ["Article", "Tag"]


def test_relations_work_within_a_generation_and_to_the_sites_users() -> None:
    publish(definition("Tag", name=text()))
    publish(
        definition(
            "Article",
            title=text(),
            author={"type": "ForeignKey", "to": "auth.User", "null": True},
            parent={"type": "ForeignKey", "to": "self", "null": True},
            tags={"type": "ManyToManyField", "to": "Tag", "related_name": "articles"},
            readers={"type": "ManyToManyField", "to": "auth.User"},
        )
    )
    user = User.objects.create_user("ann")
    article: Any = get_model("Article")
    tag: Any = get_model("Tag")
    first = article.objects.create(title="one", author=user)
    second = article.objects.create(title="two", author=user, parent=first)
    red = tag.objects.create(name="red")
    second.tags.add(red)
    second.readers.add(user)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = article.objects.select_related("author", "parent").get(pk=second.pk)
        assert (found.author.username, found.parent.title) == ("ann", "one")
    assert len(queries) == 1
    assert type(found.author) is User
    assert [each.title for each in red.articles.all()] == ["two"]
    assert list(first.article_set.all()) == [second]
    assert article.objects.filter(author__username="ann", tags__name="red").get() == second


def test_many_users_of_a_row_can_be_read_filtered_changed_and_prefetched() -> None:
    publish(
        definition("Article", title=text(), readers={"type": "ManyToManyField", "to": "auth.User"})
    )
    ann, bob, cid = (User.objects.create_user(name) for name in ("ann", "bob", "cid"))
    article: Any = get_model("Article")
    one, two, three = (article.objects.create(title=title) for title in ("1", "2", "3"))
    one.readers.set([ann, bob])
    two.readers.add(bob)
    assert list(one.readers.order_by("username")) == [ann, bob]
    assert one.readers.filter(username__startswith="b").get() == bob
    assert (one.readers.count(), two.readers.exists(), three.readers.exists()) == (2, True, False)
    assert [each.title for each in article.objects.filter(readers=bob).order_by("title")] == [
        "1",
        "2",
    ]
    one.readers.remove(bob)
    one.readers.add(cid)
    assert list(one.readers(manager="objects").order_by("username")) == [ann, cid]

    by_name = Prefetch("readers", queryset=User.objects.order_by("-username"))
    with CaptureQueriesContext(connection) as queries:
        rows = list(article.objects.order_by("title").prefetch_related(by_name))
        assert [list(row.readers.all()) for row in rows] == [[cid, ann], [bob], []]
    assert len(queries) == 2
    rows = list(article.objects.order_by("title").prefetch_related("readers"))
    assert [len(row.readers.all()) for row in rows] == [2, 1, 0]
    two.readers.clear()
    assert not two.readers.all()
    one.delete()
    assert User.objects.count() == 3


def test_deletion_follows_on_delete_within_a_generation() -> None:
    publish(definition("Shelf", name=text()))
    publish(
        definition("Book", shelf={"type": "ForeignKey", "to": "Shelf"}),
        definition("Lamp", shelf={"type": "ForeignKey", "to": "Shelf", "on_delete": "PROTECT"}),
        definition(
            "Note",
            shelf={"type": "ForeignKey", "to": "Shelf", "on_delete": "SET_NULL", "null": True},
        ),
    )
    models: Any = refresh().models
    shelf = models["Shelf"].objects.create(name="a")
    models["Book"].objects.create(shelf=shelf)
    note = models["Note"].objects.create(shelf=shelf)
    lamp = models["Lamp"].objects.create(shelf=shelf)
    with pytest.raises(ProtectedError):
        shelf.delete()
    lamp.delete()
    shelf.delete()
    assert not models["Book"].objects.exists()
    note.refresh_from_db()
    assert note.shelf is None


def test_sites_registry_and_user_stay_as_they_were() -> None:
    def site() -> tuple[Any, ...]:
        return (
            {label: dict(models) for label, models in apps.all_models.items() if models},
            sorted(dir(User)),
            [each.name for each in User._meta.get_fields(include_hidden=True)],
        )

    before = site()
    publish(
        definition(
            "Article",
            author={"type": "ForeignKey", "to": "auth.User"},
            readers={"type": "ManyToManyField", "to": "auth.User"},
        )
    )
    article: Any = get_model("Article")
    user = User.objects.create_user("ann")
    article.objects.create(author=user).readers.add(user)
    assert site() == before


def test_pinned_block_keeps_its_generation() -> None:
    publish(PRODUCT)
    with pinned() as kept:
        publish(PRICED)
        assert get_model("Product") is kept.get_model("Product")
        assert current() is kept
        assert refresh() is not kept
        with pinned() as inner:
            assert inner is kept
        assert get_model("Product") is kept.get_model("Product")
    assert field_names(get_model("Product")) == ["id", "name", "price"]


def test_scope_asks_the_database_once_and_only_if_a_live_model_is_used() -> None:
    publish(PRODUCT)
    refresh()
    with CaptureQueriesContext(connection) as queries, request_scope():
        pass
    assert len(queries) == 0
    with CaptureQueriesContext(connection) as queries, request_scope():
        for _ in range(5):
            get_model("Product")
    assert len(queries) == 1


def test_sync_request_keeps_the_generation_it_began_with() -> None:
    publish(PRODUCT)

    def view(request: HttpRequest) -> HttpResponse:
        before = get_model("Product")
        publish(PRICED)
        return HttpResponse(str(get_model("Product") is before))

    middleware = GenerationMiddleware(view)
    assert middleware(HttpRequest()).content == b"True"  # type: ignore[union-attr]
    assert field_names(get_model("Product")) == ["id", "name", "price"]


async def test_async_request_keeps_the_generation_it_began_with() -> None:
    await sync_to_async(publish)(PRODUCT)

    async def view(request: HttpRequest) -> HttpResponse:
        before = await aget_model("Product")
        await sync_to_async(publish)(PRICED)
        in_thread = await sync_to_async(get_model)("Product")
        return HttpResponse(str(get_model("Product") is before is in_thread))

    response = await GenerationMiddleware(view)(HttpRequest())  # type: ignore[misc]
    assert response.content == b"True"
    assert field_names(await aget_model("Product")) == ["id", "name", "price"]


async def test_event_loop_gets_djangos_own_error_and_the_async_twins_work() -> None:
    await sync_to_async(publish)(PRODUCT)
    with pytest.raises(SynchronousOnlyOperation):
        get_model("Product")
    with pytest.raises(SynchronousOnlyOperation):
        refresh()
    assert (await aget_model("Product")).__name__ == "Product"
    assert [each.__name__ for each in await aget_models()] == ["Product"]
    async with apinned() as kept:
        assert get_model("Product") is kept.get_model("Product")
    product: Any = await aget_model("Product")
    assert (await product.objects.acreate(name="tea")).pk


def test_rows_can_be_copied_within_their_generation() -> None:
    publish(PRODUCT)
    product: Any = get_model("Product")
    row = product.objects.create(name="tea")
    publish(PRICED)
    refresh()
    for twin in (copy.copy(row), copy.deepcopy(row), copy.deepcopy([row])[0]):
        assert type(twin) is product
        assert twin == row
        assert twin._state is not row._state


def test_pickled_row_is_read_in_the_generation_of_the_reader() -> None:
    publish(PRODUCT)
    product: Any = get_model("Product")
    pickled = pickle.dumps(product.objects.create(name="tea"))
    same = pickle.loads(pickled)
    assert type(same) is product
    assert same.name == "tea"

    publish(PRICED)
    newer: Any = get_model("Product")
    newer.objects.update(price=2.5)
    later = pickle.loads(pickled)
    assert type(later) is newer
    assert (later.name, later.price) == ("tea", 2.5)


def test_pickled_row_of_a_process_that_is_behind_is_looked_up_in_the_database() -> None:
    refresh()
    publish(PRODUCT)
    product: Any = generation._registry.look().get_model("Product")
    pickled = pickle.dumps(product(name="tea"))
    generation.forget()
    assert pickle.loads(pickled).name == "tea"


def test_uncommitted_change_is_seen_by_its_transaction_alone() -> None:
    publish(PRODUCT)
    served = refresh()
    for extra in ("one", "two"):
        with transaction.atomic():
            record(definition("Product", name=text(), **{extra: text()}))
            within = get_model("Product")
            assert field_names(within) == ["id", "name", extra]
            assert get_model("Product") is within
            assert generation.served_number() == served.number
            transaction.set_rollback(True)
    assert refresh() is served


def test_signal_is_sent_after_each_swap_and_a_receiver_that_raises_hinders_nothing() -> None:
    heard: list[tuple[int | None, int]] = []

    def receiver(*, generation: Generation, former: Generation | None, **_: object) -> None:
        heard.append((former and former.number, generation.number))
        raise ZeroDivisionError

    generation_swapped.connect(receiver)
    try:
        first = publish(PRODUCT)
        refresh()
        refresh()
        second = publish(PRICED)
        refresh()
    finally:
        generation_swapped.disconnect(receiver)
    assert heard == [(None, first), (first, second)]


def test_threads_always_meet_one_whole_generation_while_it_is_swapped() -> None:
    """Each change gives both models the same mark; a reader must never see two marks."""

    def changed(mark: int) -> None:
        record(
            definition("Left", **{f"mark_{mark}": text()}),
            definition(
                "Right", left={"type": "ForeignKey", "to": "Left"}, **{f"mark_{mark}": text()}
            ),
        )

    changed(0)
    errors: list[object] = []
    numbers: list[list[int]] = []
    done = threading.Event()

    def read() -> None:
        seen = []
        try:
            while not done.is_set():
                with pinned() as kept:
                    left, right = get_model("Left"), get_model("Right")
                    target = right._meta.get_field("left").related_model
                    marks = {field_names(each)[-1] for each in (left, right)} - {"right"}
                    if target is not left or len({m for m in marks if m.startswith("mark")}) > 1:
                        errors.append((left, right, target, marks))
                    seen.append(kept.number)
        except Exception as error:
            errors.append(error)
        finally:
            numbers.append(seen)
            connection.close()

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        for mark in range(1, 31):
            changed(mark)
            refresh()
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert not errors
    assert all(seen == sorted(seen) for seen in numbers)
    assert max(max(seen) for seen in numbers if seen) <= refresh().number


@only_sqlite
def test_thousand_swaps_keep_no_former_class_alive() -> None:
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    record(
        definition(
            "Article",
            title=text(),
            author={"type": "ForeignKey", "to": "auth.User", "null": True},
            readers={"type": "ManyToManyField", "to": "auth.User"},
            paper={"type": "FileField", "null": True},
        ),
        definition("Comment", article={"type": "ForeignKey", "to": "Article"}),
    )
    counter = Counter.objects.filter(name=Counter.Name.GENERATION)
    for _ in range(1000):
        counter.update(value=F("value") + 1)
        built = refresh()
        alive.add(built)
        for model in built.apps.get_models(include_auto_created=True):
            alive.add(model)
            model()
            str(model._default_manager.all().query)
    del built, model
    gc.collect()
    assert len(alive) == 4, "one generation: itself, two models, one through model"
