"""From a body to the values of a row: every key is understood, or told to be wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import connections, router
from django.db.models import Model

from lowcode_async.data_api.columns import Column, Link, wrong_value
from lowcode_async.data_api.history import field_unknown
from lowcode_async.data_api.reach import Reach
from lowcode_async.definitions.constants.base import ConstantInvalid
from lowcode_async.definitions.kinds import encodable
from lowcode_async.errors import Problem
from lowcode_async.planning.converting import SQLITE_DIGITS, is_exact_on_sqlite
from lowcode_async.sentences import JSON

FOLLOWING: Final = frozenset({"update_time", "update_user"})
"""Reserved fields that every change changes: what a client read of them is out of date by nature."""


@dataclass(slots=True, kw_only=True)
class Values:
    """What a body says of one row."""

    columns: dict[str, Any] = field(default_factory=dict)
    """Values by the column's name."""
    links: dict[str, list[Any]] = field(default_factory=dict)
    """Keys of the other rows by the relation's name."""
    problems: list[Problem] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)
    """Names of the fields that have problems."""

    def add(self, pointer: str, name: str, code: str, params: Mapping[str, JSON]) -> None:
        """Note a problem of a field."""
        self.wrong.add(name)
        at = f"{pointer}/{escaped(name)}"
        self.problems.append(Problem(pointer=at, code=code, params=params))

    def refuse(self, pointer: str, name: str, error: ConstantInvalid) -> None:
        """Note a value that is none of its field's type."""
        self.wrong.add(name)
        at = f"{pointer}/{escaped(name)}"
        self.problems.append(wrong_value(error, field=name, pointer=at))


def escaped(name: str) -> str:
    """Return a name as it stands in a JSON pointer."""
    return encodable(name).replace("~", "~0").replace("/", "~1")


def read_new(reach: Reach, body: JSON, *, pointer: str = "") -> Values:
    """Read the body of a new row."""
    values = _read(reach, body, None, pointer)
    if isinstance(body, dict):
        _require(reach, values, body, pointer)
    return values


def read_changes(reach: Reach, body: JSON, row: Model, *, pointer: str = "") -> Values:
    """Read the body of a change, which names what is to be changed."""
    return _read(reach, body, row, pointer)


def read_replacement(reach: Reach, body: JSON, row: Model, *, pointer: str = "") -> Values:
    """Read the body that takes a row's place: what it leaves out gets its default."""
    values = _read(reach, body, row, pointer)
    if isinstance(body, dict):
        _require(reach, values, body, pointer)
        for column in writable(reach):
            if column.name not in body and column.optional:
                values.columns[column.name] = column.field.get_default()
        for link in reach.shape.links.values():
            if link.writable and link.name not in body:
                values.links[link.name] = []
    return values


def writable(reach: Reach) -> Iterable[Column]:
    """Yield the columns that a client may set, the key of a new row among them."""
    for column in reach.shape.columns.values():
        if column.name not in reach.shape.reserved and not column.read_only:
            yield column


def _require(reach: Reach, values: Values, body: Collection[str], pointer: str) -> None:
    for column in writable(reach):
        if column.name not in body and not column.optional:
            values.add(pointer, column.name, "field_missing", {"field": column.name})


def _read(reach: Reach, body: JSON, row: Model | None, pointer: str) -> Values:
    values = Values()
    if not isinstance(body, dict):
        values.problems.append(Problem(pointer=pointer, code="body_not_an_object"))
        values.wrong.update(reach.shape.columns)
        return values
    for name, value in body.items():
        found = reach.shape.columns.get(name) or reach.shape.links.get(name)
        if found is None:
            at = f"{pointer}/{escaped(name)}"
            values.problems.append(field_unknown(reach.published, name, pointer=at))
        elif isinstance(found, Link):
            _read_link(values, found, value, pointer)
        elif name in reach.shape.reserved or found.read_only or (row and found is reach.shape.key):
            _read_fixed(reach, values, found, value, row, pointer)
        else:
            _read_column(reach, values, found, value, pointer)
    return values


def _read_column(reach: Reach, values: Values, column: Column, value: JSON, pointer: str) -> None:
    if value is None and not column.field.null:
        values.add(pointer, column.name, "field_null", {"field": column.name})
        return
    try:
        read = values.columns[column.name] = column.read(value)
        if isinstance(read, Decimal):
            _keep_all_digits(reach, read)
    except ConstantInvalid as error:
        values.refuse(pointer, column.name, error)
    except ValidationError as error:
        detail = " ".join(error.messages)
        values.add(pointer, column.name, "field_invalid", {"field": column.name, "detail": detail})


def _keep_all_digits(reach: Reach, value: Decimal) -> None:
    """Refuse a decimal that SQLite would round without a word.

    Raises:
        ConstantInvalid: it has more digits than the database holds.
    """
    if connections[router.db_for_write(reach.model)].vendor != "sqlite":
        return
    if not is_exact_on_sqlite(value):
        raise ConstantInvalid("value_not_exact", value=format(value, "f"), digits=SQLITE_DIGITS)


def _read_link(values: Values, link: Link, value: JSON, pointer: str) -> None:
    if not link.writable:
        values.add(pointer, link.name, "field_read_only", {"field": link.name})
        return
    try:
        values.links[link.name] = link.read(value)
    except ConstantInvalid as error:
        values.refuse(pointer, link.name, error)


def _read_fixed(
    reach: Reach, values: Values, column: Column, value: JSON, row: Model | None, pointer: str
) -> None:
    """Let pass what a client sends back as it read it; refuse to set what is not its to set."""
    name = column.name
    if row is not None and (name in FOLLOWING or _same(column, value, row)):
        return
    reserved = name in reach.shape.reserved
    values.add(pointer, name, "field_reserved" if reserved else "field_read_only", {"field": name})


def _same(column: Column, value: JSON, row: Model) -> bool:
    try:
        return bool(column.read(value) == column.value_of(row))
    except (ConstantInvalid, ValidationError):
        return False
