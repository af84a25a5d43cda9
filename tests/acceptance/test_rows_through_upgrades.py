"""Rows are read and written while their model changes under them, again and again."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.acceptance.processes import SiteProcess
from tests.acceptance.row_clients import RowLoad
from tests.acceptance.site import Mode, Site, StartSite, procfile
from tests.servers.base import free_port

NAME = {"name": "name", "type": "CharField", "max_length": 100, "unique": True}
COUNTS: list[dict[str, Any]] = [
    {"type": "IntegerField"},
    {"type": "BigIntegerField"},
    {"type": "FloatField"},
    {"type": "DecimalField", "max_digits": 12, "decimal_places": 2},
]
NOTE = {"type": "CharField", "max_length": 20, "default": "", "blank": True}

UPGRADES = int(os.environ.get("UPGRADES", "0"))
"""How many upgrades in a row; 0 for a few. Twenty take minutes."""
RUNS = [
    ("postgresql", "reload", UPGRADES or 4),
    ("postgresql", "reexec", UPGRADES or 1),
    ("mysql", "reload", UPGRADES or 2),
]


def structures() -> list[list[dict[str, Any]]]:
    """Return what the model is changed to: convert, add, rename, remove, and round again."""
    found = []
    for turn in range(5):
        kind = {"name": "count", **COUNTS[turn % len(COUNTS)]}
        following = {"name": "count", **COUNTS[(turn + 1) % len(COUNTS)]}
        note = {"name": f"note{turn}", **NOTE}
        renamed = {"name": f"remark{turn}", **NOTE}
        found += [
            [NAME, kind, note],
            [NAME, kind, {**renamed, "renamed_from": note["name"]}],
            [NAME, following, renamed],
            [NAME, following],
        ]
    return found


def second_web(site: Site) -> str:
    """Start another web process beside the site's own, and return its address."""
    port = free_port()
    environment = {**site.environment, "PORT": str(port)}
    web = SiteProcess(procfile()["web"], environment=environment, log=site.folder / "web2.log")
    site.processes["web2"] = web
    web.wait_for_output(str(port))
    return f"http://127.0.0.1:{port}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("engine", "strategy", "upgrades"), RUNS)
def test_no_request_fails_and_no_write_is_lost_through_upgrades(
    start_site: StartSite, engine: str, strategy: str, upgrades: int
) -> None:
    site = start_site(engine, Mode.DISTRIBUTED, RESTART_STRATEGY=strategy)
    other = second_web(site)
    made = site.wait_for_end(site.post("Load", [NAME, {"name": "count", **COUNTS[0]}]))
    assert made["status"] == "success", made
    load = RowLoad([site.base_url, other], model="Load", token=site.token)
    with load.running():
        for number, fields in enumerate(structures()[:upgrades]):
            ended = site.wait_for_end(site.post("Load", fields, no_backup=number % 5 > 0))
            assert ended["status"] == "success", ended
            assert not load.failures
    print(f"answered {dict(load.answered)}; 503: {load.waited}; slowest {load.slowest:.2f} s")
    assert load.failures == []
    counted = site.query("SELECT id, count FROM dynamic_load WHERE name LIKE 'counter%'")
    assert {key: int(float(count)) for key, count in counted} == load.promised
    assert len(load.promised) == 4
    rows = {name for (name,) in site.query("SELECT name FROM dynamic_load")}
    assert rows - {f"counter {each}" for each in range(4)} == load.made - load.deleted
