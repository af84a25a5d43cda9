"""What is shown of a long log beside a failure."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.excerpts import LAST, excerpt

LINE = "2026-01-02 10:00:14,262 INFO    lowcode_async.access GET / 200"
TROUBLE = """\
2026-01-02 10:00:14,266 ERROR   lowcode_async.upgrades.runner stage broke
Traceback (most recent call last):
  File "somewhere.py", line 1, in it
ValueError: why
"""


def test_a_short_log_is_shown_whole(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("first\n" + TROUBLE)
    assert excerpt(log) == ("first\n" + TROUBLE).rstrip()


def test_of_a_long_log_troubles_and_the_end_are_shown(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    before = f"{LINE} before\n{TROUBLE}"
    log.write_text(before + before + f"{LINE}\n" * 5 * LAST)
    first, *_, last = TROUBLE.splitlines()
    assert excerpt(log, after=len(before)).splitlines() == [first, last, "…", *[LINE] * LAST]


def test_of_a_flood_of_troubles_the_last_are_shown(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("".join(f"{LINE} WARNING {number}\n" for number in range(1000)))
    shown = excerpt(log).splitlines()
    assert len(shown) < 2 * LAST
    assert shown[-1].endswith("999")
