"""Sequences of definitions, as Hypothesis draws them, and values of every type."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from lowcode_async.definitions.model import FieldDefinition

TEXTS = st.sampled_from(
    ["1", " 007", "many", "2.5", "-3e2", "true", "2024-01-05", "2024-01-05T10:20:30Z", "",
     "99999999999", "12:30:01", "\N{SNOWMAN} snow", '{"a": [1]}', "12 34"]
)  # fmt: skip
"""Which fit one type, another, many, or none."""

TYPES: dict[str, tuple[dict[str, Any], Any, st.SearchStrategy[Any]]] = {
    "short": ({"type": "CharField", "max_length": 4}, "none", st.sampled_from(["ab", "1", ""])),
    "char": ({"type": "CharField", "max_length": 40}, "none", TEXTS),
    "text": ({"type": "TextField"}, "none", TEXTS),
    "integer": ({"type": "IntegerField"}, 3, st.integers(-(2**31), 2**31 - 1)),
    "small": ({"type": "SmallIntegerField"}, 3, st.integers(-9, 9)),
    "float": (
        {"type": "FloatField"},
        1.5,
        st.sampled_from([0.5, -0.0, 1e300, 3.0, 0.1, -2.5]),
    ),
    "decimal": (
        {"type": "DecimalField", "max_digits": 6, "decimal_places": 2},
        "1.50",
        st.sampled_from(["0.01", "-12.30", "1234.00"]).map(Decimal),
    ),
    "boolean": ({"type": "BooleanField"}, True, st.booleans()),
    "date": ({"type": "DateField"}, "2024-01-05", st.dates(dt.date(1, 1, 2))),
    "moment": (
        {"type": "DateTimeField"},
        "2024-01-05T10:20:30Z",
        st.integers(-(10**9), 10**10).map(lambda each: dt.datetime.fromtimestamp(each, dt.UTC)),
    ),
    "time": ({"type": "TimeField"}, "12:30:00", st.times()),
    "duration": (
        {"type": "DurationField"},
        "1 02:00:00",
        st.integers(-(10**12), 10**12).map(lambda each: dt.timedelta(microseconds=each)),
    ),
    "uuid": ({"type": "UUIDField"}, str(uuid.UUID(int=1)), st.uuids(version=4)),
    "json": (
        {"type": "JSONField"},
        {"a": 1},
        st.sampled_from([{"a": [1, 2.5]}, [], "12", 12, True, "x"]),
    ),
    "bytes": ({"type": "BinaryField"}, None, st.sampled_from([b"", b"12", b"\x00\xff"])),
}
"""Of each type: the definition without a name, a default, and values."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a field is to be in the next definition."""

    kind: str
    policy: str | None
    """``null`` or ``default``; None is nullable, and has to be forced."""

    def definition(self, name: str, renamed_from: str | None) -> FieldDefinition:
        """Return the field."""
        data, default, _ = TYPES[self.kind]
        options = {"null": True}
        if self.policy == "default" and default is not None:
            options = {"default": default, "on_invalid": "default"}
        elif self.policy == "null":
            options["on_invalid"] = "null"
        return FieldDefinition.from_json(
            {"name": name, **data, **options, "renamed_from": renamed_from}
        )


WISHES = st.builds(Wish, st.sampled_from(sorted(TYPES)), st.sampled_from([None, "null", "default"]))


@dataclass(frozen=True, slots=True)
class Step:
    """One definition, and the rows that come after it."""

    wishes: dict[str, Wish]
    """By name; a field whose name is not among them is renamed, or goes."""
    renames: bool
    """Whether what vanishes is what appears."""
    values: Any
    """Draws the values of a row."""

    def fields(self, former: list[str]) -> list[FieldDefinition]:
        """Return the definition that follows one with these fields."""
        gone = [each for each in former if each not in self.wishes] if self.renames else []
        made = []
        for name, wish in self.wishes.items():
            source = gone.pop(0) if gone and name not in former else None
            made.append(wish.definition(name, source))
        return made

    def row(self) -> dict[str, Any]:
        """Return a row that fits."""
        return {name: self.values.draw(TYPES[wish.kind][2]) for name, wish in self.wishes.items()}


@st.composite
def steps(draw: st.DrawFn, *, count: int) -> list[Step]:
    """Draw definitions, the first of which has three texts."""
    values = draw(st.data())
    texts = {name: Wish("char", None) for name in "abc"}
    made = [Step(texts, renames=False, values=values)]
    for _ in range(count):
        names = draw(st.sets(st.sampled_from("abcde"), min_size=2, max_size=4))
        wishes = {name: draw(WISHES) for name in sorted(names)}
        made.append(Step(wishes, renames=draw(st.booleans()), values=values))
    return made
