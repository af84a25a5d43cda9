"""The designer: models are designed, reviewed, and become so."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.acceptance.browsing import WAIT_MS, Visit, embedded
from tests.acceptance.site import Site


@embedded
def test_staff_design_a_model_and_two_browsers_watch_its_upgrade(site: Site, visit: Visit) -> None:
    staff = visit(site)
    staff.go("models/new")
    page = staff.page
    page.fill("input[name=username]", "staff")
    page.fill("input[name=password]", "wrong")
    page.click("form button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("密码")
    staff.sign_in()

    page.fill("#model-name", "Designed")
    page.get_by_role("button", name="添加字段").click()
    staff.name_field("title")
    page.get_by_role("button", name="添加字段").click()
    staff.name_field("price")
    staff.pick("类型", "FloatField")
    page.get_by_role("button", name="create_time").click()
    page.get_by_role("button", name="预览升级").click()
    expect(page.locator(".verdict")).to_contain_text("可以放心升级")
    expect(page.locator(".sql").first).to_contain_text("CREATE TABLE")
    page.get_by_role("button", name="开始升级").click()
    staff.expect_stages("succeeded")
    expect(page.locator("[role=log] .row")).to_have_count(10)

    other = visit(site, language="en-GB").enter(page.url.partition("/lowcode/")[2])
    other.expect_stages("succeeded")
    expect(other.page.get_by_role("log")).to_contain_text("Upgrade succeeded")
    expect(page.get_by_role("log")).to_contain_text("升级成功")
    page.reload()
    staff.expect_stages("succeeded")
    expect(page.locator("[role=log] .row")).to_have_count(10)


@embedded
def test_the_designer_works_by_keyboard_alone(site: Site, visit: Visit) -> None:
    staff = visit(site, language="en-GB").enter("models/new")
    page = staff.page
    keys = page.keyboard

    def tab_to(name: str, key: str = "Tab") -> None:
        """Press the tab key until the focus is on what is called so."""
        for _ in range(60):
            keys.press(key)
            said = page.evaluate(
                "(e => e.getAttribute('aria-label') || e.innerText || e.id)(document.activeElement)"
            )
            if name in said:
                return
        raise AssertionError(f"no way to {name} by the tab key")

    expect(page.locator("#model-name")).to_be_visible()
    tab_to("model-name")
    keys.type("Typed")
    tab_to("Add field")
    keys.press("Enter")
    staff.name_field("amount")
    keys.press("Tab")
    expect(page.get_by_role("combobox", name="Type")).to_be_focused()
    keys.press("Enter")
    options = page.locator(".el-select-dropdown__item:visible")
    expect(options.first).to_be_visible()
    keys.type("BigInteger")
    expect(options.first).to_contain_text("BigInteger")
    keys.press("ArrowDown")
    expect(page.locator(".el-select-dropdown__item.is-hovering:visible")).to_contain_text(
        "BigIntegerField"
    )
    keys.press("Enter")
    expect(page.locator("[data-field=amount] .type")).to_have_text("Big integer")
    page.evaluate("document.querySelector('#model-name').focus()")
    tab_to("Review", "Shift+Tab")
    keys.press("Enter")
    expect(page.locator(".verdict")).to_be_visible()
    tab_to("Start upgrade")
    keys.press("Enter")
    expect(page.locator("[data-stage=restart]")).to_have_attribute(
        "data-state", "succeeded", timeout=WAIT_MS
    )


@embedded
def test_unsaved_changes_are_not_left_without_asking(site: Site, visit: Visit) -> None:
    page = visit(site, language="en-GB").enter("models/new").page
    page.fill("#model-name", "Unsaved")
    page.get_by_role("link", name="Models", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Discard your changes?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("#model-name")).to_have_value("Unsaved")

    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect(page.locator("#model-name")).to_have_value("Unsaved")

    page.get_by_role("link", name="Models", exact=True).click()
    dialog.get_by_role("button", name="Discard and leave").click()
    expect(page).to_have_url(f"{site.base_url}/lowcode/models")
