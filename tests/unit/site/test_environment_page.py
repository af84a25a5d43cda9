"""The reference of the environment tells every variable that the site reads, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_page_tells_what_the_site_reads() -> None:
    settings = (ROOT / "asgi_site/settings.py").read_text()
    commands = (ROOT / "lowcode_async/management/commands/lowcode_serve.py").read_text()
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', settings))
    read |= set(re.findall(r'environ\.get\("([A-Z_]+)"', commands))
    page = (ROOT / "docs/reference/environment.md").read_text()
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)) == read


def test_guide_shows_the_procfile_as_it_is() -> None:
    guide = (ROOT / "docs/how-to/deploy.md").read_text()
    for line in (ROOT / "Procfile").read_text().splitlines():
        assert line.split(" && ")[0] in guide
