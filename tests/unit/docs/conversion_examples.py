"""The examples in docs/explanation/conversions.md, and what the conversions make of them.

A row of a table there is ``| `old type` | `new type` | `value` | `becomes` | told as |``; values are
written as text, strings and JSON in double quotes or not as in JSON.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models

from lowcode_async.planning.conversions import Changed, Converter, Kept, Misfit
from lowcode_async.planning.conversions.texts import text_of
from lowcode_async.planning.shapes import Kind, Shape, shape_of

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "conversions.md"
TEXT = Shape(kind=Kind.TEXT)
_ROW = re.compile(r"^\| `(\w+Field.*?)` \| `(\w+Field.*?)` \| `(.*?)` \| (.*?) \| (.*?) \|$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One row."""

    old: str
    new: str
    value: str
    becomes: str
    told: str
    line: int


def examples() -> Iterator[Example]:
    """Yield the rows of the page."""
    for number, line in enumerate(PAGE.read_text().splitlines(), start=1):
        if found := _ROW.match(line):
            old, new, value, becomes, told = (each.strip("`") for each in found.groups())
            yield Example(
                old=old, new=new, value=value, becomes=becomes, told=told.strip(), line=number
            )


def outcome_of(example: Example) -> tuple[str, str]:
    """Return what the value becomes, and what a finding would call it; "kept" if there is none."""
    source, target = _shape(example.old), _shape(example.new)
    assert source is not None
    assert target is not None
    value = example.value
    given: Any = ast.literal_eval(value) if source.kind is Kind.TEXT else _read(value, source)
    match Converter(source=source, target=target, nullable=True)(given):
        case Kept(found):
            return _written(target, found), "kept"
        case Changed(kind, found):
            return _written(target, found), kind.value
        case Misfit(kind):
            return "—", kind.value


def _shape(words: str) -> Shape | None:
    """Return the shape of ``CharField(5)``, ``DecimalField(8, 2)``, ``DateField``."""
    name, _, given = words.rstrip(")").partition("(")
    numbers = [int(each) for each in given.split(",") if each.strip()]
    options = dict(zip(_OPTIONS.get(name, ()), numbers, strict=True))
    return shape_of(getattr(models, name)(**options))


_OPTIONS = {"CharField": ("max_length",), "DecimalField": ("max_digits", "decimal_places")}


def _read(text: str, shape: Shape) -> Any:
    """Return the value of a kind that is written so."""
    outcome = Converter(source=TEXT, target=shape, nullable=True)(text)
    assert not isinstance(outcome, Misfit)
    return outcome.value


def _written(shape: Shape, value: Any) -> str:
    text = text_of(shape.kind, value)
    return repr(text).replace("'", '"') if shape.kind is Kind.TEXT else str(text)
