"""How Django's settings become those of the databases' own programs."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from lowcode_async.backups.children import ToolFailed, environment, find_tool, version_of
from lowcode_async.backups.mysql_options import database_name, option_file, password_of
from lowcode_async.backups.postgresql import conninfo
from lowcode_async.backups.postgresql_script import script
from lowcode_async.errors import BackupError


def options(params: dict[str, Any]) -> list[str]:
    return option_file(params).splitlines()


def test_an_option_file_connects_as_django_does() -> None:
    lines = options(
        {"user": "me", "password": 'a"b\\c #\n', "host": "db", "port": 3307, "database": "site"}
    )
    assert lines == [
        "[client]",
        'user="me"',
        'password="a\\"b\\\\c #\\n"',
        'host="db"',
        'port="3307"',
        "default-character-set=utf8mb4",
    ]


def test_an_option_file_knows_sockets_tls_and_files_of_the_site() -> None:
    lines = options(
        {
            "unix_socket": "/run/db.sock",
            "read_default_file": "/etc/site.cnf",
            "ssl": {"ca": "/ca.pem", "key": "/key.pem", "cert": "", "verify": True},
            "ssl_mode": "VERIFY_IDENTITY",
        }
    )
    assert lines == [
        "!include /etc/site.cnf",
        "[client]",
        'socket="/run/db.sock"',
        'ssl-ca="/ca.pem"',
        'ssl-key="/key.pem"',
        "loose-ssl-mode=VERIFY_IDENTITY",
        "loose-ssl=1",
        "loose-ssl-verify-server-cert=1",
        "default-character-set=utf8mb4",
    ]
    assert "loose-skip-ssl" in options({"ssl_mode": "DISABLED"})


def test_the_older_names_of_mysqlclient_are_known() -> None:
    params = {"db": "site", "passwd": "secret"}
    assert database_name(params) == "site"
    assert password_of(params) == "secret"
    assert 'password="secret"' in options(params)


def test_a_connection_string_quotes_its_values() -> None:
    assert conninfo({"host": "/run", "dbname": "it's a \\ name"}) == (
        "host='/run' dbname='it\\'s a \\\\ name'"
    )


def test_a_program_does_not_see_the_secrets_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@db/site")
    monkeypatch.setenv("SECRET_KEY", "secret")
    monkeypatch.setenv("PGSSLMODE", "require")
    seen = environment(PGPASSFILE="/tmp/file")
    assert "secret" not in " ".join(seen.values())
    assert seen["PGSSLMODE"] == "require"
    assert seen["PGPASSFILE"] == "/tmp/file"
    assert {"PATH", "LC_ALL"} <= set(seen)


def read_by_psql(dump: bytes, *, server: int) -> bytes:
    return b"".join(script(BytesIO(dump), before="DROP a;\n", after=("b", "c"), server=server))


def test_a_dump_is_made_bearable_up_to_its_rows() -> None:
    lines = [
        b"SET transaction_timeout = 0;\n",
        b"CREATE SCHEMA extensions;\n",
        b"CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA extensions;\n",
        b"COMMENT ON EXTENSION citext IS 'text';\n",
        b"CREATE TABLE a (b text);\n",
    ]
    rows = b"COPY a (b) FROM stdin;\nCOMMENT ON EXTENSION citext IS 'a row'\n\\.\n"
    dump = b"".join(lines) + rows
    expected = b"CREATE SCHEMA IF NOT EXISTS extensions;\n" + lines[2] + lines[4] + rows
    assert expected in read_by_psql(dump, server=15)
    assert read_by_psql(dump, server=17).count(lines[0]) == 1


def test_a_restore_ends_with_a_question() -> None:
    whole = read_by_psql(b"CREATE TABLE a (b text);\n", server=15)
    assert whole.splitlines() == [
        b"\\o /dev/null",
        b"BEGIN;",
        b"DROP a;",
        b"CREATE TABLE a (b text);",
        b"",
        b"RESET search_path;",
        b"b;",
        b"c;",
        b"ANALYZE;",
        b"\\o",
        b"SELECT 'commit?';",
    ]


def test_the_first_program_that_is_there_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError) as caught:
        find_tool("mariadb-dump", "mysqldump", package="mariadb-client")
    assert caught.value.params == {"tool": "mariadb-dump", "package": "mariadb-client"}
    program(tmp_path / "mysqldump", "true")
    assert find_tool("mariadb-dump", "mysqldump", package="x") == str(tmp_path / "mysqldump")


def test_a_program_is_asked_its_version_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "tool"
    program(path, "echo one; echo asked >> " + str(tmp_path / "log"))
    assert [version_of(str(path)), version_of(str(path))] == ["one", "one"]
    assert (tmp_path / "log").read_text() == "asked\n"
    path.unlink()
    program(path, "exit 1")
    with pytest.raises(BackupError, match="backup_tool_failed"):
        version_of(str(path))


def test_a_failed_program_keeps_its_code_and_its_words() -> None:
    error = ToolFailed(3, "no way")
    assert (error.code, error.output) == (3, "no way")


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
