"""What the change of a column costs, beside plain SQL and Django's own migration."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.site import Site

ROWS = int(os.environ.get("ROWS", "200000"))
PAUSE = 0.002
"""Seconds between two writes of the concurrent writer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a column's type."""

    name: str
    before: dict[str, Any]
    """The field as it is."""
    after: dict[str, Any] | None
    """The field as it becomes; None if it goes."""
    values: str
    """SQL for the value of row ``g``."""
    by_hand: Mapping[str, str]
    """What somebody would write by hand to alter the table, by vendor; nothing where that fails."""
    force: bool = False


TEXT = {"name": "v", "type": "CharField", "max_length": 20, "null": True}
INTEGER = {"name": "v", "type": "IntegerField", "null": True}
MONEY = {"name": "v", "type": "DecimalField", "max_digits": 12, "decimal_places": 4}
REQUIRED = {"name": "v", "type": "IntegerField", "db_index": True}
CHANGES = (
    Change(
        name="text to integer, all fit",
        before=TEXT,
        after=INTEGER,
        values="CONCAT('', g)",
        by_hand={
            "postgresql": "ALTER COLUMN v TYPE integer USING v::integer",
            "mysql": "MODIFY v integer NULL",
        },
    ),
    Change(
        name="text to integer, one in 100 does not fit, forced",
        before=TEXT,
        after=INTEGER,
        values="CASE WHEN g % 100 = 0 THEN CONCAT('n/a ', g) ELSE CONCAT('', g) END",
        by_hand={
            "postgresql": "ALTER COLUMN v TYPE integer"
            " USING CASE WHEN v ~ '^[0-9]+$' THEN v::integer END"
        },
        force=True,
    ),
    Change(
        name="text to integer, required, with an index",
        before=TEXT,
        after=REQUIRED,
        values="CONCAT('', g)",
        by_hand={
            "postgresql": "ALTER COLUMN v TYPE integer USING v::integer, ALTER COLUMN v SET NOT NULL",
            "mysql": "MODIFY v integer NOT NULL, ADD INDEX (v)",
        },
    ),
    Change(
        name="a field that goes, forced, all its values kept",
        before=TEXT,
        after=None,
        values="CONCAT('', g)",
        by_hand={"postgresql": "DROP COLUMN v", "mysql": "DROP COLUMN v"},
        force=True,
    ),
    Change(
        name="decimal (12, 4) to (10, 2), all fit",
        before=MONEY,
        after={**MONEY, "max_digits": 10, "decimal_places": 2},
        values="g / 100.0",
        by_hand={
            "postgresql": "ALTER COLUMN v TYPE numeric(10, 2)",
            "mysql": "MODIFY v numeric(10, 2) NOT NULL",
        },
    ),
)
KEYS = {"postgresql": "bigserial PRIMARY KEY", "mysql": "bigint AUTO_INCREMENT PRIMARY KEY"}
NUMBERS = {
    "postgresql": f"generate_series(1, {ROWS}) g",
    "mysql": f"(SELECT seq AS g FROM seq_1_to_{ROWS}) numbers",
}
ANALYZE = {"postgresql": "VACUUM ANALYZE", "mysql": "ANALYZE TABLE"}
OTHER = {"name": "note", "type": "IntegerField", "default": 0}

# Times Django's own change of the field, as a migration does it.
BY_DJANGO = """
import time
from django.apps.registry import Apps
from django.db import connection, models
def model(field):
    meta = type("Meta", (), {{"app_label": "bench", "db_table": {table!r}, "apps": Apps()}})
    return type("Row", (models.Model,), {{"__module__": "bench", "Meta": meta, "v": field}})
def field(definition):
    options = {{k: v for k, v in definition.items() if k not in ("name", "type")}}
    return getattr(models, definition["type"])(**options)
before, after = model(field({before!r})), model(field({after!r}))
begin = time.perf_counter()
with connection.schema_editor() as editor:
    editor.alter_field(before, before._meta.get_field("v"), after._meta.get_field("v"))
print(time.perf_counter() - begin)
"""


