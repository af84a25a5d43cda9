"""The page of errors has every code once."""

from __future__ import annotations

import re

from lowcode_async.sentences import SENTENCES
from scripts.errors_reference import errors_page


def test_every_code_has_a_line() -> None:
    told = re.findall(r"^\| `(\w[\w.]*)` \|", errors_page(), re.MULTILINE)
    assert sorted(told) == sorted(SENTENCES)
