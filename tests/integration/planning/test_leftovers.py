"""What a dead maker of hidden tables has left is swept away; what a living one has stays."""

from __future__ import annotations

import contextlib

import pytest
from django.db import connection

from lowcode_async.planning.leftovers import PREFIX, hidden_name, sweep
from lowcode_async.planning.places import hidden_place
from tests.databases import Database


def hidden_tables() -> list[str]:
    """Return the hidden tables that there are."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    return [each for each in names if each.startswith(PREFIX)]


@pytest.mark.parametrize("database", ["mysql"], indirect=True)
def test_tables_of_a_dead_maker_are_dropped_and_those_of_a_living_one_are_not(
    database: Database,
) -> None:
    with contextlib.closing(connection.copy()) as other:
        table = hidden_name(other)
        with hidden_place(other), other.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {table} (id int)")
            sweep(connection)
            assert hidden_tables() == [table]
    sweep(connection)
    assert hidden_tables() == []
