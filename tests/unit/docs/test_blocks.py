"""Whatever the tutorial and the recipes tell people to type or to write is run by the tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.acceptance.tours import blocks_of

DOCS = Path(__file__).parents[3] / "docs"
PAGES = [*sorted((DOCS / "tutorial").glob("*.md")), *sorted((DOCS / "how-to").glob("*.md"))]
IDS = [str(each.relative_to(DOCS)) for each in PAGES]
FENCE = re.compile(r"^[ \t]*```(?:bash|sh|python)\b.*$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_block_of_bash_and_python_is_run(page: Path) -> None:
    run = [each for each in blocks_of(page) if each.language in ("bash", "python")]
    assert len(run) == len(FENCE.findall(page.read_text()))


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_title_means_something_to_the_tours(page: Path) -> None:
    known = {
        ("bash", "tour"), ("json", "answer"), ("python", "shell"), ("text", "output"),
        ("console", "tour"), ("console", "serve"), ("javascript", "browser"),
    }  # fmt: skip
    strange = [
        (each.line, each.language, each.title)
        for each in blocks_of(page)
        if (each.language, each.title) not in known
        and not (each.language == "python" and each.title.endswith(".py"))
    ]
    assert strange == []
