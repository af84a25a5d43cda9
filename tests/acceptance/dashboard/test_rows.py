"""The grid of rows."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.acceptance.browsing import WAIT_MS, Visit, add_rows, embedded, rows_of
from tests.acceptance.site import Site


@embedded
def test_rows_are_made_edited_and_deleted(site: Site, visit: Visit) -> None:
    fields = [
        {"name": "title", "type": "CharField", "max_length": 50},
        {"name": "stock", "type": "IntegerField", "default": 0},
    ]
    assert site.wait_for_end(site.post("Stocked", fields))["status"] == "success"
    page = visit(site, language="en-GB").enter("models/Stocked/rows").page

    page.get_by_role("button", name="New row").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-input=title]").get_by_role("alert")).to_be_visible()
    page.locator("#value-title").fill("ink")
    page.get_by_role("button", name="Save").click()
    cell = page.locator("[data-row='1'] [data-column=stock]")
    cell.dblclick()
    expect(cell.locator("input")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(cell).to_have_text("12")
    assert rows_of(site, "Stocked") == [{"id": 1, "title": "ink", "stock": 12}]

    add_rows(site, "Stocked", {"title": "pen"}, {"title": "paper"})
    expect(page.locator("[data-row]")).to_have_count(3, timeout=WAIT_MS)  # it comes by itself
    page.locator("[data-row='1'] input[type=checkbox]").check()
    page.locator("[data-row='2'] input[type=checkbox]").check()
    page.get_by_role("button", name="Delete 2 rows").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 2 rows").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    assert [each["title"] for each in rows_of(site, "Stocked")] == ["paper"]
