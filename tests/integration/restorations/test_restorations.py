"""Restorations: asked for by the API, carried out by a worker, told by the journal."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from lowcode_async import start_upgrade
from lowcode_async.backups import make_backup, restore_backup
from lowcode_async.backups.journal import Journal
from lowcode_async.errors import RestorationUnderWay
from lowcode_async.models import Backup, Counter, Process, Upgrade
from lowcode_async.restorations.running import run_restoration
from lowcode_async.restorations.service import start_restoration
from tests.databases import Database
from tests.integration.api.conftest import PRODUCT, problems
from tests.integration.backups.conftest import LOAD_TOOLS
from tests.integration.backups.test_making import environment
from tests.integration.restorations.conftest import FULL, LIST, execute, names
from tests.openapi import CheckedClient
from tests.servers.base import wait_for

WITH_TOOLS = pytest.mark.parametrize("database", ["postgresql", "mysql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def ask(client: APIClient, backup: str, **more: Any) -> Any:
    """Ask for the restore of a backup, with its name typed."""
    return client.post(f"{LIST}{backup}/restore/", {"confirm": backup, **more}, "json")


def carry_out(started: Any) -> None:
    """Do what a worker does with the message."""
    async_to_sync(run_restoration)(UUID(started["restoration_id"]))


@contextmanager
def no_database() -> Iterator[None]:
    """Let nothing ask the database for anything."""

    def refuse(_execute: Any, sql: str, *_rest: Any) -> None:
        raise AssertionError(sql)

    with connection.execute_wrapper(refuse):
        yield


def told(started: Any) -> Any:
    """Return how a restoration stands, by its key alone and without the database."""
    client = CheckedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Restoration {started['read_key']}")
    with no_database():
        response = client.get(started["status_url"])
    assert response.status_code == 200
    return response.json()


def test_rows_and_structure_come_back_and_the_reader_follows_without_a_session(
    root: APIClient, rows: None, server: Process
) -> None:
    upgrade = Upgrade.objects.create(
        model_name="A", active_model="a", definition={}, stage="backup"
    )
    row = make_backup(progress=lambda _: None, upgrade=upgrade)
    upgrade.delete()
    execute(
        "UPDATE dynamic_product SET name = 'after'",
        "ALTER TABLE dynamic_product ADD COLUMN more integer",
        "CREATE TABLE dynamic_new (id integer)",
    )
    Process.objects.all().delete()
    generation = Counter.objects.get(name=Counter.Name.GENERATION).value

    response = ask(root, row.name)
    assert response.status_code == 202
    started = response.json()
    assert (told(started)["state"], told(started)["stage"]) == ("queued", None)
    Token.objects.all().delete()
    carry_out(started)

    after = told(started)
    assert (after["state"], after["percent"], after["code"]) == ("succeeded", 100, None)
    assert [each["name"] for each in after["stages"]] == FULL
    assert {each["state"] for each in after["stages"]} == {"success"}
    assert (after["requested_by"], after["backup"]) == ("root", row.name)
    assert names() == ["before"]
    tables = connection.introspection.table_names()
    assert "dynamic_product" in tables
    assert "dynamic_new" not in tables
    upgrade = Upgrade.objects.get()
    assert (upgrade.state, upgrade.active_model) == ("failed", None)
    assert (upgrade.error_code, upgrade.error_params) == (
        "restored_from_backup",
        {"backup": row.name},
    )
    assert Counter.objects.get(name=Counter.Name.GENERATION).value > generation
    assert Backup.objects.filter(name=after["safety_backup"], verified_at__isnull=False).exists()

    back = start_restoration(after["safety_backup"], safety_backup=False)
    async_to_sync(run_restoration)(back.id)
    assert names() == ["after"]


def test_a_changed_or_foreign_file_is_refused_and_nothing_is_touched(
    root: APIClient, folder: Path, rows: None
) -> None:
    row = make_backup(progress=lambda _: None)
    foreign = make_backup(progress=lambda _: None)
    other = "mysql" if connection.vendor == "sqlite" else "sqlite"
    Backup.objects.filter(pk=foreign.pk).update(engine=other)
    with (folder / row.name).open("ab") as file:
        file.write(b"\0")
    execute("UPDATE dynamic_product SET name = 'after'")
    for name, code in (
        (row.name, "backup_checksum_mismatch"),
        (foreign.name, "backup_wrong_engine"),
    ):
        started = ask(root, name).json()
        carry_out(started)
        after = told(started)
        assert (after["state"], after["stage"], after["code"]) == ("failed", "check", code)
        assert after["error"]
        assert after["safety_backup"] is None
        assert [each["state"] for each in after["stages"]] == ["failed", *["pending"] * 3]
    assert names() == ["after"]
    assert Backup.objects.count() == 2
    listed = {each["name"]: each for each in root.get(LIST).json()["backups"]}
    assert listed[row.name]["can_restore"]
    assert not listed[foreign.name]["can_restore"]


def test_upgrades_and_restorations_keep_each_other_out(
    root: APIClient, server: Process, rows: None
) -> None:
    row = make_backup(progress=lambda _: None)
    upgrade = Upgrade.objects.create(model_name="A", active_model="a", definition={})
    refused = ask(root, row.name)
    assert (refused.status_code, refused.json()["code"]) == (409, "upgrade_running")
    assert refused.json()["task_id"] == str(upgrade.pk)
    upgrade.delete()

    started = ask(root, row.name).json()
    twice = ask(root, row.name)
    assert (twice.status_code, twice.json()["code"]) == (409, "restoration_under_way")
    assert twice.json()["restoration_id"] == started["restoration_id"]
    refused = root.post("/lowcode/api/upgrade-model/", PRODUCT, "json")
    assert (refused.status_code, problems(refused)) == (409, [("restoration_under_way", "")])
    with pytest.raises(RestorationUnderWay):
        start_upgrade(PRODUCT)
    assert not Upgrade.objects.exists()
    assert root.get(LIST).json()["restoration"]["state"] == "queued"
    with override_settings(LOWCODE_RELOAD_TIMEOUT=0.2):  # the server of this test never reloads
        carry_out(started)
    (warning,) = told(started)["warnings"]
    assert (warning["code"], warning["params"]["processes"]) == (
        "processes_not_reloaded",
        ["embedded here:1"],
    )
    assert root.post("/lowcode/api/upgrade-model/", PRODUCT, "json").status_code == 202


@ON_SQLITE
def test_the_name_has_to_be_typed(root: APIClient, database: Database) -> None:
    row = make_backup(progress=lambda _: None)
    path = f"{LIST}{row.name}/restore/"
    for body, found in (
        ({}, ("text_expected", "/confirm")),
        ({"confirm": "yes"}, ("confirmation_mismatch", "/confirm")),
        ({"confirm": row.name, "safety_backup": "no"}, ("flag_not_boolean", "/safety_backup")),
        ({"confirm": row.name, "backup": 1}, ("key_unknown", "/backup")),
    ):
        response = root.post(path, body, "json")
        assert (response.status_code, problems(response)) == (400, [found])
    unknown = ask(root, "backup_20200101_000000.sql")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "backup_not_found")
    assert root.get(LIST).json()["restoration"] is None


@ON_SQLITE
def test_without_a_worker_nothing_is_started(
    root: APIClient, database: Database, journal: Journal
) -> None:
    row = make_backup(progress=lambda _: None)
    with override_settings(LOWCODE_EMBEDDED=True):
        response = ask(root, row.name)
    assert (response.status_code, response.json()["code"]) == (503, "broker_unavailable")
    assert journal.newest() is None


@ON_SQLITE
def test_a_key_reads_one_restoration_until_it_expires(
    root: APIClient, staff_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make_backup(progress=lambda _: None)
    started = ask(root, row.name).json()
    path, key = started["status_url"], started["read_key"]
    client = CheckedClient()
    for header, at, status in (
        (f"Restoration {key}", path, 200),
        (f"restoration  {key}", path, 200),
        (f"Restoration {key}", path.replace(started["restoration_id"], str(uuid4())), 403),
        (f"Restoration {key[:-1]}", path, 401),
        ("Restoration", path, 401),
        (f"Token {key}", path, 401),
        (f"Restoration {key}", "/lowcode/api/backups/", 401),
    ):
        client.credentials(HTTP_AUTHORIZATION=header)
        assert client.get(at).status_code == status, header
    client.credentials()
    assert client.get(f"{path}?read_key={key}").status_code == 401
    assert root.get(path).status_code == 200
    assert root.get("/lowcode/api/restorations/x/").status_code == 404
    monkeypatch.setattr("django.core.signing.time.time", lambda: 4_000_000_000.0)
    client.credentials(HTTP_AUTHORIZATION=f"Restoration {key}")
    assert client.get(path).json()["code"] == "credentials_refused"


@ON_SQLITE
def test_without_a_safety_backup_its_stage_is_skipped(root: APIClient, rows: None) -> None:
    row = make_backup(progress=lambda _: None)
    started = ask(root, row.name, safety_backup=False).json()
    carry_out(started)
    after = told(started)
    assert after["safety_backup"] is None
    states = [each["state"] for each in after["stages"]]
    assert states == ["success", "skipped", "success", "success"]
    assert Backup.objects.count() == 1


@pytest.mark.parametrize("database", ["mysql"], indirect=True)
def test_while_tables_are_gone_others_are_asked_to_wait(
    root: APIClient, database: Database
) -> None:
    row = make_backup(progress=lambda _: None)
    started = ask(root, row.name).json()
    execute("RENAME TABLE authtoken_token TO gone")
    try:
        response = root.get(LIST)
        assert (response.status_code, problems(response)) == (503, [("database_unavailable", "")])
        assert told(started)["state"] == "queued"
    finally:
        execute("RENAME TABLE gone TO authtoken_token")


@WITH_TOOLS
def test_a_worker_killed_in_the_middle_is_told_and_its_work_not_taken_up_again(
    root: APIClient,
    server: Process,
    database: Database,
    folder: Path,
    rows: None,
    instead: Callable[..., Path],
) -> None:
    row = make_backup(progress=lambda _: None)
    execute("UPDATE dynamic_product SET name = 'after'")
    started = ask(root, row.name).json()
    programs = instead("kill -9 $PPID", LOAD_TOOLS)
    program = (
        "import asyncio, uuid, django; django.setup()\n"
        "from lowcode_async.restorations.running import run_restoration\n"
        f"asyncio.run(run_restoration(uuid.UUID({started['restoration_id']!r})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(database, folder), check=False
    )
    shutil.rmtree(programs)
    assert done.returncode == -signal.SIGKILL
    assert told(started)["state"] == "running"
    whole = database.vendor == "postgresql"
    code = f"restoration_interrupted_{'whole' if whole else 'incomplete'}"

    def assert_interrupted() -> None:
        now = told(started)
        assert (now["state"], now["stage"], now["code"]) == ("interrupted", "restore", code)

    with override_settings(LOWCODE_PROCESS_TIMEOUT=0.1):
        wait_for(assert_interrupted, seconds=30)
        carry_out(started)
        assert_interrupted()
        safety = told(started)["safety_backup"]
        assert safety in told(started)["error"]
        if whole:
            assert names() == ["after"]
            assert root.post("/lowcode/api/upgrade-model/", PRODUCT, "json").status_code == 202
    restore_backup(safety, safety_backup=False, accept_unknown_checksum=True)
    assert names() == ["after"]


@ON_SQLITE
def test_a_second_message_does_nothing(root: APIClient, rows: None, journal: Journal) -> None:
    row = make_backup(progress=lambda _: None)
    started = ask(root, row.name).json()
    carry_out(started)
    execute("UPDATE dynamic_product SET name = 'later'")
    before = journal.newest()
    carry_out(started)
    assert names() == ["later"]
    assert journal.newest() == before


@ON_SQLITE
def test_a_record_of_another_format_is_told_and_hides_nothing(
    root: APIClient, database: Database, folder: Path
) -> None:
    row = make_backup(progress=lambda _: None)
    started = ask(root, row.name).json()
    (file,) = folder.glob("restoration_*.json")
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 2}))
    response = root.get(started["status_url"])
    assert (response.status_code, problems(response)) == (409, [("restoration_unreadable", "")])
    body = root.get(LIST).json()
    assert (len(body["backups"]), body["restoration"]) == (1, None)


def test_a_backup_of_a_second_database_is_restored_there(
    root: APIClient, archive: BaseDatabaseWrapper
) -> None:
    with archive.cursor() as cursor:
        cursor.execute("CREATE TABLE dynamic_product (id integer PRIMARY KEY)")
    backup = make_backup(progress=lambda _: None, using="archive").name
    with archive.cursor() as cursor:
        cursor.execute("DROP TABLE dynamic_product")
    (listed,) = root.get(LIST).json()["backups"]
    assert (listed["database"], listed["can_restore"]) == ("archive", True)
    started = ask(root, backup).json()
    carry_out(started)
    assert told(started)["state"] == "succeeded"
    assert [each["code"] for each in told(started)["warnings"]] == ["restored_elsewhere"]
    assert archive.introspection.table_names() == ["dynamic_product"]
    assert User.objects.filter(username="root").exists()
