"""The page of the conversions: for each pair of kinds what is kept, what is told, and who converts."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import uuid
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import ModuleType
from typing import Any

from lowcode_async.planning.conversions import (
    Changed,
    Converter,
    Kept,
    Misfit,
    Outcome,
    numbers,
    others,
    texts,
    times,
)
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.samples import value_json
from lowcode_async.planning.shapes import INTEGERS, KINDS, Kind, Shape
from lowcode_async.planning.shortcuts import part_of
from lowcode_async.planning.shortcuts.sql import NEVER
from scripts.markdown import NOTE

SHOWN = 4
"""Values that are shown of those without a form."""
MOST = 12
"""Examples that are shown of a pair."""
VENDORS = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MariaDB, MySQL"}

SHAPES: Mapping[Kind, tuple[str, Shape]] = {
    Kind.TEXT: ("text of 20 characters", Shape(kind=Kind.TEXT, max_length=20)),
    Kind.INTEGER: (
        "`IntegerField`",
        Shape(kind=Kind.INTEGER, low=-(2**31), high=2**31 - 1, widest=2**31 - 1),
    ),
    Kind.FLOAT: ("`FloatField`", Shape(kind=Kind.FLOAT)),
    Kind.DECIMAL: (
        "`DecimalField(8, 2)`",
        Shape(kind=Kind.DECIMAL, max_digits=8, decimal_places=2),
    ),
    Kind.BOOLEAN: ("`BooleanField`", Shape(kind=Kind.BOOLEAN)),
    Kind.DATE: ("`DateField`", Shape(kind=Kind.DATE)),
    Kind.DATETIME: ("`DateTimeField`", Shape(kind=Kind.DATETIME)),
    Kind.TIME: ("`TimeField`", Shape(kind=Kind.TIME)),
    Kind.DURATION: ("`DurationField`", Shape(kind=Kind.DURATION)),
    Kind.UUID: ("`UUIDField`", Shape(kind=Kind.UUID)),
    Kind.ADDRESS: ("`GenericIPAddressField`", Shape(kind=Kind.ADDRESS)),
    Kind.JSON: ("`JSONField`", Shape(kind=Kind.JSON)),
    Kind.BINARY: ("`BinaryField`", Shape(kind=Kind.BINARY)),
}
"""What the examples convert to, by kind; the type of a limit decides nothing but where it lies."""

WIDE: Mapping[Kind, Shape] = {
    **{kind: shape for kind, (_, shape) in SHAPES.items()},
    Kind.TEXT: Shape(kind=Kind.TEXT),
    Kind.INTEGER: Shape(kind=Kind.INTEGER, low=-(2**63), high=2**63 - 1, widest=2**63 - 1),
    Kind.DECIMAL: Shape(kind=Kind.DECIMAL, max_digits=12, decimal_places=4),
}
"""What the examples convert from."""

_UUID = uuid.UUID("6f9619ff-8b86-4011-b42d-00c04fc964ff")
_DAY = dt.date(2024, 5, 1)
_NOON = dt.datetime(2024, 5, 1, 12, 30, tzinfo=dt.UTC)
VALUES: Mapping[Kind, tuple[Any, ...]] = {
    Kind.TEXT: (
        *("12", " 12 ", "+12", "007", "12.0", "12.50", "7.555", "1e3", "1,000", "99999999999", "1"),
        *(
            "0",
            "true",
            "Yes",
            "否",
            "2024-05-01",
            "2024-02-30",
            "01.05.2024",
            "2024-05-01T12:30:00Z",
        ),
        *(
            "2024-05-01 12:30",
            "2024-05-01T12:30:00+08:00",
            "12:30:00",
            "12:30",
            "1 02:00:00",
            "PT2H",
        ),
        *(str(_UUID), _UUID.hex.upper(), "192.0.2.1", "2001:DB8::1", '{"a": 1}', "", "paper"),
    ),
    Kind.INTEGER: (0, 1, 12, -12, 3_000_000_000, 2**53 + 1),
    Kind.FLOAT: (0.0, 1.0, 2.5, -2.5, 0.125, 1e20),
    Kind.DECIMAL: tuple(map(Decimal, ("0.0000", "1.0000", "12.5000", "1.2345", "99999999.0000"))),
    Kind.BOOLEAN: (True, False),
    Kind.DATE: (_DAY,),
    Kind.DATETIME: (_NOON.replace(hour=0, minute=0), _NOON),
    Kind.TIME: (dt.time(12, 30), dt.time(12, 30, 0, 5)),
    Kind.DURATION: (dt.timedelta(seconds=90), dt.timedelta(days=1, microseconds=5)),
    Kind.UUID: (_UUID,),
    Kind.ADDRESS: ("192.0.2.1", "2001:db8::1"),
    Kind.JSON: (12, 2.5, True, "paper", "2024-05-01", {"a": 1}),
    Kind.BINARY: (b"paper", b"12", b"\xff"),
}

INTRODUCTION = """\
# Conversions

{note}

What becomes of the values of a field whose type changes: the same on SQLite, PostgreSQL and MariaDB. How it is told and what `force`
does stands in [Conversions, explained](../explanation/conversions.md); here is every pair. Types of one kind differ
by their limits only ({kinds}). A relation is converted as the key that it points at.

