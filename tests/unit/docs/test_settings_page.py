"""The page of settings has all of them."""

from __future__ import annotations

from dataclasses import fields

from lowcode_async import checks, conf
from scripts.reference import settings_page


def test_every_setting_that_is_known_has_a_line() -> None:
    known = {f"LOWCODE_{each.name.upper()}" for each in fields(conf.Settings)}
    lines = [line for line in settings_page().splitlines() if line.startswith("| `LOWCODE_")]
    told = [line.split("`")[1] for line in lines]
    assert sorted(told) == sorted(known | checks._ALSO_SETTINGS)
