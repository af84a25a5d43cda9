"""How text and UUIDs are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.shapes import Shape
from lowcode_async.planning.shortcuts.shortcut import Part
from lowcode_async.planning.shortcuts.sources import Source
from lowcode_async.planning.shortcuts.sql import (
    ALWAYS,
    ITSELF,
    LENGTH,
    SURE,
    Sql,
    containing,
    either,
    matching,
)


def text_from_text(shape: Shape) -> Part:
    """Read text that is not too long."""
    return Part(
        guard=_no_longer(shape),
        expression=ITSELF,
        losses={FindingKind.TRUNCATED: _longer(shape)},
    )


def text_from_other(values: Source, shape: Shape) -> Part:
    """Read what was no text: all of it, or nothing."""
    assert values.text is not None
    fits = _no_longer(shape)
    guard = values.plain if fits == SURE else values.plain.then(fits.of(values.text))
    losses = {FindingKind.OUT_OF_RANGE: values.plain.then(_longer(shape).of(values.text))}
    return Part(guard=guard, expression=values.text, losses=losses)


def uuid_from_text(_: Shape) -> Part:
    """Read UUIDs with dashes, in small letters; in capitals or without dashes they are the same."""
    # A pattern of 36 letters takes PostgreSQL twice as long.
    bare = "replace(@, '-', '')"
    written = replace(
        _dashed("0-9a-f", _GROUPS),
        postgresql="CASE WHEN char_length(@) = 36 AND NOT (@ COLLATE \"C\") ~ '[^0-9a-f-]'"
        f' AND char_length({bare}) = 32 THEN {bare}::uuid::text = (@ COLLATE "C") END',
    )
    other = (
        _dashed("0-9a-fA-F", _GROUPS).then(_taken(15, 20)),
        _dashed("0-9a-fA-F", (32,)).then(_taken(13, 17)),
    )
    return Part(
        guard=written.then(_taken(15, 20)),
        expression=Sql(
            sqlite="replace(@, '-', '')", postgresql="@::uuid", mysql="REPLACE(@, '-', '')"
        ),
        losses={
            FindingKind.REFORMATTED: either(*other),
            FindingKind.CLEARED: containing("G-Zg-z"),
        },
    )


_GROUPS = (8, 4, 4, 4, 12)


def _dashed(letters: str, groups: Sequence[int]) -> Sql:
    """Return the condition that a text is so many letters, with dashes between."""
    return matching(
        "-".join(f"[{letters}]{{{each}}}" for each in groups),
        sqlite=f"@ GLOB '{'-'.join(f'[{letters}]' * each for each in groups)}'",
    )


def _taken(version: int, variant: int) -> Sql:
    """Return the condition that MariaDB's own type takes a UUID; see `conversions.others.read_uuid`.

    Args:
        version: where the letter of the version stands.
        variant: where that of the variant stands.
    """
    mysql = f"(SUBSTR(@, {version}, 1) < '8' OR SUBSTR(@, {variant}, 1) >= '8')"
    return Sql(sqlite=ALWAYS, postgresql=ALWAYS, mysql=mysql)


def _no_longer(shape: Shape) -> Sql:
    if shape.max_length is None:
        return SURE
    return Sql.everywhere(f"@ <= {shape.max_length}").of(LENGTH)


def _longer(shape: Shape) -> Sql:
    if shape.max_length is None:
        return Sql.everywhere("1 = 0")
    return Sql.everywhere(f"@ > {shape.max_length}").of(LENGTH)
