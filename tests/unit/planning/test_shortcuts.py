"""What databases convert by themselves: how it is composed, and which pairs of kinds it reaches."""

from __future__ import annotations

import pytest

from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.shapes import Kind, Shape
from lowcode_async.planning.shortcuts import Verdict, part_of
from lowcode_async.planning.shortcuts.sql import ALWAYS, NEVER, SURE, Sql, either

VENDORS = ("sqlite", "postgresql", "mysql")
TEXT = Shape(kind=Kind.TEXT, max_length=20)
SHAPES = {
    Kind.TEXT: Shape(kind=Kind.TEXT, max_length=10),
    Kind.INTEGER: Shape(kind=Kind.INTEGER, low=-(2**31), high=2**31 - 1, widest=2**31 - 1),
    Kind.DECIMAL: Shape(kind=Kind.DECIMAL, max_digits=8, decimal_places=2),
}


def shape(kind: Kind) -> Shape:
    return SHAPES.get(kind, Shape(kind=kind))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        *((TEXT, kind) for kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.BOOLEAN)),
        *((TEXT, kind) for kind in (Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.UUID, Kind.TEXT)),
        *((kind, Kind.TEXT) for kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.BOOLEAN)),
        *((kind, Kind.TEXT) for kind in (Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.UUID)),
        *(
            (
                Shape(kind=Kind.INTEGER, low=-(2**63), high=2**63 - 1, widest=2**63 - 1),
                Kind.INTEGER,
            ),
        ),
        *((Kind.INTEGER, kind) for kind in (Kind.DECIMAL, Kind.FLOAT, Kind.BOOLEAN)),
        *((Kind.FLOAT, kind) for kind in (Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN)),
        *((Kind.DECIMAL, kind) for kind in (Kind.INTEGER, Kind.FLOAT, Kind.BOOLEAN)),
        *((Kind.BOOLEAN, kind) for kind in (Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL)),
        (Shape(kind=Kind.DECIMAL, max_digits=12, decimal_places=4), Kind.DECIMAL),
        (Kind.DATE, Kind.DATETIME),
        (Kind.DATETIME, Kind.DATE),
    ],
)
def test_every_database_converts_the_usual_pairs(source: Shape | Kind, target: Kind) -> None:
    part = part_of(shape(source) if isinstance(source, Kind) else source, shape(target))
    assert part is not None
    assert not {part.guard.on(each) for each in VENDORS} & {NEVER, ALWAYS}


@pytest.mark.parametrize("target", [Kind.JSON, Kind.BINARY, Kind.ADDRESS, Kind.DURATION])
def test_what_has_no_form_in_sql_is_left_to_the_function(target: Kind) -> None:
    assert part_of(TEXT, shape(target)) is None


def test_floats_of_more_places_are_not_trusted_on_sqlite() -> None:
    fine = Shape(kind=Kind.DECIMAL, max_digits=12, decimal_places=6)
    part = part_of(fine, Shape(kind=Kind.FLOAT))
    assert part is not None
    assert part.guard.sqlite == NEVER
    assert NEVER not in (part.guard.postgresql, part.guard.mysql)


def test_every_loss_has_a_verdict() -> None:
    losses = {
        kind
        for source in Kind
        for target in Kind
        if (part := part_of(shape(source), shape(target))) is not None
        for kind in part.losses
    }
    assert losses <= {FindingKind[each.name] for each in Verdict if each > Verdict.KEPT}


def test_a_condition_that_needs_another_one_is_looked_at_after_it() -> None:
    first, second = Sql.everywhere("@ > 0"), Sql.everywhere("1 / @ > 0")
    assert first.then(second).sqlite == "CASE WHEN @ > 0 THEN 1 / @ > 0 END"
    assert SURE.then(second) == second
    assert first.then(SURE) == first
    assert first.then(Sql.everywhere(NEVER)) == Sql.everywhere(NEVER)


def test_pieces_are_put_into_one_another_in_brackets() -> None:
    assert Sql.everywhere("abs(@)").of(Sql.everywhere("@ + 1")).mysql == "abs((@ + 1))"
    assert either(SURE, Sql.everywhere("@ > 0")).postgresql == "(1 = 1) OR (@ > 0)"
