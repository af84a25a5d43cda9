"""A model with many rows, an upgrade of it that takes a while, and what must be true at the end."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final

from tests.acceptance.site import Site
from tests.servers.base import wait_for

TAKEN_UP_SECONDS: Final = 30.0
"""Within which another worker has to take up what a dead one has left."""

NAME: Final = {"name": "name", "type": "CharField", "max_length": 50}
OLD: Final = [NAME, {"name": "age", "type": "CharField", "max_length": 20}]
NEW: Final = [
    NAME,
    {"name": "age", "type": "IntegerField", "db_index": True},
    {"name": "stock", "type": "IntegerField", "default": 7},
]
AGAIN: Final = [*NEW, {"name": "note", "type": "TextField", "null": True}]
_BATCH: Final = 1000

_names = itertools.count(1)


@dataclass(kw_only=True, eq=False)
class Subject:
    """One model of a site. Its ages are the numbers of its rows, as text and then as integers."""

    site: Site
    rows: int
    name: str = field(default_factory=lambda: f"Subject{next(_names)}")
    task_id: str = ""
    """Of the upgrade."""

    @property
    def table(self) -> str:
        """Its table."""
        return f"dynamic_{self.name.lower()}"

    def create(self) -> None:
        """Create it, with its rows."""
        first = self.site.post(self.name, OLD, no_backup=True)
        assert self.site.wait_for_end(first)["status"] == "success"
        for start in range(1, self.rows + 1, _BATCH):
            numbers = range(start, min(start + _BATCH, self.rows + 1))
            values = ", ".join(f"('n{number}', '{number}')" for number in numbers)
            self.site.query(f"INSERT INTO {self.table} (name, age) VALUES {values}")

    def upgrade(self, **options: bool) -> str:
        """Post the upgrade; return its task id."""
        self.task_id = self.site.post(self.name, NEW, **options)
        return self.task_id

    def wait_for_end(self, *, seconds: float = 120.0) -> dict[str, Any]:
        """Wait until the upgrade has ended; return its status."""
        return self.site.wait_for_end(self.task_id, seconds=seconds)

    def events(self) -> list[dict[str, Any]]:
        """Return the whole log of the upgrade."""
        with self.site.client() as client:
            answer = client.get(f"/lowcode/api/upgrades/{self.task_id}/events/")
        found: list[dict[str, Any]] = answer.json()["events"]
        return found

    def insert(self, cursor: Any, number: int) -> tuple[str, int]:
        """Insert a row, as a process does that knows the old structure; return its name and age."""
        cursor.execute(
            f"INSERT INTO {self.table} (name, age) VALUES (%s, %s)", [f"w{number}", str(number)]
        )
        return f"w{number}", number

    def update(self, cursor: Any, number: int) -> tuple[str, int]:
        """Give a row another age; return its name and age."""
        name, age = f"n{number * 37 % self.rows + 1}", 1_000_000 + number
        cursor.execute(f"UPDATE {self.table} SET age = %s WHERE name = %s", [str(age), name])
        return name, age

    def stages_of(self, kind: str) -> list[str]:
        """Return the stages of all events of one kind."""
        return [each["stage"] for each in self.events() if each["kind"] == kind]

    def assert_new(self) -> None:
        """Assert that the upgrade has succeeded, and that everything is the new."""
        assert self.site.status(self.task_id)["status"] == "success"
        assert sorted(self.site.columns(self.table)) == ["age", "id", "name", "stock"]
        rows = self.site.query(f"SELECT name, age, stock FROM {self.table} ORDER BY id")
        assert_same(rows, [(f"n{number}", number, 7) for number in range(1, self.rows + 1)])
        self._assert_whole(version=2)

    def assert_old(self) -> None:
        """Assert that the upgrade has failed, and that everything is the old."""
        assert self.site.status(self.task_id)["status"] == "failed"
        assert sorted(self.site.columns(self.table)) == ["age", "id", "name"]
        rows = self.site.query(f"SELECT name, age FROM {self.table} ORDER BY id")
        assert_same(rows, [(f"n{number}", str(number)) for number in range(1, self.rows + 1)])
        self._assert_whole(version=1)

    def assert_can_go_on(self) -> None:
        """Assert that the next upgrade of the model finds nothing in its way."""
        task_id = self.site.post(self.name, AGAIN, no_backup=True)
        status = self.site.wait_for_end(task_id)
        assert status["status"] == "success", status

    def _assert_whole(self, *, version: int) -> None:
        sequences = [each["sequence"] for each in self.events()]
        assert sequences == list(range(1, len(sequences) + 1))
        versions = self.site.query(
            "SELECT m.version, v.number FROM lowcode_async_schemaversion v"
            " JOIN lowcode_async_dynamicmodel m ON v.model_id = m.id"
            " WHERE m.name = %s ORDER BY v.number",
            self.name,
        )
        assert versions == [(version, number) for number in range(1, version + 1)]
        self._assert_served()
        self._assert_nothing_left()

    def _assert_served(self) -> None:
        """Assert that all live processes come to serve what the database has."""

        def look() -> None:
            (newest,) = self.site.query(
                "SELECT value FROM lowcode_async_counter WHERE name = 'generation'"
            )
            served = self.site.query(
                "SELECT DISTINCT generation FROM lowcode_async_process WHERE last_seen_at ="
                " (SELECT max(last_seen_at) FROM lowcode_async_process)"
            )
            assert served == [newest]

        wait_for(look, seconds=60)

    def _assert_nothing_left(self) -> None:
        """Assert that no attempt has left half a backup or a table of its own.

        Who is killed between a complete file and the note that it was verified leaves a whole file.
        """
        rows = self.site.query("SELECT name, size, verified_at FROM lowcode_async_backup")
        folder = self.site.backups
        files = {each.name: each.stat().st_size for each in folder.iterdir()} if rows else {}
        assert files.items() <= {(name, size) for name, size, _ in rows}
        assert {name for name, _, verified in rows if verified is not None} <= files.keys()
        with self.site.connection() as connection:
            tables = connection.introspection.table_names()
        assert [each for each in tables if each.startswith("lowcode_clone_")] == []


def assert_same(rows: Sequence[object], expected: Sequence[object]) -> None:
    """Assert that these are the rows, and show no more than the first that are not."""
    wrong = [pair for pair in zip_longest(rows, expected) if pair[0] != pair[1]]
    assert not wrong, f"{len(wrong)} of {len(expected)} rows are wrong: {wrong[:5]}"
