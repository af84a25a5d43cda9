"""What can be told from a backup's file, its name and its folder."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lowcode_async.backups.base import Meter
from lowcode_async.backups.files import (
    NAME,
    PARTIAL,
    backup_name,
    engine_of,
    human_size,
    sha256_of,
    tail_of,
)
from lowcode_async.backups.storage import Destination, disk_errors, require_space
from lowcode_async.backups.workplace import workplace
from lowcode_async.errors import BackupError

MOMENT = datetime(2025, 3, 9, 7, 5, 1, tzinfo=UTC)


def quiet(seconds: float = 60) -> Meter:
    return Meter(report=lambda _: None, seconds=seconds)


@pytest.mark.parametrize(
    ("number", "suffix", "expected"),
    [
        (1, ".sqlite3", "backup_20250309_070501.sqlite3"),
        (2, ".sql", "backup_20250309_070501_2.sql"),
        (11, ".sql", "backup_20250309_070501_11.sql"),
    ],
)
def test_names_tell_the_second_and_tell_two_of_it_apart(
    number: int, suffix: str, expected: str
) -> None:
    assert backup_name(MOMENT, number, suffix) == expected
    assert NAME.fullmatch(expected)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"SQLite format 3\x00....", "sqlite"),
        (b"--\n-- PostgreSQL database dump\n--\n", "postgresql"),
        (b"-- MySQL dump 10.13  Distrib 8.0.36\n", "mysql"),
        (b"-- MariaDB dump 10.19  Distrib 10.11\n", "mysql"),
        (b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n", "mysql"),
        (b"", None),
        (b"SQLite format 2\x00", None),
        (b"SELECT '-- PostgreSQL database dump'", None),
        (b"PGDMP\x01\x0e", None),
    ],
)
def test_a_file_tells_which_database_wrote_it(
    tmp_path: Path, content: bytes, expected: str | None
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert engine_of(path) == expected


def test_the_tail_of_a_short_file_is_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert tail_of(path) == b"0123456789"
    assert tail_of(path, 3) == b"789"


def test_a_checksum_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    assert sha256_of(path, quiet()).startswith("2d711642b726b04401627ca9fbac32f5")
    with pytest.raises(BackupError, match="backup_timeout"):
        sha256_of(path, quiet(0))


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (5 << 30, "5.0 GB"), (3 << 50, "3072.0 TB")],
)
def test_sizes_are_told_in_units(size: int, words: str) -> None:
    assert human_size(size) == words


def test_too_little_space_is_told_in_numbers(tmp_path: Path) -> None:
    require_space(tmp_path, 1)
    with pytest.raises(BackupError) as caught:
        require_space(tmp_path, 1 << 60)
    assert caught.value.code == "backup_no_space"
    assert caught.value.params["needed"] == "1048576.0 TB"
    assert int(str(caught.value.params["free_bytes"])) < 1 << 60
    assert str(tmp_path) in caught.value.sentence("zh")


def test_a_file_is_never_put_over_another(tmp_path: Path) -> None:
    from django.core.files.storage import FileSystemStorage

    place = Destination(storage=FileSystemStorage(location=tmp_path), folder=tmp_path)
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_text("new")
    old.write_text("old")
    with pytest.raises(FileExistsError):
        place.place(new, "old")
    assert old.read_text() == "old"
    place.place(new, "other")
    assert (tmp_path / "other").read_text() == "new"


def test_errors_name_the_folder_that_the_operator_knows(tmp_path: Path) -> None:
    with pytest.raises(BackupError) as caught, disk_errors(tmp_path / f"{PARTIAL}abc"):
        raise OSError(28, os.strerror(28))
    assert caught.value.code == "backup_disk_full"
    assert caught.value.params == {"folder": str(tmp_path)}
    with pytest.raises(BackupError) as caught, disk_errors(tmp_path):
        raise OSError(30, os.strerror(30))
    assert caught.value.params == {"folder": str(tmp_path), "reason": "Read-only file system"}


class TestWorkplace:
    """The folder that one attempt works in."""

    def test_it_is_gone_afterwards(self, tmp_path: Path) -> None:
        with workplace(tmp_path) as folder:
            (folder / "dump").write_text("x")
            assert folder.stat().st_mode & 0o777 == 0o700
        assert list(tmp_path.iterdir()) == []

    def test_a_living_one_is_left_alone(self, tmp_path: Path) -> None:
        with workplace(tmp_path) as first:
            with workplace(tmp_path) as second:
                assert first != second
            assert first.exists()

    def test_a_dead_one_is_removed(self, tmp_path: Path) -> None:
        dead = tmp_path / f"{PARTIAL}dead"
        dead.mkdir()
        (dead / "dump").write_text("half")
        living = tmp_path / f"{PARTIAL}living"
        living.mkdir()
        lock = os.open(living, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with workplace(tmp_path):
                assert not dead.exists()
                assert living.exists()
        finally:
            os.close(lock)

    def test_what_a_link_points_to_is_not_touched(self, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "file").write_text("precious")
        (tmp_path / f"{PARTIAL}link").symlink_to(elsewhere)
        with workplace(tmp_path):
            assert (elsewhere / "file").exists()

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_text("")
        with pytest.raises(BackupError, match="backup_folder_unusable"), workplace(path):
            pass


class TestMeter:
    """How far the work is."""

    def test_each_percent_is_told_once_and_only_upwards(self) -> None:
        seen: list[int] = []
        meter = Meter(report=seen.append, seconds=60)
        meter.part(0, 50)
        for done in (0, 10, 10, 5, 20, 300):
            meter.reach(done, 20)
        meter.part(40, 99)
        meter.reach(0, 0)
        meter.finish()
        meter.finish()
        assert seen == [0, 25, 50, 99, 100]

    def test_it_ends_when_the_time_is_up(self) -> None:
        meter = Meter(report=lambda _: None, seconds=0)
        assert meter.over
        with pytest.raises(BackupError) as caught:
            meter.remaining()
        assert caught.value.code == "backup_timeout"
