"""Who may use the API, and how the others are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from lowcode_async.models import PlannedUpgrade, Process, Upgrade
from tests.databases import Database
from tests.ids import UNKNOWN
from tests.integration.api.conftest import PRODUCT, START, problems, with_token
from tests.openapi import CheckedClient

BACKUP = "backup_20260131_080000.sqlite3"
PATHS = [
    ("post", START),
    ("post", "/lowcode/api/plan/"),
    ("get", f"/lowcode/api/upgrade-status/{UNKNOWN}/"),
    ("get", "/lowcode/api/upgrade-status/x/"),
    ("get", f"/lowcode/api/upgrades/{UNKNOWN}/events/"),
    ("get", "/lowcode/api/upgrades/"),
    ("get", f"/lowcode/api/upgrades/{UNKNOWN}/"),
    ("post", f"/lowcode/api/upgrades/{UNKNOWN}/cancel/"),
    ("post", f"/lowcode/api/upgrades/{UNKNOWN}/retry/"),
    ("get", "/lowcode/api/models/"),
    ("get", "/lowcode/api/models/Product/"),
    ("get", "/lowcode/api/models/Product/versions/"),
    ("get", "/lowcode/api/backups/"),
    ("post", f"/lowcode/api/backups/{BACKUP}/verify/"),
    ("get", f"/lowcode/api/backups/{BACKUP}/download/"),
    ("post", f"/lowcode/api/backups/{BACKUP}/restore/"),
    ("get", f"/lowcode/api/restorations/{UNKNOWN}/"),
    ("get", "/lowcode/api/processes/"),
    ("get", "/lowcode/api/schema/"),
    ("get", "/lowcode/api/schema/ui/"),
    ("get", "/lowcode/api/field-types/"),
]
WHO = {
    "nobody": (401, "not_signed_in"),
    "token in the address": (401, "not_signed_in"),
    "wrong token": (401, "credentials_refused"),
    "malformed token": (401, "credentials_refused"),
    "null token": (401, "credentials_refused"),
    "null session": (401, "not_signed_in"),
    "inactive": (401, "credentials_refused"),
    "user, token": (403, "not_staff"),
    "user, session": (403, "not_staff"),
}


@pytest.fixture
def client_of(database: Database, staff_user: User) -> Callable[[str], APIClient]:
    user = User.objects.create_user("user", password="user-password")

    def client_of(who: str) -> APIClient:
        client = CheckedClient()
        match who:
            case "user, token":
                return with_token(user)
            case "user, session":
                client.force_login(user)
            case "inactive":
                client = with_token(staff_user)
                User.objects.filter(pk=staff_user.pk).update(is_active=False)
            case "wrong token":
                client.credentials(HTTP_AUTHORIZATION="Token 0123456789abcdef")
            case "malformed token":
                client.credentials(HTTP_AUTHORIZATION="Token a b")
            case "null token":
                client.credentials(HTTP_AUTHORIZATION="Token a\0b")
            case "null session":
                client.cookies["sessionid"] = "0123456789\0abcdef"
        return client

    return client_of


@pytest.mark.parametrize("who", WHO)
def test_others_than_staff_are_told_why_they_may_not(
    client_of: Callable[[str], APIClient], who: str
) -> None:
    client = client_of(who)
    for method, path in PATHS:
        address = f"{path}?token=0123" if who == "token in the address" else path
        response = (
            client.post(address, PRODUCT, "json") if method == "post" else client.get(address)
        )
        assert (response.status_code, response.json()["code"]) == WHO[who], path
        assert problems(response) == [(WHO[who][1], "")]
        if response.status_code == 401:
            assert response["WWW-Authenticate"] == "Token"
    assert not Upgrade.objects.exists()
    assert not PlannedUpgrade.objects.exists()


def test_staff_who_may_not_do_everything_neither_have_nor_restore_whole_backups(
    staff: APIClient, database: Database
) -> None:
    backup = f"/lowcode/api/backups/{BACKUP}"
    for response in (
        staff.get(f"{backup}/download/"),
        staff.post(f"{backup}/restore/", {"confirm": BACKUP}, "json"),
    ):
        assert response.status_code == 403
        assert problems(response) == [("not_superuser", "")]
    assert staff.get(f"/lowcode/api/restorations/{UNKNOWN}/").status_code == 404


def test_a_session_needs_its_csrf_token(server: Process, staff_user: User) -> None:
    client = CheckedClient(enforce_csrf_checks=True)
    client.force_login(staff_user)
    assert client.get("/lowcode/api/upgrades/").status_code == 200
    refused = client.post(START, PRODUCT, "json")
    assert refused.status_code == 403
    assert problems(refused) == [("csrf_refused", "")]
    assert refused.json()["errors"][0]["message"] == "CSRF 校验失败，请刷新页面后重试"

    client.get("/admin/")
    token = "a" * 32
    client.cookies["csrftoken"] = token
    assert client.post(START, PRODUCT, "json", HTTP_X_CSRFTOKEN=token).status_code == 202


def test_a_token_needs_no_csrf_token(server: Process, staff_user: User) -> None:
    client = with_token(staff_user)
    client.handler.enforce_csrf_checks = True
    assert client.post(START, PRODUCT, "json").status_code == 202


def test_other_methods_are_told(staff: APIClient, staff_user: User) -> None:
    User.objects.filter(pk=staff_user.pk).update(is_superuser=True)
    others = [("get", START), ("get", "/lowcode/api/plan/")]
    others += [(method, START) for method in ("put", "delete", "options")]
    others += [("post", path) for method, path in PATHS if method == "get"]
    for method, path in others:
        response = getattr(staff, method)(path)
        assert response.status_code == 405, path
        assert problems(response) == [("method_not_allowed", "")]
        assert response.json()["errors"][0]["params"] == {"method": method.upper()}
        assert response["Allow"]
