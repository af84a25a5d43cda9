"""The dashboard's page as Django serves it: built or not, wherever static files are."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client, override_settings

from lowcode_async.dashboard import page

HTML = """<html><head><link rel="icon" href="./favicon.svg" />
<script type="module" src="./assets/index-CLfwDA5u.js"></script></head></html>
"""


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "index.html"
    path.write_text(HTML)
    monkeypatch.setattr(page, "BUILT", path)
    page._page.cache_clear()
    return path


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": "127.0.0.1:8000"})


@pytest.mark.parametrize("path", ["", "upgrades", "upgrades/0d0b/", "models/new", "apiary"])
def test_every_path_of_the_dashboard_is_the_same_page(
    built: Path, browser: Client, path: str
) -> None:
    response = browser.get(f"/lowcode/{path}")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-cache"
    assert response.content.decode() == HTML.replace("./", "/static/lowcode_async/")
    assert "csrftoken" in response.cookies


def test_paths_of_the_api_are_not_the_page(built: Path, browser: Client) -> None:
    response = browser.get("/lowcode/api/nothing/")
    assert (response.status_code, response["Content-Type"]) == (404, "application/json")
    assert browser.get("/lowcode/api")["Location"] == "/lowcode/api/"
    assert browser.get("/lowcode")["Location"] == "/lowcode/"
    assert browser.get("/")["Location"] == "/lowcode/"


def test_the_page_is_only_read(built: Path, browser: Client) -> None:
    assert browser.post("/lowcode/").status_code == 405


def test_nothing_but_the_sites_own_may_run_in_it(built: Path, browser: Client) -> None:
    policy = browser.get("/lowcode/")["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; " in policy
    assert "connect-src 'self' ws://127.0.0.1:8000 wss://127.0.0.1:8000; " in policy
    assert "frame-ancestors 'none'" in policy


def test_static_files_may_be_elsewhere(built: Path, browser: Client) -> None:
    with override_settings(STATIC_URL="https://files.example/s/"):
        response = browser.get("/lowcode/")
    assert (
        b'src="https://files.example/s/lowcode_async/assets/index-CLfwDA5u.js"' in response.content
    )
    assert "script-src 'self' https://files.example; " in response["Content-Security-Policy"]


def test_a_new_build_is_served_at_once(built: Path, browser: Client) -> None:
    browser.get("/lowcode/")
    built.write_text("<p>new</p>")
    assert browser.get("/lowcode/").content == b"<p>new</p>"


def test_without_a_build_it_says_how_to_make_one(
    browser: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(page, "BUILT", tmp_path / "none.html")
    response = browser.get("/lowcode/")
    assert response.status_code == 503
    text = response.content.decode()
    assert "make run" in text
    assert "控制台尚未构建" in text
    assert "script-src" in response["Content-Security-Policy"]
