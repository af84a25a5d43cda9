"""Collecting every problem of a definition, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from lowcode_async.definitions.kinds import encodable
from lowcode_async.errors import DefinitionInvalid, Problem
from lowcode_async.sentences import JSON

_SUGGESTIONS = 50
"""How many words of one definition are compared with the known ones: comparing is slow."""
_LONGEST_WORD = 64


def pointer(*parts: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of the place that `parts` lead to."""
    return "".join(
        "/" + encodable(str(part)).replace("~", "~0").replace("/", "~1") for part in parts
    )


@dataclass(slots=True)
class Problems:
    """The problems found so far."""

    _found: list[tuple[int, Problem]] = field(default_factory=list)
    _suggestions: int = _SUGGESTIONS

    def add(self, place: tuple[str | int, ...], code: str, /, **params: JSON) -> None:
        """Note one problem at `place`, the parts of its pointer."""
        in_field = len(place) > 1 and place[0] == "fields" and isinstance(place[1], int)
        index = place[1] if in_field and isinstance(place[1], int) else -1
        problem = Problem(pointer=pointer(*place), code=code, params=params)
        self._found.append((index, problem))

    def __bool__(self) -> bool:
        return bool(self._found)

    def resembling(self, word: str, known: Iterable[str]) -> str | None:
        """Return the known word nearest to `word`, if one is near."""
        if self._suggestions <= 0 or len(word) > _LONGEST_WORD:
            return None
        self._suggestions -= 1
        folded = {each.lower(): each for each in known}
        near = difflib.get_close_matches(word.lower(), folded, n=1)
        return folded[near[0]] if near else None

    def raise_if_any(self) -> None:
        """Raise `DefinitionInvalid` with all problems, those of the model first, then by field."""
        if self._found:
            self._found.sort(key=lambda each: each[0])
            raise DefinitionInvalid([problem for _, problem in self._found])
