"""Backups as the API tells them, verifies them and gives them out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import AsyncClient, override_settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from lowcode_async.backups import make_backup
from lowcode_async.models import Backup, Upgrade
from tests.databases import Database
from tests.integration.api.conftest import problems
from tests.openapi import CheckedClient

LIST = "/lowcode/api/backups/"
ELSEWHERE = "backup_20200101_000000.sql"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """A storage of its own for each test."""
    storage = {**settings.STORAGES["lowcode_backups"], "OPTIONS": {"location": tmp_path}}
    with override_settings(STORAGES={**settings.STORAGES, "lowcode_backups": storage}):
        yield tmp_path


def test_backups_are_listed_with_what_is_on_record_and_verified(
    staff: APIClient, database: Database, folder: Path
) -> None:
    upgrade = Upgrade.objects.create(model_name="Product", definition={})
    made = make_backup(progress=lambda _: None, upgrade=upgrade)
    (folder / ELSEWHERE).write_bytes(b"-- MySQL dump")
    (folder / "notes.txt").write_text("not a backup")
    body = staff.get(LIST).json()
    assert body["storage"] == str(folder)
    ours, other = body["backups"]
    assert (ours["name"], ours["size"], ours["sha256"]) == (made.name, made.size, made.sha256)
    assert (ours["engine"], ours["upgrade"]) == (database.vendor, str(upgrade.pk))
    assert ours["model_name"] == "Product"
    assert ours["restore_command"] == f"python manage.py lowcode_restore {made.name}"
    assert (other["name"], other["size"], other["sha256"]) == (ELSEWHERE, 13, None)
    assert not ours["can_download"]
    assert not ours["can_restore"]

    verified = staff.post(f"{LIST}{made.name}/verify/")
    assert verified.status_code == 200
    assert verified.json()["verified_at"] > ours["verified_at"]
    assert verified.json()["upgrade"] == str(upgrade.pk)

    with (folder / made.name).open("ab") as file:
        file.write(b"\0")
    refused = staff.post(f"{LIST}{made.name}/verify/")
    assert (refused.status_code, refused.json()["code"]) == (409, "backup_unfit")
    assert problems(refused) == [("backup_checksum_mismatch", "")]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_no_backup_is_not_there(
    staff: APIClient, staff_user: User, database: Database, folder: Path
) -> None:
    User.objects.filter(pk=staff_user.pk).update(is_superuser=True)
    (folder / "notes.txt").write_text("not a backup")
    for name in ("notes.txt", ELSEWHERE, "..", "..%2Fdb.sqlite3", "backup_20200101_000000.sql%00"):
        for method, action in (("post", "verify"), ("get", "download")):
            response = getattr(staff, method)(f"{LIST}{name}/{action}/")
            assert response.status_code == 404
            assert response.json()["code"] in ("backup_not_found", "path_unknown"), name


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_storage_that_cannot_be_read_is_told(
    staff: APIClient, database: Database, folder: Path
) -> None:
    storage = {**settings.STORAGES["lowcode_backups"], "OPTIONS": {"location": folder / "file"}}
    (folder / "file").write_text("")
    with override_settings(STORAGES={**settings.STORAGES, "lowcode_backups": storage}):
        response = staff.get(LIST)
    assert (response.status_code, problems(response)) == (409, [("backup_folder_unusable", "")])


@pytest.fixture
def file(folder: Path, staff_user: User) -> bytes:
    content = bytes(range(256)) * 4096
    (folder / ELSEWHERE).write_bytes(content)
    Backup.objects.create(
        name=ELSEWHERE,
        engine="mysql",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        verified_at="2026-01-31T08:00:00Z",
    )
    User.objects.filter(pk=staff_user.pk).update(is_superuser=True)
    Token.objects.create(user=staff_user, key="0123")
    return content


async def fetch(**given: str) -> tuple[Any, bytes]:
    headers = {name.replace("_", "-"): value for name, value in given.items()}
    response: Any = await AsyncClient().get(
        f"{LIST}{ELSEWHERE}/download/", headers={"Authorization": "Token 0123", **headers}
    )
    if not response.streaming:
        return response, response.content
    return response, b"".join([chunk async for chunk in response.streaming_content])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_file_is_streamed_whole_or_in_part(database: Database, file: bytes) -> None:
    whole, content = await fetch()
    assert (whole.status_code, content) == (200, file)
    assert whole["Content-Length"] == str(len(file))
    assert whole["Content-Disposition"] == f'attachment; filename="{ELSEWHERE}"'
    assert whole["Cache-Control"] == "no-store"
    etag, size = whole["ETag"], len(file)
    for wanted, start, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=1000-599999", 1000, 600_000),
        ("bytes=1048000-", 1_048_000, size),
        ("bytes=-5", size - 5, size),
        (f"bytes=5-{size + 9}", 5, size),
    ):
        response, content = await fetch(range=wanted, if_range=etag)
        assert (response.status_code, content) == (206, file[start:end]), wanted
        assert response["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert response["Content-Length"] == str(end - start)
    for odd in ("bytes=", "bytes=-", "bytes=5-2", "lines=1-2", "bytes=0-1,5-6"):
        assert (await fetch(range=odd))[0].status_code == 200, odd
    assert (await fetch(range="bytes=0-0", if_range='"other"'))[0].status_code == 200
    beyond, _ = await fetch(range=f"bytes={size}-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_is_streamed_by_a_sync_server_too(database: Database, file: bytes) -> None:
    headers = {"Authorization": "Token 0123", "Range": "bytes=10-19"}
    response: Any = CheckedClient().get(f"{LIST}{ELSEWHERE}/download/", headers=headers)
    assert b"".join(response.streaming_content) == file[10:20]
