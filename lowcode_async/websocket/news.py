"""What has become of rows since somebody last looked: bounded, however many they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from lowcode_async.runtime.changes import ChangeKind
from lowcode_async.sentences import JSON

MOST_ROWS: Final = 100
"""Rows of one model that are told one by one; of more, it is told that there are many."""

Key = int | str


@dataclass(slots=True, kw_only=True)
class News:
    """What has become of rows of one model."""

    rows: dict[tuple[Key, str | None], ChangeKind] = field(default_factory=dict)
    """By key and project."""
    many: bool = False
    """Whether there are more than are told, or some that nobody knows."""

    def add(self, key: Key, project: str | None, kind: ChangeKind) -> None:
        """Take in one row."""
        if self.many:
            return
        row = (key, project)
        self.rows[row] = _together(self.rows.pop(row, None), kind)
        if len(self.rows) > MOST_ROWS:
            self.add_many()

    def add_many(self) -> None:
        """Take in that there are more than can be told."""
        self.many = True
        self.rows.clear()

    def of_project(self, project: str | None) -> Self:
        """Return what concerns a project."""
        rows = {row: kind for row, kind in self.rows.items() if row[1] == project}
        return type(self)(rows=rows, many=self.many)

    def take_in(self, other: News) -> None:
        """Take in what has happened since."""
        if other.many:
            self.add_many()
        for (key, project), kind in other.rows.items():
            self.add(key, project, kind)

    def keys(self, kind: ChangeKind) -> list[Key]:
        """Return the rows that this has become of."""
        return [key for (key, _), each in self.rows.items() if each is kind]

    def __bool__(self) -> bool:
        return self.many or bool(self.rows)

    def to_message(self) -> dict[str, JSON]:
        """Return what goes through the channel layer."""
        rows = [[key, project, kind.value] for (key, project), kind in self.rows.items()]
        return {"rows": rows, "many": self.many}

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> Self:
        """Read it back."""
        rows: Iterable[Any] = message["rows"]
        return cls(
            rows={(key, project): ChangeKind(kind) for key, project, kind in rows},
            many=message["many"],
        )


def _together(former: ChangeKind | None, kind: ChangeKind) -> ChangeKind:
    """Return what two things in a row amount to, for who has seen neither."""
    if former is ChangeKind.CREATED and kind is ChangeKind.CHANGED:
        return former
    if former is ChangeKind.DELETED and kind is ChangeKind.CREATED:
        return ChangeKind.CHANGED
    return kind
