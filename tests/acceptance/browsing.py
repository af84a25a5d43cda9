"""A browser, and somebody who looks at the dashboard with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from lowcode_async.dashboard.page import BUILT
from tests.acceptance.processes import ROOT
from tests.acceptance.site import STAFF_PASSWORD, Mode, Site
from tests.servers.base import ServiceMissing

ARGUMENTS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
)  # fmt: skip
AXE: Final = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
WAIT_MS: Final = 60_000
"""For whatever should happen on a page."""
STAGES: Final = ("validate", "backup", "migrate", "restart")
LOOKS: Final = tuple((theme, width) for theme in ("light", "dark") for width in (1440, 375))
"""Themes, and widths of a window, in which every page has to be in order."""
_IN_ORDER: Final = """async () => {
  // Colors change, everything finds its place, and what comes into sight by that is drawn.
  const moves = () =>
    document.querySelector("[class*='-enter-'], [class*='-leave-']") !== null ||
    document.getAnimations().some((each) => Number.isFinite(each.effect.getComputedTiming().endTime));
  for (let still = 0; still < 4; still = moves() ? 0 : still + 1) {
    await new Promise(requestAnimationFrame);
  }
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  const { scrollWidth, clientWidth } = document.documentElement;
  return violations
    .filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(" ")).join("; ")}`)
    .concat(scrollWidth > clientWidth ? [`${scrollWidth - clientWidth} pixels too wide`] : []);
}"""


embedded: Final = pytest.mark.parametrize(
    "site", [pytest.param(("sqlite", Mode.EMBEDDED), id="embedded")], indirect=True
)
"""For tests of the dashboard. What it is called does not name the database, so that several processes
share their files: the site is cheap, a browser's time is not."""


def build_dashboard() -> None:
    """Build the dashboard, if it is not current and there is a Node to build it with."""
    environment = {name: value for name, value in os.environ.items() if name != "REQUIRE_SERVICES"}
    command = [str(ROOT / "scripts" / "frontend"), "build"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def require_dashboard() -> None:
    """Make sure that the dashboard has been built, and that axe is there.

    Raises:
        ServiceMissing: there was no Node to build it with.
    """
    if not BUILT.exists() or not AXE.exists():
        raise ServiceMissing("Dashboard", "Node")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run Chromium.

    Raises:
        ServiceMissing: it is not installed.
    """
    program = shutil.which("chromium")
    if program is None:
        raise ServiceMissing("Dashboard", "chromium")
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Somebody with a browser of their own at the dashboard of a site."""

    def __init__(
        self, browser: Browser, site: Site, *, language: str = "zh-CN", **options: Any
    ) -> None:
        self.site = site
        self.context: BrowserContext = browser.new_context(locale=language, **options)
        self.context.set_default_timeout(WAIT_MS)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        """What the browser's console has said that is wrong."""
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def go(self, path: str) -> None:
        """Open a page of the dashboard."""
        self.page.goto(f"{self.site.base_url}/lowcode/{path}")

    def sign_in(self, name: str = "staff", password: str = STAFF_PASSWORD) -> None:
        """Sign in on the page at hand, and wait until that is over."""
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", password)
        self.page.click("form button[type=submit]")
        self.page.wait_for_selector("input[name=password]", state="detached")

    def enter(self, path: str = "upgrades") -> Visitor:
        """Open a page and sign in."""
        self.go(path)
        self.sign_in()
        return self

    def expect_stages(self, state: str, *stages: str) -> None:
        """Wait until these stages, all by default, are in a state."""
        for stage in stages or STAGES:
            expect(self.page.locator(f"[data-stage={stage}]")).to_have_attribute(
                "data-state", state, timeout=WAIT_MS
            )

    def name_field(self, name: str) -> None:
        """Type the name of a field that was just added, once its form has taken the focus."""
        form = self.page.locator("[data-form]")
        expect(form.locator("input").first).to_be_focused()
        self.page.keyboard.type(name)
        expect(self.page.locator(f"[data-field={name}]")).to_be_visible()

    def pick(self, label: str, text: str) -> None:
        """Pick an option of a list by its text, as one does who types."""
        self.page.get_by_label(label).first.click()
        option = self.page.locator(".el-select-dropdown__item:visible", has_text=text).first
        option.wait_for()
        self.page.keyboard.type(text)
        option.click()

    def faults(self, what: str) -> list[str]:
        """Return what is wrong with the page as it stands, in each theme and width.

        That is what axe finds serious, and a page that is wider than its window.
        """
        # Not as an element of the page, which its policy forbids.
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found: list[str] = []
        for theme, width in LOOKS:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.locator("html.dark" if theme == "dark" else "html:not(.dark)").wait_for()
            wrong: list[str] = self.page.evaluate(_IN_ORDER)
            found += [f"{what}, {theme}, {width}: {each}" for each in wrong]
        return found


Visit = Callable[..., Visitor]
"""What the fixture `visit` is."""


def rows_of(site: Site, model: str) -> list[dict[str, Any]]:
    """Return the rows of a model by the API."""
    with site.client() as client:
        answer = client.get(f"/lowcode/api/data/{model}/")
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = json.loads(answer.text)["results"]
    return results


def add_rows(site: Site, model: str, *rows: dict[str, Any]) -> None:
    """Make rows of a model by the API."""
    with site.client() as client:
        answer = client.post(f"/lowcode/api/data/{model}/batch/", json={"create": list(rows)})
    assert answer.status_code == 200, answer.text
