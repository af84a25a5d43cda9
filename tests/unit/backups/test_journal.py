"""What is written down of restorations, and how it is read when its writer has died."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import FileSystemStorage, InMemoryStorage

from lowcode_async.backups.journal import KEPT, Journal, JournalTaken
from lowcode_async.backups.restorations import (
    QUEUE_PATIENCE,
    Restoration,
    RestorationState,
    RestoreStage,
    patience,
)
from lowcode_async.backups.storage import Destination
from lowcode_async.errors import BackupError

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)


def asked(at: datetime | None = None, *, transactional: bool = True) -> Restoration:
    moment = at or datetime.now(UTC)
    return Restoration(
        id=uuid4(),
        backup="backup_20260131_080000.sql",
        transactional=transactional,
        secures=True,
        requested_by="root",
        requested_at=moment,
        seen_at=moment,
    )


def running(stage: RestoreStage, *, transactional: bool = True) -> Restoration:
    begun = asked(NOW, transactional=transactional).entering(stage, NOW)
    return replace(begun, state=RestorationState.RUNNING, safety_backup="backup_1.sql")


@pytest.fixture(params=["folder", "object store"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    if request.param == "folder":
        folder = tmp_path / "backups"
        storage = FileSystemStorage(location=folder)
        return Journal(place=Destination(storage=storage, folder=folder))
    return Journal(place=Destination(storage=InMemoryStorage(), folder=None))


def test_what_was_written_is_read(journal: Journal) -> None:
    assert journal.newest() is None
    first = journal.write(asked())
    failed = replace(
        first.entering(RestoreStage.CHECK, NOW),
        state=RestorationState.FAILED,
        error_code="backup_not_found",
        error_params={"name": "备份"},
        warnings=({"code": "x", "params": {}},),
        finished_at=NOW,
    )
    second = journal.write(failed)
    assert (first.number, second.number) == (1, 2)
    assert journal.find(first.id) == journal.newest() == second
    assert journal.find(uuid4()) is None
    for _ in range(5):
        second = journal.write(second)
    assert (journal.newest(), len(journal.place.files())) == (second, 3)
    journal.forget(first.id)
    assert not journal.place.files()


def test_who_writes_about_what_another_has_taken_is_told(journal: Journal) -> None:
    mine = journal.write(asked())
    theirs = journal.write(mine)
    with pytest.raises(JournalTaken):
        journal.write(mine)
    journal.write(journal.write(theirs))
    with pytest.raises(JournalTaken):
        journal.write(mine)
    newest = journal.newest()
    assert newest is not None
    assert newest.number == 4


@pytest.mark.parametrize(
    "journal", ["folder"], indirect=True
)  # the store in memory writes in parts
def test_a_reader_meets_whole_states_only_while_others_are_written(journal: Journal) -> None:
    first = journal.write(asked())
    done = threading.Event()

    def write() -> None:
        state = first
        for _ in range(100):
            state = journal.write(state)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = [first.number]
    while not done.is_set():
        found = journal.find(first.id)
        assert found is not None
        seen.append(found.number)
    writer.join()
    assert seen == sorted(seen)


def test_only_the_newest_are_kept(journal: Journal) -> None:
    made = [journal.write(asked(NOW + timedelta(seconds=each))) for each in range(KEPT + 2)]
    journal.forget_old()
    assert [journal.find(each.id) is not None for each in made] == [False] * 2 + [True] * KEPT


def test_what_is_no_record_is_told(journal: Journal, tmp_path: Path) -> None:
    written = asked()
    for content in (b"{}", b"", b'{"format": 2}', b"[1]", b'{"format": 1}'):
        data = json.loads(content) if content else None
        with pytest.raises(BackupError) as caught:
            Restoration.from_json(data, number=1)
        assert caught.value.code == "restoration_unreadable"
        assert caught.value.sentence("zh")
    assert Restoration.from_json(written.to_json(), number=0) == written


@pytest.mark.parametrize(
    ("restoration", "limit", "code"),
    [
        (asked(NOW), QUEUE_PATIENCE, "restoration_not_begun"),
        (running(RestoreStage.CHECK), patience(), "restoration_interrupted"),
        (running(RestoreStage.SAFETY_BACKUP), patience(), "restoration_interrupted"),
        (running(RestoreStage.RESTORE), patience(), "restoration_interrupted_whole"),
        (
            running(RestoreStage.RESTORE, transactional=False),
            patience(),
            "restoration_interrupted_incomplete",
        ),
        (running(RestoreStage.RELOAD), patience(), "restoration_interrupted_restored"),
    ],
)
def test_who_gives_no_sign_of_life_was_interrupted(
    restoration: Restoration, limit: timedelta, code: str
) -> None:
    assert restoration.judged(NOW + limit) == restoration
    judged = restoration.judged(NOW + limit + timedelta(seconds=1))
    assert (judged.state, judged.error_code) == (RestorationState.INTERRUPTED, code)
    assert not judged.is_under_way
    told = BackupError(judged.error_code, **judged.error_params).sentence("en")
    assert ("backup_1.sql" in told) == (code.rpartition("_")[2] in "whole incomplete restored")
