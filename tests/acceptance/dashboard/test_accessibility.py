"""Every page and whatever opens on it, in both themes and at both widths, for everybody."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.acceptance.browsing import Visit, add_rows, embedded
from tests.acceptance.site import Site

NOTE = "note" + "s" * 40


def long_model(site: Site, suffix: str) -> tuple[str, str]:
    """Make a model with a very long name, and a row; return its name and the upgrade's id."""
    name = "A" + "VeryLongName" * 4 + suffix
    task_id = site.post(name, [{"name": NOTE, "type": "TextField"}])
    assert site.wait_for_end(task_id)["status"] == "success"
    add_rows(site, name, {NOTE: "word " * 40})
    return name, task_id


@embedded
def test_every_page_is_accessible_and_fits_in_every_theme_and_width(
    site: Site, visit: Visit
) -> None:
    name, task_id = long_model(site, "Pages")
    pages = {
        f"upgrades/{task_id}": "[data-state=succeeded]",
        "upgrades": "tbody tr",
        "models": "tbody tr",
        f"models/{name}": "tbody tr",
        f"models/{name}/rows": "[data-row]",
        f"models/{name}/versions": ".version",
        f"models/{name}/design": "[data-field]",
        "backups": "tbody tr",
        "processes": "tbody tr",
        "nowhere": ".empty",
    }
    staff = visit(site)
    staff.go("upgrades")
    staff.page.locator("input[name=username]").wait_for()
    wrong = staff.faults("sign-in")
    staff.sign_in()
    for path, content in pages.items():
        staff.go(path)
        staff.page.locator(content).first.wait_for()
        wrong += staff.faults(path)
    assert wrong + staff.complaints == []


@embedded
def test_whatever_opens_is_accessible_and_fits_in_every_theme_and_width(
    site: Site, visit: Visit
) -> None:
    name, _ = long_model(site, "Opened")
    task_id = site.post(name, [{"name": NOTE, "type": "CharField", "max_length": 300}])
    assert site.wait_for_end(task_id)["status"] == "success"
    staff = visit(site, language="en-GB").enter(f"upgrades/{task_id}")
    page = staff.page
    wrong: list[str] = []

    def look(what: str, content: str) -> None:
        expect(page.locator(content).first).to_be_visible()
        wrong.extend(staff.faults(what))

    for tab, content in (("sql", ".sql"), ("definition", "[role=tabpanel] code")):
        page.locator(f"[data-tab={tab}]").click()
        look(tab, content)
    press(page, "Revert")
    look("the dialog to revert", "[role=dialog] .verdict")

    staff.go(f"models/{name}/rows")
    page.locator("[data-row] input[type=checkbox]").check()
    press(page, "Delete 1 row")
    look("the question", "#confirm")
    press(page.get_by_role("dialog"), "Cancel")
    press(page, "Import / export")
    look("a menu", ".el-dropdown-menu:visible")
    page.keyboard.press("Escape")
    press(page, "+ Filter")
    look("a filter", ".adding")
    press(page, "New row")
    look("a new row", ".el-drawer [data-input]")

    staff.go(f"models/{name}/design")
    press(page, "JSON")
    page.locator("[data-field] .opener").click()
    look("a field, and JSON", ".form")
    page.get_by_text("Nullable", exact=True).click()
    press(page, "Review")
    look("the review", ".verdict")

    assert wrong + staff.complaints == []
    staff.context.clear_cookies(name="sessionid")
    press(page, "Start upgrade")
    look("the end of a session", "[role=dialog] input[name=password]")
    assert wrong == []


def press(within: Page | Locator, name: str) -> None:
    """Press a button."""
    within.get_by_role("button", name=name, exact=True).click()
