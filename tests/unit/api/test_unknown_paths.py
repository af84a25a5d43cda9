"""What is not there is told in the form of all errors, and not as a page."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

PATHS = ("nothing/", "upgrade-model", "upgrade-status/x", "nothing/Product/", "")


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options"])
@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_path_is_told_as_json(path: str, method: str, *, debug: bool) -> None:
    with override_settings(DEBUG=debug):
        response = getattr(Client(), method)(
            f"/lowcode/api/{path}", HTTP_ACCEPT_LANGUAGE="en", HTTP_HOST="127.0.0.1"
        )
    assert response.status_code == 404
    assert response.json()["code"] == "path_unknown"
    message = f"There is nothing at /lowcode/api/{path}; mind that paths end in a slash"
    assert response.json()["errors"][0]["message"] == message
