"""The examples on the page of conversions are what the conversions make of them."""

from __future__ import annotations

import pytest

from lowcode_async.planning.findings import FindingKind
from tests.unit.docs.conversion_examples import PAGE, Example, examples, outcome_of

EXAMPLES = list(examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"line{each.line}" for each in EXAMPLES])
def test_example_is_what_becomes_of_the_value(example: Example) -> None:
    assert outcome_of(example) == (example.becomes, example.told)


def test_every_row_that_looks_like_an_example_is_one() -> None:
    rows = [
        line for line in PAGE.read_text().splitlines() if line.startswith(("| `Char", "| `Int"))
    ]
    assert len(EXAMPLES) > 50
    assert len([each for each in EXAMPLES if each.old.startswith(("Char", "Int"))]) == len(rows)


def test_every_kind_of_finding_is_told() -> None:
    page = PAGE.read_text()
    assert [kind for kind in FindingKind if f"`{kind.value}`" not in page] == []
