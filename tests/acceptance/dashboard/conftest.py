"""People with browsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.acceptance.browsing import Visit, Visitor
from tests.acceptance.site import Site


@pytest.fixture(autouse=True)
def queries_beside_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tests ask the database: the browser's driver has an event loop in their thread."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Let somebody look at a site: ``visit(site, language="en-GB")``."""
    visitors: list[Visitor] = []

    def begin(site: Site, **options: object) -> Visitor:
        visitors.append(Visitor(browser, site, **options))  # type: ignore[arg-type]
        return visitors[-1]

    yield begin
    for each in visitors:
        each.context.close()
