"""Rows as JSON, the short way: tuples from the database, without an object for each row.

The number of queries depends on what is asked for (one for each many-to-many relation and for each
expanded one), never on how many rows there are.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeAlias

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet

from lowcode_async.data_api.asked import View
from lowcode_async.data_api.columns import Column, Link
from lowcode_async.data_api.reach import Reach, visible
from lowcode_async.data_api.shapes import Shape, shape_of
from lowcode_async.data_api.wire import NOT_FINITE, to_json

Row: TypeAlias = dict[str, Any]

_CHUNK: Final = 2000
"""Rows of an export that are in memory at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Rows of one query."""

    rows: list[Row]
    """As they look."""
    tuples: Sequence[Sequence[Any]]
    """What was read of each."""
    places: Sequence[int]
    """Where in it stands what else was asked for."""

    @property
    def ends(self) -> list[tuple[Any, ...]]:
        """What else was asked for of each."""
        return [self.beside(index) for index in range(len(self.tuples))]

    def beside(self, index: int) -> tuple[Any, ...]:
        """Return what else was asked for of a row."""
        return tuple(self.tuples[index][place] for place in self.places)


def find(reach: Reach, rows: QuerySet[Model], view: View, *, paths: Sequence[str] = ()) -> Found:
    """Return rows as they look: as their model's ``to_dict`` says, or by their fields.

    Args:
        reach: what the request can reach.
        rows: which rows, and in which order.
        view: how they are to look.
        paths: what else is asked for of each row.
    """
    told = reach.published.to_dict
    if told is None:
        selection = Selection(reach, view, paths)
        return selection.told(list(rows.values_list(*selection.selected)), using=rows.db)
    loaded = list(told.loaded(rows, also=paths))
    found = [told(row) for row in loaded]
    if view.names:
        found = [{name: row.get(name) for name in view.names} for row in found]
    others = [told.also(row, paths) for row in loaded]
    return Found(rows=found, tuples=others, places=range(len(paths)))


def stream(reach: Reach, rows: QuerySet[Model], view: View) -> Iterator[Row]:
    """Yield rows as they look, from one query, however many there are."""
    told = reach.published.to_dict
    if told is not None:
        found = (told(row) for row in told.loaded(rows).iterator(chunk_size=_CHUNK))
        if view.names:
            yield from ({name: row.get(name) for name in view.names} for row in found)
        else:
            yield from found
        return
    selection = Selection(reach, view, paths=())
    tuples = rows.values_list(*selection.selected).iterator(chunk_size=_CHUNK)
    while chunk := list(islice(tuples, _CHUNK)):
        yield from selection.told(chunk, using=rows.db).rows


class Selection:
    """What is selected of each row, and how that becomes what is told of it.

    `selected` names the columns, and last of all the `paths` that are asked for beside.
    """

    def __init__(self, reach: Reach, view: View, paths: Sequence[str]) -> None:
        shape = reach.shape
        names = view.names or shape.names
        columns = [shape.columns[name] for name in names if name in shape.columns]
        self._reach = reach
        self._keys = [column.name for column in columns]
        self._links = [shape.links[name] for name in names if name in shape.links]
        self._expanded = [each for each in view.expanded if each.name in names]
        own = [column.attname for column in columns]
        self.selected = list(dict.fromkeys([*own, *(["pk"] if self._links else []), *paths]))
        self._places = [self.selected.index(path) for path in paths]
        numbers = (place for place, each in enumerate(columns) if each.type == "DecimalField")
        self._decimals = [(place, columns[place].name) for place in numbers]

    @property
    def takes_text(self) -> bool:
        """Whether decimal numbers may come as text: nothing else is looked up by what is read."""
        return not self._links and not self._expanded

    def told(self, tuples: Sequence[Sequence[Any]], *, using: str) -> Found:
        """Return what is told of these rows."""
        keys = self._keys
        rows = [dict(zip(keys, row)) for row in tuples]  # noqa: B905 - what follows is no column
        for place, name in self._decimals:
            if not NOT_FINITE.isdisjoint(row[place] for row in tuples):
                for row in rows:
                    if row[name] in NOT_FINITE:
                        row[name] = None
        for link in self._links:
            own = self.selected.index("pk")
            _add_links(link, rows, [row[own] for row in tuples], using=using)
        for relation in self._expanded:
            _expand(self._reach, rows, relation)
        return Found(rows=rows, tuples=tuples, places=self._places)


def _add_links(link: Link, rows: Sequence[Row], keys: Sequence[Any], *, using: str) -> None:
    linked = linked_keys(link, keys, using=using)
    for row, key in zip(rows, keys, strict=True):
        row[link.name] = linked.get(key, [])


def linked_keys(link: Link, keys: Sequence[Any], *, using: str) -> Mapping[Any, list[Any]]:
    """Return the keys of the rows that each of these rows is linked to, in order."""
    between = link.through._base_manager.using(using).filter(**{f"{link.source}__in": keys})
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    pairs = between.values_list(f"{link.source}_id", f"{link.target}_id")
    for source, target in pairs.order_by(f"{link.target}_id"):
        found[source].append(target)
    return found


def _expand(reach: Reach, rows: Iterable[Row], relation: Column | Link) -> None:
    """Put other rows in place of their keys; a key whose row is out of reach stays."""
    rows = list(rows)
    values = [row[relation.name] for row in rows]
    is_link = isinstance(relation, Link)
    keys = {key for value in values for key in (value if is_link else [value]) if key is not None}
    others = _others(reach, relation, list(keys))
    for row, value in zip(rows, values, strict=True):
        if is_link:
            row[relation.name] = [others.get(key, key) for key in value]
        else:
            row[relation.name] = others.get(value, value)


def _others(reach: Reach, relation: Column | Link, keys: Sequence[Any]) -> dict[Any, Row]:
    related = relation.related
    if not keys or related is None:
        return {}
    columns = visible(related)
    names = [column.name for column in columns]
    pointed = shape_of(related).key if isinstance(relation, Link) else _pointed(relation)
    tuples = reach.related(related, pointed, keys).values_list(
        pointed.attname, *(column.attname for column in columns)
    )
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in tuples}


def _pointed(relation: Column) -> Column:
    """Return the column of the other model that a foreign key's values stand in."""
    field: Any = relation.field
    return shape_of(field.related_model).columns[field.target_field.name]


def shown_as(reach: Reach, whole: Row, view: View) -> Row:
    """Return a whole row as a view has it."""
    names = view.names or reach.shape.names
    row = {name: whole[name] for name in names}
    for relation in view.expanded:
        if relation.name in row:
            _expand(reach, [row], relation)
    return row


def row_tag(shape: Shape, whole: Row) -> str:
    """Return what changes whenever the row itself does, whatever of it is shown."""
    return digest(to_json([shape.names, [whole[name] for name in shape.names]]))


def whole_of(shape: Shape, row: Model) -> Row:
    """Return all of a row that has been loaded, as it looks by its fields."""
    whole = {name: column.value_of(row) for name, column in shape.columns.items()}
    using = row._state.db or DEFAULT_DB_ALIAS
    for name, link in shape.links.items():
        whole[name] = linked_keys(link, [row.pk], using=using).get(row.pk, [])
    return whole


def digest(content: bytes) -> str:
    """Return what is equal for equal contents."""
    return hashlib.blake2b(content, digest_size=12).hexdigest()
