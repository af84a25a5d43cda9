"""One upgrade's page: what would be lost, what happens, and what can be done about it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.acceptance.browsing import WAIT_MS, Visit, add_rows, embedded, rows_of
from tests.acceptance.site import Mode, Site, StartSite
from tests.acceptance.subjects import Subject

ONE_UPGRADE: Final = re.compile(r"/ws/lowcode/upgrades/[0-9a-f-]{36}/")


class Relay:
    """Between a page and the server: once a migrate stage begins, it tells of rows and stands still."""

    def __init__(self, page: Page) -> None:
        self._held: list[Callable[[], None]] | None = None
        self._passes = False
        page.route_web_socket(ONE_UPGRADE, self._opened)

    def go_on(self) -> None:
        """Hand on what has come meanwhile, and all that comes from now on."""
        held, self._held, self._passes = self._held or [], None, True
        for hand_on in held:
            hand_on()

    def _opened(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: self._take(socket, message))
        server.on_close(lambda code, _: self._in_turn(partial(socket.close, code=code)))

    def _take(self, socket: WebSocketRoute, message: str | bytes) -> None:
        self._in_turn(partial(socket.send, message))
        event = json.loads(message)
        if self._passes or (event["kind"], event["stage"]) != ("stage.started", "migrate"):
            return
        for second, rows in enumerate((120_000, 200_000)):
            socket.send(json.dumps(_tick(event, second, rows)))
        self._held = []

    def _in_turn(self, hand_on: Callable[[], None]) -> None:
        if self._held is None:
            hand_on()
        else:
            self._held.append(hand_on)


def _tick(event: dict[str, Any], second: int, rows: int) -> dict[str, Any]:
    told = {"operation": "Convert values", "rows_done": rows, "rows_total": 1_000_000}
    # Newer than whatever the server itself tells meanwhile.
    at = datetime.fromisoformat(event["at"]) + timedelta(hours=1, seconds=second)
    return {
        "task_id": event["task_id"],
        "kind": "stage.tick",
        "stage": "migrate",
        "at": at.isoformat(),
        "payload": {"percent": 40 + second, **told},
    }


@embedded
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
    relay = Relay(page)
    start.click()
    expect(page.locator("[data-stage=migrate] .pace")).to_have_text(
        ["200,000 of 1,000,000 rows", "80,000 rows/s · about 10 s left"]
    )
    relay.go_on()
    staff.expect_stages("succeeded")
    expect(page.locator("[data-stage=migrate]")).not_to_contain_text("rows/s")
    assert [each["age"] for each in rows_of(site, "Refused")] == [42, None]

    page.get_by_role("button", name="Revert").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".verdict")).to_be_visible()
    dialog.get_by_role("button", name="Revert").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    staff.expect_stages("succeeded")
    assert [each["age"] for each in rows_of(site, "Refused")] == ["42", "forty-two"]


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


def test_an_upgrade_is_watched_without_sockets_cancelled_and_run_again(
    start_site: StartSite, visit: Visit
) -> None:
    site = start_site("sqlite", Mode.DISTRIBUTED)
    site.processes["worker"].stop()  # nobody takes the upgrade up before it is back
    staff = visit(site, language="en-GB")
    page = staff.page
    page.route_web_socket("**/ws/**", lambda socket: socket.close(code=1011))
    task_id = site.post("Waiting", [{"name": "title", "type": "CharField", "max_length": 50}])
    staff.enter(f"upgrades/{task_id}")
    expect(page.locator("[data-connection=polling]")).to_be_visible()
    expect(page.locator("[role=log] .row")).to_have_count(1)

    page.get_by_role("button", name="Cancel upgrade").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel upgrade").click()
    expect(page.get_by_text("Cancelled by staff")).to_be_visible()
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(lambda url: "/upgrades/" in url and task_id not in url)
    expect(page.locator("[data-connection=polling]")).to_be_visible()
    site.start("worker")
    staff.expect_stages("succeeded")
    assert staff.complaints == []
