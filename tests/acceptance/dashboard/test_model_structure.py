"""What a model is beside its fields: designed by forms, reviewed, and so in force."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.acceptance.browsing import Visit, Visitor, add_rows, embedded
from tests.acceptance.site import Site

FIELDS = [
    {"name": "title", "type": "CharField", "max_length": 50},
    {"name": "stock", "type": "IntegerField", "default": 0},
]


def definition_of(site: Site, model: str) -> dict[str, Any]:
    with site.client() as client:
        found: dict[str, Any] = client.get(f"/lowcode/api/models/{model}/").json()["definition"]
    return found


def pick(page: Page, label: str, text: str) -> None:
    """Pick an option of a list, and close the list."""
    box = page.get_by_role("combobox", name=label, exact=True)
    chosen = page.locator(".el-select", has=box)
    chosen.click()
    option = page.locator(".el-select-dropdown__item:visible").get_by_text(text, exact=True)
    option.click()
    expect(chosen).to_contain_text(text)
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()


def start(staff: Visitor, button: str = "Start upgrade") -> None:
    """Start what is reviewed, and wait until it is in force."""
    staff.page.get_by_role("button", name=button).click()
    staff.expect_stages("succeeded")


@embedded
def test_names_order_indexes_and_constraints_are_designed_by_forms(
    site: Site, visit: Visit
) -> None:
    assert site.wait_for_end(site.post("Shaped", FIELDS))["status"] == "success"
    staff = visit(site, language="en-GB").enter("models/Shaped/design")
    page = staff.page
    page.get_by_text("Model: name, table, order").click()
    page.get_by_label("Model name").fill("Formed")
    pick(page, "Order of rows", "stock ↓")
    pick(page, "Newest by", "title ↑")
    page.get_by_role("button", name="Add set").click()
    pick(page, "Unique together 1: fields", "title")
    pick(page, "Unique together 1: fields", "stock")
    page.get_by_role("button", name="Add index").click()
    pick(page, "Indexes 1: fields", "title ↑")
    page.get_by_role("button", name="Add constraint").click()
    pick(page, "Field", "stock")
    page.get_by_label("Constraints 1: name").fill("stock_not_negative")
    page.get_by_label("Constraints 1: message").fill("Nothing is lent")
    page.get_by_role("button", name="Add key").click()
    page.get_by_label("Rows as JSON 1: path").fill("nothing")
    page.get_by_label("Rows as JSON 1: name").fill("label")
    page.get_by_role("button", name="Review").click()
    keys = page.locator("[data-list=to_dict]")
    expect(keys.get_by_role("alert")).to_contain_text("nothing")
    wrong = staff.faults("the model's forms")
    page.get_by_label("Rows as JSON 1: path").fill("title")
    page.get_by_role("button", name="Review").click()
    expect(page.locator("[data-change=model_name]")).to_contain_text("Formed")
    expect(page.locator("[data-change]")).to_have_count(7)
    start(staff)

    found = definition_of(site, "Formed")
    assert found["options"] == {"ordering": ["-stock"], "get_latest_by": ["title"]}
    assert found["to_dict"] == [{"name": "label", "path": "title"}]
    assert found["unique_together"] == [["title", "stock"]]
    assert found["indexes"][0]["fields"] == ["title"]
    assert found["constraints"] == [
        {
            "type": "check",
            "name": "stock_not_negative",
            "condition": {"field": "stock", "lookup": "gte", "value": 0},
            "violation_error_message": "Nothing is lent",
        }
    ]
    staff.go("models/Formed/versions")
    expect(page.locator("[data-change=model_name]")).to_contain_text("Shaped")
    refused = "the server responded with a status of 400"
    assert wrong + [each for each in staff.complaints if refused not in each] == []


@embedded
def test_a_model_is_deleted_by_typing_its_name(site: Site, visit: Visit) -> None:
    assert site.wait_for_end(site.post("Doomed", FIELDS))["status"] == "success"
    add_rows(site, "Doomed", {"title": "ink"})
    staff = visit(site, language="en-GB").enter("models/Doomed/design")
    page = staff.page
    page.get_by_text("Model: name, table, order").click()
    page.get_by_role("button", name="Delete model").click()
    expect(page.locator(".verdict")).to_contain_text("This upgrade would fail")
    expect(page.locator(".finding")).to_contain_text("title: ink, stock: 0")
    page.locator("[data-force]").click()
    expect(page.locator(".verdict")).to_contain_text("Possible")
    expect(page.get_by_role("button", name="Delete model")).to_be_disabled()
    page.get_by_label("Type Doomed to confirm").fill("Doomed")
    start(staff, "Delete model")
    staff.go("models/Doomed")
    expect(page.get_by_text("No such model")).to_be_visible()
