"""While columns are filled, it is told how many rows are done, and how many there are."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import Any

from lowcode_async import get_model
from tests.databases import Database
from tests.integration.migrating.changes import NAME, field, revert, upgrade

ROWS = 2100
AGE = field("age", "CharField", max_length=20)


class Heard:
    """What the migrate stage has told."""

    def __init__(self) -> None:
        self.percents: list[float] = []
        self.rows: list[tuple[Any, Any, Any]] = []

    def __call__(self, percent: float, **detail: Any) -> None:
        if "code" in detail:  # a busy server makes it wait for a lock
            return
        self.percents.append(percent)
        if "rows_done" in detail:
            told = (detail["operation"], detail["rows_done"], detail["rows_total"])
            self.rows.append(told)

    def assert_rows(self, *operations: str) -> None:
        """Assert that these have told their rows, which grow from one time to the next up to all there are."""
        assert self.percents == sorted(self.percents)
        told = [(name, list(each)) for name, each in groupby(self.rows, key=lambda each: each[0])]
        assert sorted(name for name, _ in told) == sorted(operations)
        for _, each in told:
            assert {total for _, _, total in each} == {ROWS}
            assert all(former <= done for (_, former, _), (_, done, _) in pairwise(each))
            assert 0 < each[0][1] < each[-1][1] == ROWS


def test_rows_grow_up_to_all_there_are(database: Database) -> None:
    upgrade("Item", NAME, AGE)
    item = get_model("Item")
    item.objects.bulk_create([item(name="n", age=f"{number}.0") for number in range(ROWS)])
    filled = Heard()
    key = field("key", "UUIDField", unique=True, default="uuid4")
    upgrade("Item", NAME, field("age", "IntegerField"), key, progress=filled)
    filled.assert_rows("Convert values of field age on Item", "Fill field key on Item row by row")

    kept = Heard()
    removed = upgrade("Item", NAME, key, progress=kept)
    kept.assert_rows("Make sure that nothing is lost with field age on Item")
    restored = Heard()
    revert(removed, progress=restored)
    restored.assert_rows("Restore values of field age on Item")
