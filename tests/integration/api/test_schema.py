"""The OpenAPI document and its page, as they are served."""

from __future__ import annotations

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import override_settings
from rest_framework.test import APIClient

from lowcode_async.rest.openapi.document import document
from tests.databases import Database
from tests.integration.api.conftest import problems

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PAGE = "/lowcode/api/schema/ui/"


def test_the_document_is_served_in_the_readers_language(
    database: Database, staff: APIClient
) -> None:
    for accepted, language in (("", "zh"), ("en", "en")):
        response = staff.get("/lowcode/api/schema/", headers={"Accept-Language": accepted})
        served, own = response.json(), document(language)
        # Rows of the site's own models are told beside.
        assert own["paths"].items() <= served["paths"].items()
        assert own["components"]["schemas"].items() <= served["components"]["schemas"].items()
        assert served["info"] == own["info"]


def test_the_page_shows_it_with_nothing_from_elsewhere(
    database: Database, staff: APIClient
) -> None:
    response = staff.get(PAGE)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "csrftoken" in response.cookies
    page = response.content.decode()
    assert 'data-document="/lowcode/api/schema/"' in page
    used = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(used) == 4
    for each in used:
        assert each == "data:," or finders.find(each.removeprefix("/static/")), each


def test_without_its_scripts_there_is_no_page(
    database: Database, staff: APIClient, settings_without_sidecar: None
) -> None:
    response = staff.get(PAGE)
    assert response.status_code == 404
    assert problems(response) == [("path_unknown", "")]


@pytest.fixture
def settings_without_sidecar() -> object:
    from django.conf import settings

    kept = [each for each in settings.INSTALLED_APPS if each != "drf_spectacular_sidecar"]
    with override_settings(INSTALLED_APPS=kept):
        yield
