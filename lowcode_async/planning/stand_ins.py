"""Values that mean nothing, and stand where a column must not be empty for a while."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from lowcode_async.planning.shapes import Kind, shape_of

_VALUES: Final[Mapping[Kind, Any]] = {
    Kind.TEXT: "",
    Kind.INTEGER: 0,
    Kind.FLOAT: 0.0,
    Kind.DECIMAL: Decimal(0),
    Kind.BOOLEAN: False,
    Kind.DATE: dt.date(2000, 1, 1),
    Kind.DATETIME: dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
    Kind.TIME: dt.time(0),
    Kind.DURATION: dt.timedelta(0),
    Kind.UUID: uuid.UUID(int=0),
    Kind.JSON: 0,
    Kind.BINARY: b"",
    Kind.ADDRESS: "0.0.0.0",  # noqa: S104 - a value like any other
}


def stand_in(field: Any) -> Any:
    """Return such a value for the column of a field; None if there is none."""
    shape = shape_of(field)
    return None if shape is None else _VALUES[shape.kind]
