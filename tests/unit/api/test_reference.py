"""The reference of the HTTP API tells every code and status."""

from __future__ import annotations

import re
from pathlib import Path

from lowcode_async.api import queries, requests
from lowcode_async.api.urls import urlpatterns
from lowcode_async.rest import answers, bodies
from lowcode_async.rest.openapi.refusals import SAMPLES
from lowcode_async.sentences import SENTENCES

REFERENCE = (Path(__file__).parents[3] / "docs/reference/http-api.md").read_text()
ROWS = {tuple(row) for row in re.findall(r"^\| (\d{3}) \| `(\w+)` \|", REFERENCE, re.MULTILINE)}


def test_every_error_stands_there_with_its_status() -> None:
    expected = {(str(int(status)), SAMPLES[kind].code) for kind, status in answers.STATUS.items()}
    assert expected == ROWS


def test_every_problem_of_shape_stands_there() -> None:
    source = Path(bodies.__file__).read_text() + Path(requests.__file__).read_text()
    source += Path(queries.__file__).read_text()
    used = set(re.findall(r'(?:code=|_problem\()"(\w+)"', source)) | {*requests._PROBLEMS.values()}
    used.add("flag_not_boolean")
    assert used <= set(SENTENCES)
    table = REFERENCE.partition("Of a body's shape")[2]
    assert used == set(re.findall(r"^\| `(\w+)` \| ", table, re.MULTILINE)) - {"code"}


def test_every_path_stands_there() -> None:
    told = set(re.findall(r"^\| (?:GET|POST|DELETE) \| `([^`]+)` \|", REFERENCE, re.MULTILINE))
    assert told == {
        re.sub(r"<str:(\w+)>", r"{\1}", str(each.pattern))
        for each in urlpatterns
        if str(each.pattern) and not str(each.pattern).startswith("data/")
    }
