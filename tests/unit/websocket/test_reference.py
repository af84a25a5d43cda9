"""The reference of the sockets tells every close code and kind of event."""

from __future__ import annotations

import re
from pathlib import Path

from lowcode_async.upgrades.events import EventKind
from lowcode_async.websocket.sockets import LARGEST_MESSAGE, RECHECK, CloseCode

REFERENCE = (Path(__file__).parents[3] / "docs/reference/websocket.md").read_text()


def test_every_close_code_stands_there() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d{4}) \| ", REFERENCE, re.MULTILINE)}
    assert told == set(CloseCode)


def test_every_kind_stands_there() -> None:
    assert all(f"`{kind}`" in REFERENCE for kind in EventKind)


def test_the_numbers_are_right() -> None:
    assert f"Every {RECHECK:.0f} seconds" in REFERENCE
    assert f"more than {LARGEST_MESSAGE} characters" in REFERENCE
