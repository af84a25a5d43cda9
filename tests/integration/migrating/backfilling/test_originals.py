"""A revert gives the originals of a large table back, batch by batch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import override_settings

from lowcode_async import get_model
from lowcode_async.models import LostValue
from tests.databases import Database
from tests.integration.migrating.backfilling.meanwhile import (
    AGES,
    CASE,
    NUMBER,
    Writer,
    is_batch,
    people,
)
from tests.integration.migrating.changes import (
    field,
    revert,
    upgrade,
)
from tests.integration.migrating.dying import Wire


def test_originals_come_back_unless_somebody_has_written_since(
    wire: Wire, writer: Callable[[], Writer]
) -> None:
    upgrade("Item", *CASE.old)
    people(get_model("Item"))
    texts = dict(get_model("Item").objects.values_list("pk", "age"))
    made = upgrade("Item", *CASE.new)
    somebody = writer()
    [first, second, *_] = sorted(key for key, text in texts.items() if text == " 8 ")
    last = max(key for key, text in texts.items() if text == " 8 ")
    batches = 0

    def write(sql: str) -> None:
        nonlocal batches
        batches += is_batch(sql)
        if batches == 2:
            for key in (first, second, last):
                somebody.execute("UPDATE dynamic_item SET age = 99 WHERE id = %s", key)
            batches += 1

    with wire.tapped(before=write):
        revert(made)
    expected = texts | dict.fromkeys((first, second, last), "99")
    assert dict(get_model("Item").objects.values_list("pk", "age")) == expected
    not_restored = LostValue.objects.filter(upgrade=made, restored_at=None)
    assert {int(each.row_key) for each in not_restored} == {first, second, last}


@pytest.mark.parametrize("large", [True, False])
def test_every_original_comes_back_and_is_noted(database: Database, large: bool) -> None:
    """Of several fields, with and without a shortcut of the database's, beside a field that goes."""
    old = (
        field("age", "CharField", max_length=20, null=True),
        field("size", "CharField", max_length=20, null=True),
        field("note", "TextField", null=True),
    )
    upgrade("Item", *old)
    texts = [{"age": text, "size": text, "note": text} for text in AGES]
    get_model("Item").objects.bulk_create(get_model("Item")(**each) for each in texts)
    made = upgrade(
        "Item",
        NUMBER,
        field("size", "IntegerField", null=True),
        field("note", "JSONField", null=True),
        field("more", "IntegerField", null=True),
    )
    get_model("Item").objects.update(more=1)
    with override_settings(LOWCODE_BACKFILL_ROWS=1 if large else 1000):
        revert(made)
    assert list(get_model("Item").objects.order_by("pk").values("age", "size", "note")) == texts
    kept = LostValue.objects.filter(upgrade=made)
    assert set(kept.values_list("field", flat=True)) == {"age", "size", "note"}
    assert not kept.filter(restored_at=None).exists()
