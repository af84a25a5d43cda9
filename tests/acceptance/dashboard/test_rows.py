"""The grid of rows."""

from __future__ import annotations

from pathlib import Path

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


@embedded
def test_rows_show_what_they_lead_to_by_name(site: Site, visit: Visit) -> None:
    name = {"name": "name", "type": "CharField", "max_length": 50}
    author = {"name": "author", "type": "ForeignKey", "to": "Writer", "on_delete": "PROTECT"}
    assert site.wait_for_end(site.post("Writer", [name]))["status"] == "success"
    assert site.wait_for_end(site.post("Novel", [author]))["status"] == "success"
    add_rows(site, "Writer", {"name": "Jane Austen"}, {"name": "Leo Tolstoy"})
    add_rows(site, "Novel", {"author": 2})
    staff = visit(site, language="en-GB").enter("models/Novel/rows")
    page = staff.page

    page.get_by_role("link", name="Leo Tolstoy · 2").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-row='2'] [data-column=name]")).to_have_text("Leo Tolstoy")
    assert staff.complaints == []


@embedded
def test_rows_of_projects_are_shown_once_one_is_named(site: Site, visit: Visit) -> None:
    project = {"name": "project", "type": "IntegerField"}
    assert site.wait_for_end(site.post("Confined", [project]))["status"] == "success"
    page = visit(site, language="en-GB").enter("models/Confined/rows").page

    expect(page.get_by_role("heading", name="Which project?")).to_be_visible()
    page.get_by_label("Project").fill("1")
    expect(page.get_by_role("heading", name="No rows yet")).to_be_visible()


@embedded
def test_rows_are_exported_and_imported_all_or_none(
    site: Site, visit: Visit, tmp_path: Path
) -> None:
    fields = [
        {"name": "title", "type": "CharField", "max_length": 50},
        {"name": "stock", "type": "IntegerField", "default": 0},
    ]
    assert site.wait_for_end(site.post("Carried", fields))["status"] == "success"
    add_rows(site, "Carried", {"title": "ink", "stock": 3}, {"title": "pen"})
    page = visit(site, language="en-GB").enter("models/Carried/rows").page
    expect(page.locator("[data-row]")).to_have_count(2)

    menu = page.get_by_role("button", name="Import / export")
    menu.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    exported = download.value.path().read_text().splitlines()
    assert exported == ["id,title,stock", "1,ink,3", "2,pen,0"]

    def choose(*lines: str) -> None:
        file = tmp_path / "rows.csv"
        file.write_text("\n".join(lines))
        page.get_by_label("Import CSV or JSON Lines").set_input_files(file)

    dialog = page.get_by_role("dialog")
    choose("title,stock", "paper,5", "ruler,many")
    expect(dialog.locator(".problems li")).to_have_count(1)
    expect(dialog.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    choose("title,stock", "paper,5", "ruler,7")
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog).to_contain_text("2 rows imported")
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.locator("[data-row]")).to_have_count(4)
    assert [each["stock"] for each in rows_of(site, "Carried")] == [3, 0, 5, 7]