@dataclass(slots=True)
class Writer:
    """Somebody who writes to the table all the while."""

    site: Site
    table: str
    longest: float = 0.0
    """Seconds that one write took at the most."""
    over: threading.Event = field(default_factory=threading.Event)

    def write(self) -> None:
        """Write until it is over."""
        with self.site.connection() as connection, connection.cursor() as cursor:
            number = 0
            while not self.over.is_set():
                number = (number + 7919) % ROWS
                begin = time.perf_counter()
                cursor.execute(
                    f"UPDATE {self.table} SET note = note + 1 WHERE id = %s", [number + 1]
                )
                self.longest = max(self.longest, time.perf_counter() - begin)
                self.over.wait(PAUSE)


@contextlib.contextmanager
def _written_to(site: Site, table: str) -> Iterator[Writer]:
    writer = Writer(site, table)
    thread = threading.Thread(target=writer.write)
    thread.start()
    try:
        yield writer
    finally:
        writer.over.set()
        thread.join()


def rows(site: Site) -> Iterator[list[str]]:
    """Yield the rows of the table: for each change our way, then the others."""
    for number, change in enumerate(CHANGES):
        preview, ours, stall = _ours(site, change, f"Change{number}")
        plain, plain_stall = _measured(site, change, f"plain{number}", _by_hand)
        django, django_stall = _measured(site, change, f"django{number}", _by_django)
        yield [
            change.name,
            f"{preview:.1f}",
            f"{ours:.1f} / {stall:.2f}",
            f"{plain:.1f} / {plain_stall:.1f}" if plain else "error",
            f"{django:.1f} / {django_stall:.1f}" if django else "error",
            f"{ours / plain:.1f}" if plain else "–",
        ]


def _ours(site: Site, change: Change, model: str) -> tuple[float, float, float]:
    """Return the seconds of the preview, of the upgrade, and of the longest write meanwhile."""
    site.wait_for_end(site.post(model, [change.before, OTHER], no_backup=True))
    table = f"dynamic_{model.lower()}"
    _fill(site, table, change)
    fields = [each for each in (change.after, OTHER) if each is not None]
    body = {"model_name": model, "fields": fields, "force": change.force}
    with site.client() as client:
        begin = time.perf_counter()
        answer = client.post("/lowcode/api/plan/", json=body, timeout=600)
        preview = time.perf_counter() - begin
    assert answer.status_code == 200, answer.text
    with _written_to(site, table) as writer:
        begin = time.perf_counter()
        task = site.post(model, body["fields"], no_backup=True, force=change.force)
        assert site.wait_for_end(task, seconds=600)["status"] == "success"
        took = time.perf_counter() - begin
    return preview, took, writer.longest


def _measured(
    site: Site, change: Change, table: str, alter: Callable[[Site, Change, str], float]
) -> tuple[float, float]:
    """Return the seconds that another way takes, and of the longest write meanwhile."""
    column = "varchar(20)" if change.before is TEXT else "numeric(12, 4)"
    with site.connection() as connection, connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {table} (id {KEYS[connection.vendor]}, v {column}, note int NOT NULL)"
        )
    _fill(site, table, change)
    with _written_to(site, table) as writer:
        took = alter(site, change, table)
    return took, writer.longest


def _by_hand(site: Site, change: Change, table: str) -> float:
    with site.connection() as connection, connection.cursor() as cursor:
        if connection.vendor not in change.by_hand:
            return 0.0
        begin = time.perf_counter()
        cursor.execute(f"ALTER TABLE {table} {change.by_hand[connection.vendor]}")
        return time.perf_counter() - begin


def _by_django(site: Site, change: Change, table: str) -> float:
    """Return nothing where it fails: it knows no values that do not fit."""
    if change.force:
        return 0.0
    source = BY_DJANGO.format(table=table, before=change.before, after=change.after)
    return float(site.python(source).strip().splitlines()[-1])


def _fill(site: Site, table: str, change: Change) -> None:
    with site.connection() as connection, connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (v, note) SELECT {change.values}, 0"
            f" FROM {NUMBERS[connection.vendor]}"
        )
        cursor.execute(f"{ANALYZE[connection.vendor]} {table}")
