"""Export rows as CSV or JSON Lines: complete, from one moment, in constant memory.

The rows go into a temporary file first, in one statement's view of the table, and from there to the
client: so a slow client holds no lock that an upgrade would wait for, and an export that an upgrade
overtakes begins again before its first byte is sent.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import chain
from typing import IO, Any, Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import router, transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request

from lowcode_async.data_api import moving
from lowcode_async.data_api.asked import Asked
from lowcode_async.data_api.base import DataView, plain
from lowcode_async.data_api.formats import FORMATS, format_of
from lowcode_async.data_api.parameters import read_list
from lowcode_async.data_api.reach import Reach
from lowcode_async.data_api.reading import Row, stream
from lowcode_async.data_api.wire import to_json, to_text
from lowcode_async.runtime import Published

_PIECE: Final = 256 * 1024
_OTHERS: Final = frozenset({"format"})


class Export(DataView):
    """GET: all rows that the filters leave, as a file."""

    http_method_names = ["get"]

    def get(self, request: Request, name: str) -> HttpResponseBase:
        """Answer the file."""

        def work(published: Published) -> HttpResponseBase:
            form = format_of(request.query_params.get("format"))
            asked = read_list(plain(request), published, paged=False, others=_OTHERS)
            with transaction.atomic(using=router.db_for_read(published.model)):
                file = _written(asked, form)
            return _answer(plain(request), file, f"{name}.{form}", FORMATS[form])

        return moving.read(name, work)


def _written(asked: Asked, form: str) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    rows = asked.reach.rows().filter(asked.condition)
    ordered = rows.order_by(*(key.spelled for key in asked.order))
    found = stream(asked.reach, ordered, asked.view)
    names = asked.view.names or asked.reach.shape.names
    if form == "csv":
        _write_csv(file, found, names, asked.reach)
    else:
        file.writelines(to_json(row) + b"\n" for row in found)
    return file


def _write_csv(file: IO[bytes], rows: Iterator[Row], names: Sequence[str], reach: Reach) -> None:
    """Write rows under a line of names: those of the first row, which `to_dict` may have chosen."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    first = next(rows, None)
    names = list(names if first is None else first)
    columns = reach.shape.columns
    raw = {name for name in names if name in columns and columns[name].type == "JSONField"}
    writer.writerow(names)
    for row in chain([] if first is None else [first], rows):
        writer.writerow([_cell(row.get(name), raw=name in raw) for name in names])
    text.detach()


def _cell(value: Any, *, raw: bool) -> str:
    """Return a value as it stands in a cell; JSON keeps its quotes, so that ``"1"`` is not ``1``."""
    return to_json(value).decode() if raw and value is not None else to_text(value)


def _answer(request: Any, file: IO[bytes], name: str, content_type: str) -> HttpResponseBase:
    size = file.tell()
    file.seek(0)
    is_async = isinstance(request, ASGIRequest)
    response = StreamingHttpResponse(
        _apieces(file) if is_async else _pieces(file), content_type=content_type
    )
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


async def _apieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := await sync_to_async(file.read)(_PIECE):
            yield piece
