"""A backup restored from the browser, which is signed out by it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.acceptance.browsing import Visit
from tests.acceptance.site import Mode, StartSite

TITLE = {"name": "title", "type": "CharField", "max_length": 50}
STAGES = ("check", "safety_backup", "restore", "reload")


def test_a_backup_is_restored_and_its_reader_told_though_signed_out(
    start_site: StartSite, visit: Visit, dashboard: None
) -> None:
    site = start_site("sqlite", Mode.EMBEDDED)
    site.query("UPDATE auth_user SET is_superuser = 1")
    assert site.wait_for_end(site.post("Book", [TITLE]))["status"] == "success"
    # The backup was made before there were books, and before the session that now begins.
    root = visit(site, language="en-GB").enter("backups")
    page = root.page
    row = page.locator("tbody tr").first
    name = row.locator("td").first.inner_text().split()[0]
    row.get_by_role("button", name="Restore…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Whatever was changed in it since")).to_be_visible()
    yes = dialog.get_by_role("button", name="Restore", exact=True)
    expect(yes).to_be_disabled()
    wrong = root.faults("the dialog to restore")
    dialog.get_by_label("Type").fill(name)
    yes.click()

    expect(page).to_have_url(re.compile("/restorations/"))
    root.expect_stages("succeeded", *STAGES)
    expect(page.get_by_text(f"The database is what it was in {name}")).to_be_visible()
    expect(page.locator("[data-signed-out]")).to_be_visible()
    wrong += root.faults("the end of a restore")
    with site.client() as client:
        assert client.get("/lowcode/api/models/Book/").status_code == 404

    page.get_by_role("link", name="Sign in").click()
    root.sign_in()
    expect(page.get_by_text(re.compile("Last restore: .*, succeeded"))).to_be_visible()
    assert wrong + root.complaints == []
