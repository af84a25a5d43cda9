"""Rows that are inserted while a unique field is filled keep the value that they bring along."""

from __future__ import annotations

import threading
import uuid

from django.db import connection, connections

from lowcode_async import get_model
from tests.databases import Database
from tests.integration.migrating.changes import NAME, Case, Change, field
from tests.integration.migrating.dying import Wire

OWN = uuid.UUID(int=7)
KEY = field("key", "UUIDField", unique=True, default="uuid4")
TO_TABLE = {"mysql": OWN.hex}


def insert() -> None:
    """Insert a row as a process does that knows the new column."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO dynamic_item (name, {connection.ops.quote_name('key')})"
                " VALUES ('meanwhile', %s)",
                [TO_TABLE.get(connection.vendor, str(OWN))],
            )
    finally:
        connections.close_all()


def test_rows_inserted_while_a_unique_field_is_filled_keep_their_value(
    database: Database, wire: Wire
) -> None:
    case = Case(
        old=(NAME,),
        new=(NAME, KEY),
        rows=lambda item: [item.objects.create(name=f"n{number}") for number in range(5)],
    )
    change = Change(case)

    def insert_before_the_table_is_held(sql: str) -> None:
        if sql.startswith("LOCK TABLES"):
            inserting = threading.Thread(target=insert)
            inserting.start()
            inserting.join()

    with wire.tapped(before=insert_before_the_table_is_held):
        change.work()
    if database.vendor != "mysql":
        # Elsewhere nobody sees the column before all of it is done.
        get_model("Item").objects.create(name="meanwhile", key=OWN)
    change.assert_new()
    keys = dict(get_model("Item").objects.values_list("name", "key"))
    assert keys["meanwhile"] == OWN
    assert len(set(keys.values())) == 6
