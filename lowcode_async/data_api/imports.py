"""Import rows from CSV or JSON Lines: all of them, or none and every bad line."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Final

import orjson
from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request

from lowcode_async import conf
from lowcode_async.data_api import moving
from lowcode_async.data_api.asked import Asked
from lowcode_async.data_api.base import DataView, answer, plain
from lowcode_async.data_api.bodies import read_new
from lowcode_async.data_api.columns import Column
from lowcode_async.data_api.formats import format_of_content
from lowcode_async.data_api.many import Draft, insert, problems_of_many
from lowcode_async.data_api.parameters import read_row
from lowcode_async.data_api.texts import to_json_value, to_list
from lowcode_async.data_api.wire import to_json
from lowcode_async.data_api.writing import Writer
from lowcode_async.definitions.constants.base import ConstantInvalid
from lowcode_async.errors import Problem
from lowcode_async.rest.answers import told_of
from lowcode_async.rest.errors import BodyTooLarge, RequestInvalid, WrongContentType
from lowcode_async.runtime import Published
from lowcode_async.sentences import JSON

_PIECE: Final = 256 * 1024
CHUNK: Final = 1000
"""Rows that are checked and inserted together."""
_TOLD: Final = 1000
"""Problems after which no more are looked for."""
_FLAGS: Final = frozenset({"dry_run"})
_OTHERS: Final = frozenset({"skip"})


@dataclass(slots=True, kw_only=True)
class Report:
    """What an import has come to."""

    rows: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def bad(self) -> set[str]:
        """The lines that have problems."""
        return {each.pointer.split("/")[1] for each in self.problems if each.pointer}


class _DryRun(Exception):
    """Takes back what a dry run has inserted."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


class Import(DataView):
    """POST: insert the rows of a file."""

    http_method_names = ["post"]

    def post(self, request: Request, name: str) -> HttpResponseBase:
        """Answer how many rows came in; 400 with every bad line if there is one.

        With ``dry_run`` nothing stays, and the answer is 200 in any case.
        """
        form = format_of_content(request.content_type or "")
        if form is None:
            raise WrongContentType(content_type=str(request.content_type)[:100])
        file = _received(plain(request))

        def work(published: Published) -> Report:
            asked = read_row(plain(request), published, flags=_FLAGS, others=_OTHERS, viewed=False)
            file.seek(0)
            importing = _Importing(asked, self.writer(asked), skipped=_skipped(request))
            report = importing.carry_out(_lines(file, form, importing))
            if "dry_run" in asked.flags:
                raise _DryRun(report)
            if report.problems:
                raise RequestInvalid(report.problems)
            return report

        with file:
            try:
                done, dry_run = moving.write(name, work), False
            except _DryRun as ended:
                done, dry_run = ended.report, True
        return answer(request, to_json(_described(done, dry_run=dry_run)))


def _described(report: Report, *, dry_run: bool) -> JSON:
    return {
        "dry_run": dry_run,
        "rows": report.rows,
        "created": 0 if dry_run else report.rows,
        "bad": len(report.bad),
        "errors": [told_of(each) for each in report.problems],
    }


def _skipped(request: Request) -> frozenset[str]:
    return frozenset(to_list(request.query_params.get("skip", "")))


def _received(request: HttpRequest) -> IO[bytes]:
    """Return the body as a file, which can be read again.

    Raises:
        BodyTooLarge: it has more than `data_max_import_bytes`.
    """
    limit = conf.current().data_max_import_bytes
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    while piece := request.read(_PIECE):
        file.write(piece)
        if file.tell() > limit:
            file.close()
            raise BodyTooLarge(limit=limit)
    return file


class _Importing:
    """Inserts the rows of one file, and collects what is wrong with them."""

    def __init__(self, asked: Asked, writer: Writer, *, skipped: frozenset[str]) -> None:
        self.reach = asked.reach
        self.report = Report()
        self._writer = writer
        self._skipped = skipped

    def carry_out(self, lines: Iterator[tuple[int, JSON]]) -> Report:
        """Insert what stands in these lines; what is good in them if some are bad."""
        for chunk in iter(lambda: list(islice(lines, CHUNK)), []):
            self.report.rows += len(chunk)
            drafts = [self._draft(number, body) for number, body in chunk]
            self.report.problems += problems_of_many(self.reach, drafts)
            bad = self.report.bad
            good = [each for each in drafts if each.pointer[1:] not in bad]
            self.report.problems += insert(self._writer, good)
            if len(self.report.problems) >= _TOLD:
                break
        del self.report.problems[_TOLD:]
        return self.report

    def add(self, number: int, code: str, **params: JSON) -> None:
        """Note a problem of a whole line."""
        params = {"line": number, **params}
        self.report.problems.append(Problem(pointer=f"/{number}", code=code, params=params))

    def without_skipped(self, body: dict[str, JSON]) -> dict[str, JSON]:
        """Leave out what is to be skipped."""
        return {name: value for name, value in body.items() if name not in self._skipped}

    def _draft(self, number: int, body: JSON) -> Draft:
        pointer = f"/{number}"
        values = read_new(self.reach, body, pointer=pointer)
        return Draft(row=self._writer.new(values), values=values, pointer=pointer)


def _lines(file: IO[bytes], form: str, importing: _Importing) -> Iterator[tuple[int, JSON]]:
    """Yield the bodies that stand in a file, each with the number of its line."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield from (_of_csv if form == "csv" else _of_json_lines)(text, importing)
    except UnicodeDecodeError as error:
        importing.report.problems.append(
            Problem(pointer="", code="body_not_utf8", params={"byte": error.start})
        )
    finally:
        text.detach()


def _of_json_lines(text: IO[str], importing: _Importing) -> Iterator[tuple[int, JSON]]:
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        try:
            body = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            importing.report.rows += 1
            importing.add(number, "import_line_not_json", column=error.colno)
            continue
        yield number, importing.without_skipped(body) if isinstance(body, dict) else body


def _of_csv(text: IO[str], importing: _Importing) -> Iterator[tuple[int, JSON]]:
    # Python's limit, which is the whole process's, is less than what a row may hold and an export has.
    csv.field_size_limit(max(csv.field_size_limit(), conf.current().data_max_import_bytes))
    reader = csv.reader(text, strict=True)
    try:
        names = next(reader, None)
        if names is None:
            return
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(names):
                importing.report.rows += 1
                params = {"count": len(cells), "expected": len(names)}
                importing.add(reader.line_num, "import_cells", **params)
                continue
            body = importing.without_skipped(dict(zip(names, cells, strict=True)))
            yield reader.line_num, dict(_cells(importing, body))
    except csv.Error as error:
        importing.add(reader.line_num, "import_line_not_csv", detail=str(error))


def _cells(importing: _Importing, body: dict[str, str]) -> Iterator[tuple[str, JSON]]:
    """Yield the JSON values that cells stand for; an empty one is NULL, or left out."""
    shape = importing.reach.shape
    for name, text in body.items():
        column = shape.columns.get(name)
        if name in shape.links:
            yield name, _parsed(text or "[]")
        elif column is None or text:
            yield name, text if column is None else _value(column, text)
        elif column.field.null:
            yield name, None
        elif column.field.empty_strings_allowed:
            yield name, ""


def _value(column: Column, text: str) -> JSON:
    """Return what a cell stands for; itself, which will be refused, if it stands for nothing."""
    try:
        return to_json_value(column, text)
    except ConstantInvalid:
        return text


def _parsed(text: str) -> JSON:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
