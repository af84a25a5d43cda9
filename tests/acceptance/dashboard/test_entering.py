"""The way in: the first page, sessions, and who is turned away."""

from __future__ import annotations

import gzip
import json

from playwright.sync_api import Browser, expect

from lowcode_async.dashboard.page import BUILT
from tests.acceptance.browsing import Visit, embedded
from tests.acceptance.site import Site


@embedded
def test_an_expired_session_keeps_the_page_and_others_are_turned_away(
    site: Site, visit: Visit
) -> None:
    staff = visit(site, language="en-GB").enter("models/new")
    staff.page.fill("#model-name", "Kept")
    staff.context.clear_cookies(name="sessionid")
    staff.page.get_by_role("button", name="Review").click()
    expect(staff.page.get_by_role("dialog")).to_contain_text("Your session has expired")
    staff.sign_in()
    expect(staff.page.locator("#model-name")).to_have_value("Kept")
    staff.page.get_by_role("button", name="Review").click()
    expect(staff.page.locator(".verdict, .trouble, [role=alert]").first).to_be_visible()

    site.make_user("passer-by", is_staff=False)
    other = visit(site, language="en-GB")
    other.go("upgrades")
    other.page.fill("input[name=username]", "passer-by")
    other.page.fill("input[name=password]", "staff-password")
    other.page.click("form button[type=submit]")
    expect(other.page.get_by_role("alert")).to_be_visible()


def test_the_first_page_is_small(browser: Browser) -> None:
    manifest = json.loads((BUILT.parent / "manifest.json").read_text())
    files: set[str] = set()

    def collect(key: str) -> None:
        entry = manifest[key]
        if entry["file"] in files:
            return
        files.update([entry["file"], *entry.get("css", [])])
        for each in entry.get("imports", []):
            collect(each)

    collect("index.html")
    collect("src/pages/UpgradesPage.vue")
    size = sum(len(gzip.compress((BUILT.parent / each).read_bytes())) for each in files)
    print(f"{len(files)} files, {size} bytes compressed")
    assert size < 250_000
