"""Big pages of the dashboard in Chromium: an upgrade with many events, a designer with many fields."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any, Final

from playwright.sync_api import Browser, Page, WebSocketRoute

from tests.acceptance.browsing import Visitor, running_browser
from tests.acceptance.site import Site

EVENTS: Final = 1000
FIELDS: Final = 500
HEADS: Final = ["page", "shown after", "longest task", "tasks over 50 ms", "slowest key"]
_WATCH: Final = """
  window.longTasks = []; window.keys = [];
  const watch = (type, keep, more) =>
    new PerformanceObserver((list) => list.getEntries().forEach(keep))
      .observe({ type, buffered: true, ...more });
  watch("longtask", (each) => window.longTasks.push(each.duration));
  watch("event", (each) => {
    if (each.name === "keydown" || each.name === "input") window.keys.push(each.duration);
  }, { durationThreshold: 16 });
"""


def rows(site: Site) -> Iterator[list[str]]:
    """Measure both pages; each line is what `HEADS` names, in milliseconds."""
    with running_browser() as browser:
        yield [f"{EVENTS:,} events in one burst", *_events(browser, site)]
        yield [f"{FIELDS} fields in the designer", *_fields(browser, site)]


def _visitor(browser: Browser, site: Site) -> Visitor:
    staff = Visitor(browser, site, language="en-GB").enter()
    staff.context.add_init_script(_WATCH)
    return staff


def _events(browser: Browser, site: Site) -> list[str]:
    """Open an upgrade whose socket tells all events at once."""
    task_id = site.post("Burst", [{"name": "title", "type": "TextField"}])
    site.wait_for_end(task_id)
    staff = _visitor(browser, site)

    def tell(socket: WebSocketRoute) -> None:
        for event in _log(task_id):
            socket.send(json.dumps(event))

    staff.page.route_web_socket(f"**/ws/lowcode/upgrades/{task_id}/**", tell)
    begun = time.monotonic()
    staff.go(f"upgrades/{task_id}")
    shown = _shown(staff.page, "[role=log] .row", EVENTS, begun)
    staff.page.locator("[role=log]").focus()
    return _told(staff.page, shown, lambda: staff.page.keyboard.press("PageUp"))


def _log(task_id: str) -> Iterator[dict[str, Any]]:
    for sequence in range(1, EVENTS + 1):
        kind = "stage.started" if sequence == 1 else "stage.progress"
        yield {
            "task_id": task_id,
            "sequence": sequence,
            "position": sequence,
            "kind": kind,
            "stage": "migrate",
            "at": "2026-01-01T00:00:00Z",
            "payload": {"percent": sequence * 100 / EVENTS, "operation": f"batch {sequence}"},
            "message": None,
        }


def _fields(browser: Browser, site: Site) -> list[str]:
    """Open the designer, and rename a field."""
    fields = [
        {"name": f"field_{number}", "type": "IntegerField", "null": True}
        for number in range(FIELDS)
    ]
    site.wait_for_end(site.post("Broad", fields))
    staff = _visitor(browser, site)
    begun = time.monotonic()
    staff.go("models/Broad/design")
    shown = _shown(staff.page, "[data-field]", FIELDS, begun)
    staff.page.locator("[data-field=field_0] .opener").click()
    staff.page.locator("[data-form] input").first.focus()
    return _told(staff.page, shown, lambda: staff.page.keyboard.type("x"))


def _shown(page: Page, content: str, count: int, begun: float) -> float:
    page.wait_for_function(
        "([content, count]) => document.querySelectorAll(content).length >= count",
        arg=[content, count],
    )
    return time.monotonic() - begun


def _told(page: Page, shown: float, press: Any) -> list[str]:
    tasks = page.evaluate("window.longTasks")
    page.evaluate("window.keys.length = 0")
    for _ in range(30):
        press()
        page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
    keys = page.evaluate("window.keys")
    return [
        f"{shown * 1000:.0f} ms",
        f"{max(tasks, default=0):.0f} ms",
        str(len(tasks)),
        f"{max(keys):.0f} ms" if keys else "under 16 ms",
    ]
