"""The dashboard as people use it, in Chromium, at a real server with a real worker."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from lowcode_async.dashboard.page import BUILT
from tests.acceptance.browsing import WAIT_MS, Visitor, add_rows, rows_of
from tests.acceptance.site import Mode, Site, StartSite
from tests.acceptance.subjects import Subject

pytestmark = pytest.mark.timeout(240)
on_sqlite = pytest.mark.parametrize(
    "site", [pytest.param(("sqlite", Mode.EMBEDDED), id="sqlite-embedded")], indirect=True
)
Visit = Callable[..., Visitor]


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


@on_sqlite
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


@on_sqlite
def test_a_refused_change_shows_what_would_be_lost_is_forced_and_reverted(
    site: Site, visit: Visit
) -> None:
    fields = [{"name": "age", "type": "CharField", "max_length": 20}]
    assert site.wait_for_end(site.post("Refused", fields))["status"] == "success"
    add_rows(site, "Refused", {"age": "42"}, {"age": "forty-two"})
    staff = visit(site, language="en-GB").enter("models/Refused/design")
    page = staff.page

    page.locator("[data-field=age] .opener").click()
    staff.pick("Type", "IntegerField")
    page.get_by_text("Nullable", exact=True).click()
    page.get_by_role("button", name="Review").click()
    expect(page.locator(".verdict")).to_contain_text("This upgrade would fail")
    expect(page.locator(".finding")).to_contain_text("forty-two")
    expect(page.get_by_role("button", name="Start upgrade")).to_be_disabled()

    page.locator("[data-force]").click()
    start = page.get_by_role("button", name="Force upgrade")
    expect(start).to_be_disabled()
    page.get_by_label("Type Refused to confirm").fill("Refused")
    start.click()
    staff.expect_stages("succeeded")
    assert [each["age"] for each in rows_of(site, "Refused")] == [42, None]

    page.get_by_role("button", name="Revert").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".verdict")).to_be_visible()
    dialog.get_by_role("button", name="Revert").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    staff.expect_stages("succeeded")
    assert [each["age"] for each in rows_of(site, "Refused")] == ["42", "forty-two"]


@on_sqlite
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


@on_sqlite
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


def test_a_page_recovers_by_itself_when_the_server_is_killed_in_an_upgrade(
    start_site: StartSite, visit: Visit
) -> None:
    site = start_site("sqlite", Mode.EMBEDDED, DJANGO_SETTINGS_MODULE="tests.acceptance.hurried")
    subject = Subject(site=site, rows=20_000)
    subject.create()
    staff = visit(site).enter()
    with site.connection() as connection, connection.cursor() as cursor:
        task_id = subject.upgrade(no_backup=True)
        cursor.execute(
            "BEGIN IMMEDIATE"
        )  # nothing is written from here on: the upgrade stands still
        assert site.status(task_id)["status"] == "running"
        staff.go(f"upgrades/{task_id}")
        expect(staff.page.locator("[data-connection=live]")).to_be_visible()
        site.kill()
        cursor.execute("ROLLBACK")
    expect(staff.page.locator("[data-connection=waiting]")).to_be_visible()
    site.start()
    staff.expect_stages("succeeded", "validate", "migrate", "restart")
    staff.expect_stages("skipped", "backup")
    expect(staff.page.locator("[data-connection=ended]")).to_be_visible(timeout=WAIT_MS)
    shown = staff.page.locator("[role=log] .sequence").all_inner_texts()
    assert shown == [str(each["sequence"]) for each in subject.events()]


@on_sqlite
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


@on_sqlite
def test_every_page_is_accessible_in_both_themes_and_fits_a_telephone(
    site: Site, visit: Visit
) -> None:
    name = "A" + "VeryLongName" * 4
    task_id = site.post(name, [{"name": "note" + "s" * 40, "type": "TextField"}])
    assert site.wait_for_end(task_id)["status"] == "success"
    add_rows(site, name, {"note" + "s" * 40: "word " * 40})
    pages = {
        "upgrades": "tbody tr",
        f"upgrades/{task_id}": "[data-state=succeeded]",
        "models": "tbody tr",
        f"models/{name}": "tbody tr",
        f"models/{name}/rows": "[data-row]",
        f"models/{name}/versions": ".version",
        f"models/{name}/design": "[data-field]",
        "backups": "tbody tr",
        "processes": "tbody tr",
        "nowhere": ".empty",
    }
    wrong: list[str] = []
    for theme, width in (("light", 1440), ("dark", 375)):
        viewport = {"width": width, "height": 900}
        staff = visit(site, color_scheme=theme, viewport=viewport, reduced_motion="reduce").enter()
        for path, content in pages.items():
            staff.go(path)
            staff.page.locator(content).first.wait_for()
            wrong += [f"{path} {theme}: {each}" for each in staff.serious_violations()]
            if staff.overflow() > 0:
                wrong.append(f"{path} {theme}: {staff.overflow()} pixels too wide")
        wrong += staff.complaints
    assert wrong == []


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
