"""The reference of the API over rows tells every path and every answer."""

from __future__ import annotations

import re
from pathlib import Path

from lowcode_async.data_api import errors
from lowcode_async.data_api.urls import urlpatterns
from lowcode_async.rest.errors import AnsweredError

REFERENCE = (Path(__file__).parents[3] / "docs/reference/data-api.md").read_text()


def test_every_path_stands_there() -> None:
    rows = re.findall(r"^\| ([A-Z]+) \| `(data/[^`]+)` \|", REFERENCE, re.MULTILINE)
    served = {
        (method.upper(), re.sub(r"<str:(\w+)>", r"{\1}", str(each.pattern)))
        for each in urlpatterns
        for method in each.callback.view_class.http_method_names  # type: ignore[union-attr]
        if method != "head"
    }
    assert set(rows) == served


def test_every_answer_stands_there() -> None:
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", REFERENCE, re.MULTILINE)
    source = Path(errors.__file__).read_text()
    codes = re.findall(r'super\(\).__init__\(\s*"(\w+)"', source)
    statuses = [
        each.status
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, AnsweredError) and each is not AnsweredError
    ]
    assert sorted(map(tuple, rows)) == sorted(
        (str(int(status)), code) for status, code in zip(statuses, codes, strict=True)
    )
