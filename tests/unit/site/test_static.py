"""Static files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from asgi_site.static import SiteStaticFilesStorage, StaticFilesMiddleware


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("view")


def static_files(root: Path, **given: Any) -> StaticFilesMiddleware:
    whitenoise = {
        "WHITENOISE_USE_FINDERS": False,
        "WHITENOISE_AUTOREFRESH": given.get("DEBUG", False),
    }
    with override_settings(STATIC_ROOT=root, **whitenoise, **given):
        return StaticFilesMiddleware(view)


def test_file_is_served_and_everything_else_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("let x;")
    serve = static_files(tmp_path)
    asked = RequestFactory()
    found = serve(asked.get("/static/app.js"))
    assert (found.content, found.headers["Content-Length"]) == (b"let x;", "6")
    assert found.headers["Content-Type"].startswith("text/javascript")
    assert (serve(asked.get("/static/none.js"))).content == b"view"
    assert (serve(asked.get("/other"))).content == b"view"


def test_file_that_has_not_changed_is_not_sent_again(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("let x;")
    serve = static_files(tmp_path)
    first = serve(RequestFactory().get("/static/app.js"))
    again = RequestFactory().get("/static/app.js", headers={"If-None-Match": first.headers["ETag"]})
    answer = serve(again)
    assert (answer.status_code, answer.content) == (304, b"")


def test_file_is_found_while_it_is_written_in_debug(tmp_path: Path) -> None:
    serve = static_files(tmp_path, DEBUG=True)
    (tmp_path / "new.css").write_text("a{}")
    assert (serve(RequestFactory().get("/static/new.css"))).content == b"a{}"


def test_nothing_collected_yet_is_no_error(tmp_path: Path) -> None:
    static_files(tmp_path / "none")


def test_names_are_plain_until_files_have_been_collected(tmp_path: Path) -> None:
    with override_settings(STATIC_ROOT=tmp_path, STATIC_URL="/static/", DEBUG=False):
        assert SiteStaticFilesStorage().url("app.js") == "/static/app.js"
        (tmp_path / "staticfiles.json").write_text(
            '{"version": "1.1", "paths": {"app.js": "app.123.js"}, "hash": ""}'
        )
        assert SiteStaticFilesStorage().url("app.js") == "/static/app.123.js"


def test_parts_of_the_dashboard_are_kept_by_browsers(tmp_path: Path) -> None:
    folder = tmp_path / "lowcode_async" / "assets"
    folder.mkdir(parents=True)
    (folder / "index-CLfw-A5_.js").write_text("let x;")
    (folder / "plain.js").write_text("let x;")
    serve = static_files(tmp_path)
    path = "/static/lowcode_async/assets/"
    for name, kept in (("index-CLfw-A5_.js", True), ("plain.js", False)):
        answer = serve(RequestFactory().get(path + name))
        assert ("immutable" in answer.headers["Cache-Control"]) == kept