- **kept**: the same meaning, and it comes back exactly when the change is reverted.
- **told**: what a preview lists as a finding, with its kind and the number of rows. Only `reformatted` does not stop an upgrade.
- **—** is a value without a form in the new type. NULL stays NULL; where the new field must have a value, it is told as `null`.
"""

COLLATIONS = """\
## Collations

A conversion compares text letter by letter: `True` is not `true`, and spaces count, whatever the collation of the column. Uniqueness is
another matter: whether two texts are the same is asked of the database, by the collation of the column, so that what is told as
`duplicate` is what its unique index would refuse.
"""

WHO = """\
## Who converts

The database converts by itself what is kept (**●**; **◐** not on SQLite), where it stands in the usual form: text as the new type would write
it, floats of at most 15 digits. Everything else goes through the function, row by row (**○**), and so does what is lost or written in another
way. **–**: nothing of this kind ever has a form in the other. Keys of relations, and moments where the database does not
keep them in UTC (`USE_TZ`, `TIME_ZONE` of a database), always go through the function.
"""


def conversions_page() -> str:
    """Return the page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    named: dict[str, list[str]] = {}
    for field, kind in (*KINDS.items(), *dict.fromkeys(INTEGERS, Kind.INTEGER).items()):
        named.setdefault(kind, []).append(f"`{field.__name__}`")
    kinds = "; ".join(
        f"{kind}: {', '.join(fields)}" for kind, fields in named.items() if len(fields) > 1
    )
    note = NOTE.format(source="lowcode_async/planning/conversions")
    yield INTRODUCTION.format(note=note, kinds=kinds)
    yield "## How values are written as text\n"
    yield _rules(texts)
    yield "## How values are read\n"
    for module in (numbers, times, others):
        yield _rules(module)
    yield _words()
    yield COLLATIONS
    yield WHO
    yield from _matrix()
    for source in Kind:
        yield from _section(source)


def _rules(module: ModuleType) -> str:
    """Return the list that stands in a module's docstring."""
    text = (inspect.getdoc(module) or "").partition("* ")[2]
    return f"- {text}".replace("\n* ", "\n- ").replace("``", "`") + "\n"


def _words() -> str:
    true, false = (
        ", ".join(f"`{word}`" for word in sorted(words)) for words in (numbers.TRUE, numbers.FALSE)
    )
    return f"Words for true: {true}. Words for false: {false}.\n"


def _matrix() -> Iterator[str]:
    yield "| from ↓ to → | " + " | ".join(kind.value for kind in Kind) + " |"
    yield "|---|" + ":-:|" * len(Kind)
    for source in Kind:
        cells = (_who(source, target) for target in Kind)
        yield f"| **{source.value}** | " + " | ".join(cells) + " |"
    yield ""


def _who(source: Kind, target: Kind) -> str:
    """Return the sign for who converts."""
    outcomes = [outcome for _, outcome in _outcomes(source, target)]
    if all(outcome == Misfit(FindingKind.CLEARED) for outcome in outcomes):
        return "–"
    part = part_of(WIDE[source], SHAPES[target][1])
    if part is None:
        return "○"
    by = [vendor for vendor in VENDORS if part.guard.on(vendor) != NEVER]
    return "●" if len(by) == len(VENDORS) else "◐"


def _section(source: Kind) -> Iterator[str]:
    yield f"## From {source.value}\n"
    yield "| to | kept | told |"
    yield "|---|---|---|"
    for target, (label, _) in SHAPES.items():
        outcomes = list(_outcomes(source, target))
        kept = [_example(source, target, *each) for each in outcomes if isinstance(each[1], Kept)]
        told = [
            _example(source, target, *each) for each in outcomes if isinstance(each[1], Changed)
        ]
        told.extend(_misfits(source, outcomes))
        yield f"| {label} | {_cell(kept)} | {_cell(told)} |"
    yield ""


def _cell(examples: list[str]) -> str:
    """Return the cell of a table."""
    more = ["…"] if len(examples) > MOST else []
    return "<br>".join([*examples[:MOST], *more]) or "—"


def _outcomes(source: Kind, target: Kind) -> Iterator[tuple[Any, Outcome]]:
    convert = Converter(source=WIDE[source], target=SHAPES[target][1], nullable=True)
    for value in VALUES[source]:
        yield value, convert(value)


def _example(source: Kind, target: Kind, value: Any, outcome: Kept | Changed) -> str:
    told = f" {outcome.kind.value}" if isinstance(outcome, Changed) else ""
    return f"{_shown(source, value)} → {_shown(target, outcome.value)}{told}"


def _misfits(source: Kind, outcomes: list[tuple[Any, Outcome]]) -> Iterator[str]:
    for kind in (FindingKind.OUT_OF_RANGE, FindingKind.CLEARED):
        values = [value for value, outcome in outcomes if outcome == Misfit(kind)]
        if values:
            some = ", ".join(_shown(source, value) for value in values[:SHOWN])
            more = " …" if len(values) > SHOWN else ""
            yield f"{some}{more} → — {kind.value}"


def _shown(kind: Kind, value: Any) -> str:
    shown = value_json(WIDE[kind], value)
    quoted = kind in (Kind.TEXT, Kind.JSON) and not isinstance(value, dict)
    text = (
        json.dumps(shown if kind is Kind.TEXT else value, ensure_ascii=False) if quoted else shown
    )
    return f"`{text}`".replace("|", "\\|")
