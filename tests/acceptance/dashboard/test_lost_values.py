"""What upgrades have taken from rows: looked at, taken along, put back."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.acceptance.browsing import Visit, add_rows, embedded, rows_of
from tests.acceptance.site import Site


def title_of(length: int) -> list[dict[str, object]]:
    return [{"name": "title", "type": "CharField", "max_length": length}]


@embedded
def test_lost_values_are_found_taken_along_and_put_back(site: Site, visit: Visit) -> None:
    assert site.wait_for_end(site.post("Classic", title_of(50)))["status"] == "success"
    add_rows(site, "Classic", {"title": "Moby Dick"}, {"title": "Emma"}, {"title": "War and Peace"})
    cut = site.post("Classic", title_of(6), force=True)
    assert site.wait_for_end(cut)["status"] == "success"
    assert site.wait_for_end(site.post("Classic", title_of(20)))["status"] == "success"
    site.query("UPDATE dynamic_classic SET title = 'Ahab' WHERE id = 1")

    staff = visit(site, language="en-GB").enter(f"upgrades/{cut}")
    page = staff.page
    page.get_by_role("link", name="2 lost values").click()
    expect(page.locator("[data-lost]")).to_have_count(2)
    expect(page.locator("[data-lost]").first).to_contain_text("War and Peace")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert len(download.value.path().read_text().splitlines()) == 3

    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Put 2 values back").click()
    page.get_by_role("dialog").get_by_role("button", name="Put 2 values back").click()
    expect(page.get_by_text("1 value was put back")).to_be_visible()
    expect(page.locator("[data-restored]")).to_have_count(1)
    expect(page.locator(".outcome li")).to_contain_text("1 ×")
    assert [each["title"] for each in rows_of(site, "Classic")] == ["Ahab", "Emma", "War and Peace"]
    wrong = staff.faults("lost values")

    staff.go("models/Classic")
    page.get_by_role("link", name="2 lost values").click()
    expect(page.locator("[data-lost]")).to_have_count(2)
    page.get_by_text("Also where the row was edited since").click()
    page.get_by_role("button", name="Put all back").click()
    page.get_by_role("dialog").get_by_role("button", name="Put all back").click()
    expect(page.locator("[data-restored]")).to_have_count(2)
    assert rows_of(site, "Classic")[0]["title"] == "Moby Dick"
    assert wrong + staff.complaints == []
