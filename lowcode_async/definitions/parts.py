"""Reading what stands beside the fields: the values of one key, and every problem with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.kinds import Kind, fits, kind_name, shown, storable
from lowcode_async.definitions.problems import Problems
from lowcode_async.definitions.supported import Supported
from lowcode_async.definitions.surroundings import Surroundings
from lowcode_async.sentences import JSON

LONGEST_TEXT = 200
"""Characters of a name or a message for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One value in a definition, and where it stands."""

    value: JSON
    place: tuple[str | int, ...]
    """The parts of its pointer."""
    surroundings: Surroundings

    @property
    def problems(self) -> Problems:
        """Where problems go."""
        return self.surroundings.problems

    @property
    def supported(self) -> Supported:
        """What the database can do."""
        return self.surroundings.supported

    @property
    def where(self) -> str:
        """What sentences call its place: ``indexes/0/fields``."""
        return "/".join(map(str, self.place))

    def problem(self, code: str, /, **params: JSON) -> None:
        """Note a problem; sentences may mention ``{where}``."""
        self.problems.add(self.place, code, where=self.where, **params)

    def at(self, key: str | int, value: JSON = None) -> Part:
        """Return the part below this one; `value` where it is not to be looked up."""
        found = value
        if found is None and isinstance(self.value, Mapping):
            found = self.value.get(key)
        return Part(value=found, place=(*self.place, key), surroundings=self.surroundings)

    def is_a(self, *kinds: Kind) -> bool:
        """Tell whether the value is of one of these types; if not, it is a problem."""
        if fits(self.value, kinds):
            return True
        self.problem("part_wrong_type", expected=" | ".join(kinds), actual=kind_name(self.value))
        return False

    def items(self) -> list[Part]:
        """Return the elements of an array; none if it is no array, which is a problem."""
        if not self.is_a(Kind.ARRAY):
            return []
        return [
            Part(value=each, place=(*self.place, index), surroundings=self.surroundings)
            for index, each in enumerate(self.value)
        ]

    def check_keys(self, known: Sequence[str], *, required: Sequence[str] = ()) -> bool:
        """Note keys of an object that nobody reads, and those that are missing."""
        if not self.is_a(Kind.OBJECT):
            return False
        for key in self.value:
            if key not in known:
                self.problem("part_unknown_key", key=shown(key), known=", ".join(known))
        for key in required:
            if self.value.get(key) is None:
                self.problem("part_missing", key=key)
        return all(self.value.get(key) is not None for key in required)

    def text(self, *, limit: int = LONGEST_TEXT) -> str | None:
        """Return a string that can be stored, or None."""
        if self.value is None or not self.is_a(Kind.STRING):
            return None
        if not storable(self.value) or len(self.value) > limit:
            self.problem("part_text", limit=limit)
            return None
        found: str = self.value
        return found

    def field(self) -> Draft | None:
        """Return the field that the value names, or None."""
        if not self.is_a(Kind.STRING):
            return None
        draft = self.surroundings.draft(self.value)
        if draft is None:
            self.problem("part_unknown_field", name=shown(self.value))
        return draft

    def column(self) -> Draft | None:
        """Return the field with a column that the value names, or None."""
        draft = self.field()
        if draft is not None and draft.type is not None and not draft.type.column:
            self.problem("part_no_column", name=shown(self.value))
            return None
        return draft

    def columns(self) -> tuple[str, ...]:
        """Return the names of several fields, each once."""
        names: list[str] = []
        for each in self.items():
            if each.column() is None:
                continue
            if each.value in names:
                each.problem("part_twice", name=each.value)
            names.append(each.value)
        if self.value == []:
            self.problem("part_empty")
        return tuple(names)
